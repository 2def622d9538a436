from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tablekin.models.lrp import Propagation, Zero
from tablekin.models.lrp.step import Step, UnsupportedOperationError, nothing
from tablekin.models.lrp.tracing import Tracer, asks_for_shape, attribute, inputs_of, traced


class Doubled(nn.Module):
    """A module of several operations that records itself."""

    def forward(self, x: Tensor) -> Tensor:
        return (x + x).clone()

    def record(self, x: Tensor) -> Step:
        return Step(2 * x, lambda relevance: ((relevance,), nothing(relevance)))


class Model(nn.Module):
    """Takes one value twice, asks for a shape, and holds a mask."""

    def __init__(self) -> None:
        super().__init__()
        self.doubled = Doubled()
        self.inner = nn.Module()
        self.inner.register_buffer("mask", torch.ones(2))
        self.label = "no tensor"

    def forward(self, x: Tensor) -> Tensor:
        twice = self.doubled(x)
        return (twice + twice).reshape(x.shape[0], x.size(1)) * self.inner.mask


def test_modules_that_record_themselves_are_one_operation() -> None:
    graph = traced(Tracer(), Model())
    assert [str(node.target) for node in graph.nodes if node.op == "call_module"] == ["doubled"]


def test_inputs_are_listed_once_for_every_use() -> None:
    nodes = {node.name: node for node in traced(Tracer(), Model()).nodes}
    assert inputs_of(nodes["add"]) == [nodes["doubled"], nodes["doubled"]]
    assert inputs_of(nodes["x"]) == []


def test_questions_for_the_shape_are_known_as_such() -> None:
    asking = [node.name for node in traced(Tracer(), Model()).nodes if asks_for_shape(node)]
    assert asking == ["getattr_1", "size"]


def test_tensors_of_a_model_are_read_by_their_path() -> None:
    model = Model()
    assert attribute(model, "inner.mask") is not model.inner.mask or not model.inner.mask.requires_grad
    assert attribute(model, "inner.mask").tolist() == [1, 1]
    with pytest.raises(UnsupportedOperationError, match="label: not a tensor"):
        attribute(model, "label")


class Loops(nn.Module):
    """Runs as often as its input says."""

    def forward(self, x: Tensor) -> Tensor:
        for _ in range(int(x.sum())):
            x = x / 2
        return x


def test_a_model_that_counts_by_its_input_is_named() -> None:
    with pytest.raises(UnsupportedOperationError, match="Loops cannot be written down as a graph"):
        traced(Tracer(), Loops())


class Asks(nn.Module):
    """Cuts a buffer by the shape of its input, or asks for the buffer's values."""

    def __init__(self, for_values: bool) -> None:
        super().__init__()
        self.for_values = for_values
        self.register_buffer("mask", torch.tensor([True, False, True, True]))

    def forward(self, x: Tensor) -> Tensor:
        if self.for_values:
            return x[:, 1:] if self.mask.any() else x
        return x * self.mask[: x.shape[1]]


def test_buffers_may_be_cut_by_shapes_or_asked_for_values() -> None:
    x = torch.tensor([[3.0, 4.0, 5.0]])
    for for_values, expected in ((True, [[0, 4, 5]]), (False, [[3, 0, 5]])):
        propagation = Propagation(Asks(for_values), x, Zero())
        assert torch.equal(propagation.output, Asks(for_values)(x))
        assert propagation.relevance(propagation.output).input.tolist() == expected
