"""The digit network: from the ink of a page to ten activation maps, one a digit.

The network that carries the similarity has no biases and no negative inputs, so it is positively homogeneous:
paper without ink activates nothing, and all relevance of an activation can be traced to ink (nothing is absorbed
by biases). Two side heads, which take no part in the similarity, estimate each digit's box and the orientation of
the text.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import groupby
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.architecture import (
    COARSE,
    DIGIT_HEIGHT,
    DIGITS,
    FINE,
    GRAIN,
    KERNEL,
    LAYER,
    LAYERS,
    STRIDE,
    Layer,
)
from tablekin.models.networks.detections import Detections
from tablekin.models.networks.weights import require_weights

SHARPNESS = 8.0  # the network is trained to make sigmoid(SHARPNESS * (z - 0.5)) a probability
WEIGHTS = Path(__file__).parents[1] / "weights" / "digits.safetensors"


def _same(channels: int) -> nn.Module:
    return nn.Identity()


class DigitNetwork(nn.Module):
    """Encoder and decoder over three resolutions, as :data:`tablekin.models.networks.architecture.LAYERS` say.

    Parameters
    ----------
    normalise
        Makes the layer put between a convolution and its ReLU, given the number of channels. Training passes a
        scale that is folded into the weights afterwards; the network in use has none.
    """

    def __init__(self, normalise: Callable[[int], nn.Module] = _same) -> None:
        super().__init__()

        def block(layer: Layer) -> nn.Sequential:
            padding = KERNEL // 2 * layer.dilation
            convolution = nn.Conv2d(
                layer.channels_in, layer.channels, KERNEL, layer.stride, padding, layer.dilation, bias=False
            )
            return nn.Sequential(convolution, normalise(layer.channels), nn.ReLU(inplace=True))

        for stage, layers in groupby(LAYERS, key=lambda layer: layer.stage):
            blocks = {layer.module: block(layer) for layer in layers}
            self.add_module(stage, blocks.get(stage) or nn.Sequential(*blocks.values()))
        fine, coarse = LAYER[FINE].channels, LAYER[COARSE].channels
        self.head = nn.Conv2d(fine, DIGITS, 1, bias=False)
        self.box_head = nn.Conv2d(fine, 4, 1)
        self.orientation_head = nn.Conv2d(coarse, 4, 1)

    def trunk(self, ink: Tensor, by_modules: bool = False) -> tuple[Tensor, Tensor]:
        """Compute the shared features at 1/4 ``(b, 48, h/4, w/4)`` and at 1/16 ``(b, 96, h/16, w/16)``.

        Parameters
        ----------
        ink
            As for :meth:`forward`.
        by_modules
            As for :func:`apply_layer`.
        """
        maps = {"ink": ink}
        for place, layer in enumerate(LAYERS, 1):
            maps[layer.name] = apply_layer(self, layer, maps, by_modules)
            wanted = {  # what no later layer takes in need not stay in memory
                FINE,
                COARSE,
                *(name for later in LAYERS[place:] for name in (later.source, later.beside)),
            }
            maps = {name: values for name, values in maps.items() if name in wanted}
        return maps[FINE], maps[COARSE]

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
        return self.head(self.trunk(ink, by_modules=True)[0]).clamp(0, 1)

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


def join(coarse: Tensor, beside: Tensor) -> Tensor:
    """Lay a map out at twice its size and join it to what is beside it, ``(b, c, h, w)`` both."""
    return torch.cat([F.interpolate(coarse, scale_factor=2.0, mode="nearest"), beside], 1)


def apply_layer(
    network: DigitNetwork, layer: Layer, maps: Mapping[str, Tensor], by_modules: bool = False
) -> Tensor:
    """Compute the map that a layer makes.

    Parameters
    ----------
    network
        The digit network.
    layer
        One of its layers.
    maps
        What it takes in, by name.
    by_modules
        Whether each convolution takes in one map, as rules of relevance want it that are given for modules; slower.
    """
    module, source = network.get_submodule(layer.module), maps[layer.source]
    if layer.beside is None:
        found: Tensor = module(source)
    elif by_modules:
        found = module(join(source, maps[layer.beside]))
    else:
        convolution, *after = module.children()
        found = convolve_joined(source, maps[layer.beside], convolution.get_parameter("weight"))
        for each in after:
            found = each(found)
    return found


def convolve_joined(coarse: Tensor, beside: Tensor, weight: Tensor) -> Tensor:
    """Convolve with 3 x 3 weights ``(out, c, 3, 3)`` what :func:`join` gives, without joining it.

    Where a map is laid out at twice its size, four units have the same value. Weights that meet the same unit are
    added up first: that is a transposed convolution of the map as it is, with 4 of 9 of the products.
    """
    channels = coarse.shape[1]
    turned = F.pad(weight[:, :channels].flip(2, 3), (1, 1, 1, 1))
    spread = turned[..., 1:, 1:] + turned[..., 1:, :-1] + turned[..., :-1, 1:] + turned[..., :-1, :-1]
    spread = spread.transpose(0, 1).contiguous(memory_format=torch.channels_last)
    kept = weight[:, channels:].contiguous(memory_format=torch.channels_last)
    found = F.conv_transpose2d(coarse, spread, stride=2, padding=1)
    found += F.conv2d(beside, kept, padding=1)
    return found


def activations(network: DigitNetwork, ink: Tensor, last: str = FINE) -> dict[str, Tensor]:
    """Run the network on ``(1, 1, h, w)`` and keep all maps ``(1, c, h, w)``, their channels last in memory.

    Parameters
    ----------
    network
        The digit network.
    ink
        The page, padded to multiples of 16.
    last
        The map after which to stop; ``sixteenth3`` is the last of the encoder.

    Returns
    -------
    dict
        Maps by the names of the layers that make them; joined ones are not kept.
    """
    maps = {"ink": ink}
    for layer in LAYERS:
        maps[layer.name] = apply_layer(network, layer, maps)
        if layer.source == "ink":
            maps[layer.name] = maps[layer.name].contiguous(memory_format=torch.channels_last)
        if layer.name == last:
            break
    return maps


def load_digit_network(weights: Path = WEIGHTS, device: str = "cpu") -> DigitNetwork:
    """Load the trained network for use.

    Raises
    ------
    FileNotFoundError
        If the weights are missing; the message says how to make them.
    """
    network = DigitNetwork()
    network.load_state_dict(load_file(require_weights(weights, "digit network", "train_digits")))
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
    (best, second), (digit, other) = z.topk(2, dim=0)
    winner = best == F.max_pool2d(best[None, None], 3, 1, 1)[0, 0]
    rows, cols = torch.nonzero(winner & (best >= threshold), as_tuple=True)
    activation = best[rows, cols].float().cpu().numpy()
    return Detections(
        digit=digit[rows, cols].cpu().numpy().astype(np.int8),
        score=activation.clip(0, 1),
        boxes=read_boxes(boxes, rows, cols),
        activation=activation,
        cell=torch.stack([rows, cols], 1).cpu().numpy(),
        other=other[rows, cols].cpu().numpy().astype(np.int8),
        other_score=second[rows, cols].float().clamp(0, 1).cpu().numpy(),
    )


def read_boxes(boxes: Tensor, rows: Tensor, cols: Tensor) -> NDArray[np.float32]:
    """Read the boxes of ``n`` cells off the maps of boxes.

    Parameters
    ----------
    boxes
        ``(4, h, w)``, as from :meth:`DigitNetwork.measure`.
    rows, cols
        ``(n,)`` each.

    Returns
    -------
    ndarray
        ``(n, 4)``: x0, y0, x1, y1 in working pixels.
    """
    dx, dy, log_width, log_height = boxes[:, rows, cols].float()
    x = (cols + 0.5) * STRIDE + dx * DIGIT_HEIGHT
    y = (rows + 0.5) * STRIDE + dy * DIGIT_HEIGHT
    half_width = log_width.clamp(-3, 2).exp() * DIGIT_HEIGHT / 2
    half_height = log_height.clamp(-3, 2).exp() * DIGIT_HEIGHT / 2
    corners = torch.stack([x - half_width, y - half_height, x + half_width, y + half_height], 1)
    return corners.cpu().numpy().astype(np.float32)
