"""BiLRP by its definition, feature after feature and layer after layer: what the library is measured against.

Written from the paper (Eberle et al. 2020, arXiv 2003.05431, section 3), with nothing of the library's own LRP
or bigrams. Relevance passes a layer by automatic differentiation of ``sum(z * constant(R / z))``, times the
layer's input.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional as F

from tablekin.models.networks.detections import Detections
from tablekin.models.networks.digits import DigitNetwork
from tablekin.models.networks.vgg import VggSimilarity

_VGG_GAMMAS = ((10, 0.5), (17, 0.25), (24, 0.1))  # up to which layer; 0 above


def ratio(relevance: Tensor, z: Tensor) -> Tensor:
    """Divide, giving 0 where the denominator is 0; a constant to differentiation."""
    return torch.where(z == 0, 0, relevance / torch.where(z == 0, 1, z)).detach()


def through(relevance: Tensor, z: Tensor, *inputs: Tensor) -> Tensor:
    """Pass relevance from ``z`` back to the inputs it was computed from, which are added up."""
    gradients = torch.autograd.grad(z, inputs, ratio(relevance, z))
    parts = [value * gradient for value, gradient in zip(inputs, gradients, strict=True)]
    return torch.stack(parts).sum(0).detach()


def favoured(parameter: Tensor, gamma: float) -> Tensor:
    """Weights or biases of LRP-gamma."""
    return parameter + gamma * parameter.clamp(min=0)


def box(x: Tensor, low: Tensor, high: Tensor, weight: Tensor, stride: int) -> Tensor:
    """Denominators of z^B."""
    contributions = F.conv2d(x, weight, None, stride, 1)
    contributions = contributions - F.conv2d(low, weight.clamp(min=0), None, stride, 1)
    return contributions - F.conv2d(high, weight.clamp(max=0), None, stride, 1)


def vgg_factor(model: VggSimilarity, image: Tensor, low: Tensor, high: Tensor, side: int) -> Tensor:
    """Explain every feature of one image.

    Parameters
    ----------
    model
        VGG layers and a projection.
    image
        ``(1, 3, h, w)``.
    low, high
        Least and greatest value of a pixel, ``(1, 3, 1, 1)``.
    side
        Pixels along a square patch.

    Returns
    -------
    Tensor
        ``(features, patches)``.
    """
    rows = []
    for weight in model.project.get_parameter("weight"):
        pixels = _vgg_relevance(model.features, weight, image, low, high).sum(1)
        rows.append(F.avg_pool2d(pixels, side).flatten() * side**2)
    return torch.stack(rows)


def _vgg_relevance(layers: nn.Sequential, weight: Tensor, image: Tensor, low: Tensor, high: Tensor) -> Tensor:
    values = [image]
    for layer in layers:
        values.append(layer(values[-1]))
    relevance = values[-1] * weight.reshape(values[-1].shape)
    for index in range(len(layers) - 1, 0, -1):
        layer, x = layers[index], values[index].clone().requires_grad_()
        if isinstance(layer, nn.Conv2d):
            gamma = next((gamma for last, gamma in _VGG_GAMMAS if index <= last), 0.0)
            bias = layer.get_parameter("bias")
            z = F.conv2d(x, favoured(layer.weight, gamma), favoured(bias, gamma), padding=1)
            relevance = through(relevance, z, x)
        elif isinstance(layer, nn.MaxPool2d):
            relevance = through(relevance, layer(x), x)
    x, lower, upper = (part.clone().requires_grad_() for part in (image, image * 0 + low, image * 0 + high))
    return through(relevance, box(x, lower, upper, layers[0].get_parameter("weight"), 1), x, lower, upper)


def bigram_seeds(
    digits: Detections, reach: tuple[float, float, float], shape: tuple[int, int]
) -> dict[int, NDArray[np.float64]]:
    """Relevance of every bigram feature a page has at the digit maps, pair of digits by pair of digits.

    Parameters
    ----------
    digits
        The digits of the page.
    reach
        Least and greatest distance to the right and greatest distance up or down of a neighbour, in pixels.
    shape
        Height and width of the digit maps.

    Returns
    -------
    dict
        Feature (0 to 109) to ``(10, h, w)``.
    """
    height = np.clip(digits.activation, 0, 1).astype(np.float64)
    centre = digits.centres.astype(np.float64)
    seeds: dict[int, NDArray[np.float64]] = {}
    beside = np.zeros(len(height))

    def give(feature: int, n: int, relevance: float) -> None:
        at = seeds.setdefault(feature, np.zeros((10, *shape)))
        at[(digits.digit[n], *digits.cell[n])] += relevance

    for p in range(len(height)):
        dx, dy = (centre - centre[p]).T
        near = np.flatnonzero((dx >= reach[0]) & (dx <= reach[1]) & (np.abs(dy) <= reach[2]))
        for q in near.tolist():
            beside[p], beside[q] = max(beside[p], height[q]), max(beside[q], height[p])
        for digit in range(10):
            found = [q for q in near.tolist() if digits.digit[q] == digit]
            if found:
                q = max(found, key=lambda q: (min(height[p], height[q]), -dx[q], -abs(dy[q]), -dy[q], -q))
                value = min(height[p], height[q]) / (height[p] + height[q])
                give(10 + 10 * int(digits.digit[p]) + digit, p, value * height[p])
                give(10 + 10 * int(digits.digit[p]) + digit, q, value * height[q])
    for p in range(len(height)):
        if height[p] > beside[p]:
            give(int(digits.digit[p]), p, height[p] - beside[p])
    return seeds


def digits_relevance(network: DigitNetwork, ink: Tensor, seed: Tensor, gamma: Mapping[str, float]) -> Tensor:
    """Pass relevance from the digit maps of a page to its pixels, through the whole page.

    Every layer's output is written as ``z' * constant(a / z')``, with ``z'`` under the weights of its rule;
    the gradient of the seeded output times the input is then the relevance of the input.

    Parameters
    ----------
    network
        The digit network.
    ink
        ``(1, 1, h, w)``, ``h`` and ``w`` multiples of 16.
    seed
        ``(1, 10, h/4, w/4)``, relevance at the digit maps.
    gamma
        LRP-gamma by the leading name of the layer.

    Returns
    -------
    Tensor
        ``(h, w)``.
    """

    def layer(x: Tensor, name: str) -> Tensor:
        convolution = network.get_submodule(f"{name}.0")
        assert isinstance(convolution, nn.Conv2d)
        stride, dilation = convolution.stride, convolution.dilation

        def under(weight: Tensor) -> Tensor:
            return F.conv2d(x, weight, None, stride, dilation, dilation)

        z = under(favoured(convolution.weight, gamma[name.split(".")[0]]))
        return z * ratio(under(convolution.weight).relu(), z)

    low, high = torch.zeros_like(ink).requires_grad_(), torch.ones_like(ink).requires_grad_()
    leaves = (ink.clone().requires_grad_(), low, high)
    weight = network.get_parameter("encode_half.0.weight")
    z = box(leaves[0], low, high, weight, 2)
    half = z * ratio(F.conv2d(ink, weight, None, 2, 1).relu(), z)
    quarter = layer(layer(half, "encode_quarter.0"), "encode_quarter.1")
    eighth = layer(layer(quarter, "encode_eighth.0"), "encode_eighth.1")
    deep = eighth
    for index in range(4):
        deep = layer(deep, f"encode_sixteenth.{index}")
    joined = torch.cat([deep.repeat_interleave(2, 2).repeat_interleave(2, 3), eighth], 1)
    up = layer(joined, "decode_eighth")
    joined = torch.cat([up.repeat_interleave(2, 2).repeat_interleave(2, 3), quarter], 1)
    fine = layer(layer(joined, "decode_quarter.0"), "decode_quarter.1")
    z = F.conv2d(fine, favoured(network.head.weight, gamma["head"]))
    gradients = torch.autograd.grad(z, leaves, ratio(seed, z))
    parts = [leaf * gradient for leaf, gradient in zip(leaves, gradients, strict=True)]
    return torch.stack(parts).sum(0)[0, 0].detach()
