"""Layers under a rule: both directions against one another, and what their outputs see against gradients."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from tablekin.models.lrp.layers import weighted
from tablekin.models.lrp.rules import Epsilon, Flat, Gamma, Rule, WSquare, ZBox, Zero, ZPlus
from tablekin.models.lrp.step import UnsupportedOperationError
from tests.support.networks import made, signed

RULES = (Zero(), Epsilon(0.1), Gamma(0.5), ZPlus(), ZBox(-3, 3), WSquare(), Flat())
LAYERS = {
    "plain": lambda: nn.Conv2d(4, 6, 3, padding=1),
    "strided": lambda: nn.Conv2d(4, 6, 3, stride=2, padding=1),
    "dilated": lambda: nn.Conv2d(4, 6, 3, padding=2, dilation=2),
    "grouped": lambda: nn.Conv2d(4, 6, 3, groups=2),
    "uneven": lambda: nn.Conv2d(4, 6, (3, 2), stride=(1, 2), padding=(2, 0), bias=False),
    "valid": lambda: nn.Conv2d(4, 6, 2, padding="valid"),
    "linear": lambda: nn.Linear(9, 5),
}


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: type(rule).__name__)
@pytest.mark.parametrize("make", LAYERS.values(), ids=LAYERS.keys())
def test_functionals_carried_forward_measure_relevance_passed_back(make, rule: Rule) -> None:  # type: ignore[no-untyped-def]
    layer = made(make)
    x = signed(1, 4, 8, 9)
    step = weighted(layer, x, rule, None, rectified=False)
    torch.testing.assert_close(step.output, layer(x))
    relevance = signed(3, *step.output.shape[1:], seed=1)
    functional = signed(2, *x.shape[1:], seed=2)
    (at_input,), absorbed = step.backward(relevance.clone())
    assert step.adjoint is not None
    carried = step.adjoint(functional)
    measured_below = torch.einsum("fchw,schw->fs", functional, at_input)
    measured_above = torch.einsum("fchw,schw->fs", carried, relevance)
    torch.testing.assert_close(measured_above, measured_below)
    leak = torch.zeros_like(step.output) if step.leak is None else step.leak
    torch.testing.assert_close(absorbed, (relevance * leak).sum((1, 2, 3)))


@pytest.mark.parametrize("make", [LAYERS[name] for name in LAYERS if name != "linear"])
def test_receptive_fields_are_where_gradients_arrive(make) -> None:  # type: ignore[no-untyped-def]
    layer = made(make)
    x = signed(1, 4, 9, 9).requires_grad_()
    fields = weighted(layer, x.detach(), Zero(), None, rectified=False).receptive_fields
    output = layer(x)
    row, col = 2, 2
    (gradient,) = torch.autograd.grad(output[0, :, row, col].sum(), x)
    rows, cols = torch.nonzero(gradient[0].abs().sum(0), as_tuple=True)
    for unit, places, field in ((row, rows, fields[0]), (col, cols, fields[1])):
        assert int(places.min()) == max(0, unit * field.stride - field.before)
        assert int(places.max()) == min(8, unit * field.stride + field.after)


@pytest.mark.parametrize("gamma", [0.0, 0.5])
def test_where_a_relu_follows_outputs_that_are_off_may_be_left_out(gamma: float) -> None:
    layer, x = made(LAYERS["plain"]), signed(1, 4, 8, 9)
    every, active = (weighted(layer, x, Gamma(gamma), None, rectified) for rectified in (False, True))
    relevance = signed(2, *every.output.shape[1:], seed=1) * (every.output > 0)
    torch.testing.assert_close(active.backward(relevance.clone())[0], every.backward(relevance.clone())[0])


@pytest.mark.parametrize("padding", ["same", 1])
def test_padding_by_anything_but_zeros_is_refused(padding) -> None:  # type: ignore[no-untyped-def]
    mode = "zeros" if padding == "same" else "circular"
    layer = nn.Conv2d(4, 6, 3, padding=padding, padding_mode=mode).double()
    with pytest.raises(UnsupportedOperationError, match="padding"):
        weighted(layer, signed(1, 4, 8, 9), Zero(), None, rectified=False)
