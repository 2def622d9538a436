"""What is kept of a model that was run once, against the model run by torch."""

from __future__ import annotations

import pytest
import torch
from torch import Tensor, nn

from tablekin.models.lrp.composite import Composite
from tablekin.models.lrp.recording import Recording
from tablekin.models.lrp.rules import Flat, Gamma
from tablekin.models.lrp.step import UnsupportedOperationError
from tests.support.networks import Residual, UNet, Vgg, ink, made

ALL_GAMMA = Composite(((nn.Module, Gamma(0.25)),))
SHAPES = {Vgg: (1, 1, 6, 5), UNet: (1, 1, 16, 24), Residual: (1, 2, 6, 6)}


@pytest.mark.parametrize("network", SHAPES, ids=lambda network: network.__name__)
def test_every_step_holds_what_torch_computes_there(network: type[nn.Module]) -> None:
    model, x = made(network), ink(*SHAPES[network])
    recording = Recording(model, x, ALL_GAMMA)
    torch.testing.assert_close(recording.output, model(x))
    computed: dict[str, Tensor] = {}
    for name, module in model.named_modules():
        module.register_forward_hook(
            lambda _module, _inputs, output, name=name: computed.update({name: output.clone()})
        )
    model(x)
    layers = {
        str(node.target): step for node, (_, step) in recording.steps.items() if node.op == "call_module"
    }
    normalised = (
        {"first", "second", "third"} if network is Residual else set()
    )  # batch norm is folded in below
    assert {"features.0", "project"} <= set(layers) or network is not Vgg
    for name, step in layers.items():
        if not isinstance(model.get_submodule(name), nn.ReLU) and name not in normalised:
            torch.testing.assert_close(step.output, computed[name])


def test_the_chain_is_what_all_relevance_passes() -> None:
    recording = Recording(made(Vgg), ink(*SHAPES[Vgg]), ALL_GAMMA)
    chain = [str(node.target) for node in recording.chain()]
    assert chain == [f"features.{index}" for index in range(7)]
    branching = Recording(made(UNet), ink(*SHAPES[UNet]), ALL_GAMMA)
    names = [str(node.target) for node in branching.chain()]
    assert names[0] == "down" and len(names) == 2  # its ReLU goes two ways


class TwoInputs(nn.Module):
    """A model of a pair."""

    def forward(self, x: Tensor, y: Tensor) -> Tensor:
        return x + y


def test_a_model_takes_one_tensor() -> None:
    with pytest.raises(UnsupportedOperationError, match="one tensor"):
        Recording(TwoInputs(), ink(1, 3), ALL_GAMMA)


@pytest.mark.parametrize(
    ("upper", "is_known"), [(Gamma(0.25), True), (Flat(), False)], ids=["proportional", "flat"]
)
def test_off_units_are_known_to_receive_nothing_only_if_the_rule_above_is_proportional(
    upper: object, is_known: bool
) -> None:
    torch.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Conv2d(3, 2, 3)).double()
    recording = Recording(model, ink(1, 1, 7, 7), Composite(((0, Gamma(0.5)), (1, upper))))  # type: ignore[arg-type]
    first = next(node for node in recording.steps if str(node.target) == "0")
    assert recording._rectified(first) is is_known
