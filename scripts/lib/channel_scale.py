"""Scales of channels that a digit network has while it is trained, and that its convolutions absorb at the end."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from tablekin.models.networks.digits import DigitNetwork


class ChannelScale(nn.Module):
    """Divide each channel by its root mean square and multiply by a learned gain: no shift, so no bias."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.gain = nn.Parameter(torch.ones(channels))
        self.mean_square: Tensor
        self.register_buffer("mean_square", torch.ones(channels))

    def forward(self, x: Tensor) -> Tensor:
        """Scale ``(b, c, h, w)``; in training by the batch, in use by the running mean."""
        if self.training:
            mean_square = x.square().mean((0, 2, 3))
            self.mean_square.lerp_(mean_square.detach(), 0.02)
        else:
            mean_square = self.mean_square
        return x * (self.gain * torch.rsqrt(mean_square + 1e-6))[:, None, None]


def fold(network: DigitNetwork) -> DigitNetwork:
    """Return a network without scales whose convolutions have absorbed them."""
    folded = DigitNetwork()
    state = network.state_dict()
    for name in folded.state_dict():
        value = state[name].clone()
        scale = name.replace(".0.weight", ".1")
        if f"{scale}.gain" in state:
            gain = state[f"{scale}.gain"] * torch.rsqrt(state[f"{scale}.mean_square"] + 1e-6)
            value *= gain[:, None, None, None]
        folded.state_dict()[name].copy_(value)
    return folded.eval().requires_grad_(False)


def unfold(folded: dict[str, Tensor]) -> DigitNetwork:
    """Return a network with scales that computes what the given folded weights do, once its scales are calibrated."""
    network = DigitNetwork(ChannelScale)
    network.load_state_dict(folded, strict=False)
    return network


def blend(before: dict[str, Tensor], after: DigitNetwork, share: float) -> DigitNetwork:
    """Return the network whose weights lie between two, ``share`` of the way from ``before`` to ``after``, both folded.

    What a network learned first it forgets in part as it is trained on other pages; between the two it often knows both
    (Wortsman et al., Robust fine-tuning of zero-shot models, arXiv 2109.01903).
    """
    between = DigitNetwork()
    between.load_state_dict(
        {name: before[name].lerp(value, share) for name, value in after.state_dict().items()}
    )
    return between.eval().requires_grad_(False)


@torch.no_grad()
def calibrate(network: DigitNetwork, ink: Tensor) -> None:
    """Set the scales so that they change nothing at the mean squares of ``ink (b, 1, h, w)``, layer after layer."""
    handles = []

    def set_scale(module: nn.Module, inputs: tuple[Tensor, ...]) -> None:
        assert isinstance(module, ChannelScale)
        module.mean_square.copy_(inputs[0].square().mean((0, 2, 3)))
        module.gain.copy_(torch.sqrt(module.mean_square + 1e-6))

    for module in network.modules():
        if isinstance(module, ChannelScale):
            handles.append(module.register_forward_pre_hook(set_scale))
    network.eval()(ink)
    for handle in handles:
        handle.remove()
