"""The digit network: from the ink of a page to ten activation maps, one a digit.

The network that carries the similarity has no biases and no negative inputs, so it is positively homogeneous:
paper without ink activates nothing, and all relevance of an activation can be traced to ink (nothing is absorbed
by biases). Two side heads, which take no part in the similarity, estimate each digit's box and the orientation of
the text.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.detections import STRIDE as STRIDE
from tablekin.models.networks.detections import Detections

GRAIN = 16  # pixels: height and width of the input must be a multiple of this
DIGIT_HEIGHT = 20.0  # pixels: height of the figure 8 the network was trained for
SHARPNESS = 8.0  # the network is trained to make sigmoid(SHARPNESS * (z - 0.5)) a probability
WEIGHTS = Path(__file__).parents[1] / "weights" / "digits.safetensors"


def _same(channels: int) -> nn.Module:
    return nn.Identity()


class DigitNetwork(nn.Module):
    """Encoder and decoder over three resolutions (1/4, 1/8, 1/16), with skips by concatenation.

    Parameters
    ----------
    normalise
        Makes the layer put between a convolution and its ReLU, given the number of channels. Training passes a
        scale that is folded into the weights afterwards; the network in use has none.
    """

    def __init__(self, normalise: Callable[[int], nn.Module] = _same) -> None:
        super().__init__()

        def block(inputs: int, outputs: int, stride: int = 1, dilation: int = 1) -> nn.Sequential:
            convolution = nn.Conv2d(inputs, outputs, 3, stride, dilation, dilation, bias=False)
            return nn.Sequential(convolution, normalise(outputs), nn.ReLU())

        self.encode_half = block(1, 16, stride=2)
        self.encode_quarter = nn.Sequential(block(16, 32, stride=2), block(32, 32))
        self.encode_eighth = nn.Sequential(block(32, 64, stride=2), block(64, 64))
        self.encode_sixteenth = nn.Sequential(
            block(64, 96, stride=2), block(96, 96), block(96, 96, dilation=2), block(96, 96)
        )
        self.decode_eighth = block(96 + 64, 64)
        self.decode_quarter = nn.Sequential(block(64 + 32, 48), block(48, 48))
        self.head = nn.Conv2d(48, 10, 1, bias=False)
        self.box_head = nn.Conv2d(48, 4, 1)
        self.orientation_head = nn.Conv2d(96, 4, 1)

    def trunk(self, ink: Tensor) -> tuple[Tensor, Tensor]:
        """Compute the shared features at 1/4 ``(b, 48, h/4, w/4)`` and at 1/16 ``(b, 96, h/16, w/16)``."""
        quarter = self.encode_quarter(self.encode_half(ink))
        eighth = self.encode_eighth(quarter)
        sixteenth = self.encode_sixteenth(eighth)
        up = F.interpolate(sixteenth, scale_factor=2.0, mode="nearest")
        up = self.decode_eighth(torch.cat([up, eighth], 1))
        up = F.interpolate(up, scale_factor=2.0, mode="nearest")
        return self.decode_quarter(torch.cat([up, quarter], 1)), sixteenth

    def forward(self, ink: Tensor) -> Tensor:
        """Activate the digit maps.

        Parameters
        ----------
        ink
            ``(b, 1, h, w)`` in [0, 1], 1 is ink; ``h`` and ``w`` multiples of 16.

        Returns
        -------
        Tensor
            ``(b, 10, h/4, w/4)`` in [0, 1].
        """
        return self.head(self.trunk(ink)[0]).clamp(0, 1)

    def measure(self, ink: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the digit maps before clamping, the boxes and the orientation.

        Returns
        -------
        tuple
            ``z (b, 10, h/4, w/4)``; boxes ``(b, 4, h/4, w/4)``: offset x, offset y of the box's centre from the
            cell's centre in units of 20 px, log width, log height in the same unit; orientation scores
            ``(b, 4, h/16, w/16)`` for text turned clockwise by 0, 90, 180, 270 degrees.
        """
        return self.read_off(*self.trunk(ink))

    def read_off(self, fine: Tensor, coarse: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """Compute the same from what :meth:`trunk` computed."""
        return self.head(fine), self.box_head(fine), self.orientation_head(coarse)


def activations(network: DigitNetwork, ink: Tensor) -> dict[str, Tensor]:
    """Run the network on ``(1, 1, h, w)`` and keep all maps ``(1, c, h, w)``, their channels last in memory."""
    maps = {"ink": ink, "half": network.encode_half(ink).contiguous(memory_format=torch.channels_last)}
    for name, block, below in (
        ("quarter", network.encode_quarter, "half"),
        ("eighth", network.encode_eighth, "quarter1"),
        ("sixteenth", network.encode_sixteenth, "eighth1"),
    ):
        x = maps[below]
        for index, layer in enumerate(block):
            maps[f"{name}{index}"] = x = layer(x)
    up = F.interpolate(maps["sixteenth3"], scale_factor=2.0, mode="nearest")
    maps["concat8"] = torch.cat([up, maps["eighth1"]], 1)
    up = F.interpolate(network.decode_eighth(maps["concat8"]), scale_factor=2.0, mode="nearest")
    maps["concat4"] = torch.cat([up, maps["quarter1"]], 1)
    maps["up0"] = network.decode_quarter[0](maps["concat4"])
    maps["up1"] = network.decode_quarter[1](maps["up0"])
    return maps


def load_digit_network(weights: Path = WEIGHTS, device: str = "cpu") -> DigitNetwork:
    """Load the trained network for use.

    Raises
    ------
    FileNotFoundError
        If the weights are missing; the message says how to make them.
    """
    if not weights.is_file():
        raise FileNotFoundError(
            f"{weights}: no weights of the digit network; make them with scripts/train_digits.py"
        )
    network = DigitNetwork()
    network.load_state_dict(load_file(weights))
    network = network.eval().requires_grad_(False).to(device)
    return network.to(memory_format=torch.channels_last)  # type: ignore[call-overload, no-any-return]


def pad_to_grain(ink: Tensor) -> Tensor:
    """Pad ``(b, 1, h, w)`` with paper at the right and bottom to multiples of 16."""
    height, width = ink.shape[-2:]
    return F.pad(ink, (0, -width % GRAIN, 0, -height % GRAIN))


def find_detections(z: Tensor, boxes: Tensor, threshold: float = 0.5) -> Detections:
    """Keep the cells where one digit wins over the other digits and the eight neighbouring cells.

    Parameters
    ----------
    z
        ``(10, h, w)``, digit maps before clamping.
    boxes
        ``(4, h, w)``, as from :meth:`DigitNetwork.measure`.
    threshold
        Least activation of a detection.

    Returns
    -------
    Detections
        Row by row of the maps; their scores are their activations, clamped to [0, 1].
    """
    best, digit = z.max(0)
    winner = best == F.max_pool2d(best[None, None], 3, 1, 1)[0, 0]
    rows, cols = torch.nonzero(winner & (best >= threshold), as_tuple=True)
    dx, dy, log_width, log_height = boxes[:, rows, cols].float()
    x = (cols + 0.5) * STRIDE + dx * DIGIT_HEIGHT
    y = (rows + 0.5) * STRIDE + dy * DIGIT_HEIGHT
    half_width = log_width.clamp(-3, 2).exp() * DIGIT_HEIGHT / 2
    half_height = log_height.clamp(-3, 2).exp() * DIGIT_HEIGHT / 2
    corners = torch.stack([x - half_width, y - half_height, x + half_width, y + half_height], 1)
    activation = best[rows, cols].float().cpu().numpy()
    return Detections(
        digit=digit[rows, cols].cpu().numpy().astype(np.int8),
        score=activation.clip(0, 1),
        boxes=corners.cpu().numpy().astype(np.float32),
        activation=activation,
        cell=torch.stack([rows, cols], 1).cpu().numpy(),
    )
