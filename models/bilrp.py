"""BiLRP: which parts of two inputs, together, make them similar.

For a similarity ``y = <phi(x), phi(x')>``, the relevance of a pair of places is (Eberle et al. 2020,
equation 6)

    R(i, i') = sum over features m of  LRP([phi]_m, x)_i * LRP([phi]_m, x')_i'.

Each input is explained once: its **factor** F, ``(features, places)``, holds the relevance of every feature
at every place, a pixel or a region of pixels. The map of a pair is the product ``F_a^T F_b``; pooling into
regions is linear and commutes with it.

>>> import numpy as np
>>> import torch
>>> from torch import nn
>>> from tablekin.models import bilrp, lrp
>>> model = nn.Sequential(nn.Conv2d(1, 6, 3), nn.ReLU(), nn.Flatten(), nn.Linear(6 * 10 * 10, 20)).eval()
>>> a, b = np.random.default_rng(0).random((2, 1, 1, 12, 12))  # two grey images of 12 x 12 pixels
>>> quarters = np.arange(12)[:, None] // 6 * 2 + np.arange(12) // 6  # region of every pixel, 0 to 3
>>> of_a, of_b = (bilrp.factor(model, x, [lrp.ZBox(0, 1), lrp.Gamma(0.25)], quarters) for x in (a, b))
>>> bilrp.pair_map(of_a, of_b).shape  # quarters of a, quarters of b
torch.Size([4, 4])
>>> account = bilrp.conservation(of_a, of_b)
>>> abs(account.similarity - account.explained - account.absorbed) < 1e-4
True
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tablekin.models.lrp.composite import Rules
from tablekin.models.lrp.inputs import Array, as_input, as_regions, check_image
from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.region_pooling import pool as pool


@dataclass(frozen=True)
class Factor:
    """The explanation of one input: every feature's relevance at every place.

    ``relevance.sum(1) + absorbed`` is ``phi``, up to rounding.
    """

    relevance: Tensor  # (features, places)
    phi: Tensor  # (features,)
    absorbed: Tensor  # (features,) float64: part of phi that no place received


@dataclass(frozen=True)
class Conservation:
    """Where the similarity of a pair went: ``similarity = explained + absorbed + error``."""

    similarity: float  # <phi_a, phi_b>
    explained: float  # sum of the pair map
    absorbed: float  # similarity that touches what either factor absorbed
    error: float  # rounding


def factor(
    model: nn.Module,
    x: Array,
    rules: Rules,
    regions: Array | None = None,
    chunk: int = 16,
) -> Factor:
    """Explain every feature of one input.

    Parameters
    ----------
    model
        From ``(1, channels, h, w)`` to features ``(1, features)``; see
        :class:`tablekin.models.lrp.propagation.Propagation` for what it may be made of.
    x
        ``(1, channels, h, w)``; an array, or a tensor on the model's device and of its floating type.
    rules
        The LRP rule of every layer with weights: a composite, pairs of a selector and a rule, a list of rules in the
        order of the layers, or one rule for all (:meth:`tablekin.models.lrp.composite.Composite.of`).
    regions
        ``(h, w)`` int, the region of every pixel, 0 to n - 1; the places are then the regions. Without it
        they are the ``h * w`` pixels, row by row. Channels are summed.
    chunk
        Features explained together; bounds memory.

    Raises
    ------
    ValueError
        If ``x`` is not one image, the model's output is not ``(1, features)`` or ``regions`` does not fit the input.
    TypeError, UnsupportedOperationError, MissingRuleError
        As :class:`tablekin.models.lrp.propagation.Propagation`.

    Examples
    --------
    Factors of two images, by pixel; a model without biases absorbs nothing, so the map sums to the similarity:

    >>> import torch
    >>> from torch import nn
    >>> from tablekin.models.bilrp import factor, pair_map
    >>> from tablekin.models.lrp import Gamma
    >>> model = nn.Sequential(nn.Conv2d(3, 8, 5, bias=False), nn.ReLU(), nn.MaxPool2d(4), nn.Flatten()).eval()
    >>> a, b = torch.rand(1, 3, 16, 16), torch.rand(1, 3, 16, 16)
    >>> relevance = pair_map(factor(model, a, Gamma(0.25)), factor(model, b, Gamma(0.25)))
    >>> relevance.shape
    torch.Size([256, 256])
    >>> torch.allclose(relevance.sum(), (model(a) * model(b)).sum(), rtol=1e-3)
    True
    """
    x = as_input(x, model)
    check_image(x)
    if regions is not None:
        regions = as_regions(regions, x)
    propagation = Propagation(model, x, rules)
    if propagation.output.ndim != 2:
        raise ValueError(f"expected features (1, n), not {tuple(propagation.output.shape)}")
    phi = propagation.output[0].detach()
    relevance, absorbed = [], []
    if regions is not None:
        by_region = propagation.relevance_by_region(torch.diag(phi), regions, chunk)
        return Factor(by_region.input, phi, by_region.absorbed)
    for seeds in torch.diag(phi).split(chunk):
        part = propagation.relevance(seeds, chunk)
        relevance.append(part.input.sum(1).flatten(1))
        absorbed.append(part.absorbed)
    return Factor(torch.cat(relevance), phi, torch.cat(absorbed))


def pair_map(a: Factor, b: Factor) -> Tensor:
    """Relevance of every pair of places, ``(places of a, places of b)``.

    Raises
    ------
    ValueError
        If the factors are not of the same features.
    """
    _check_features(a, b)
    return a.relevance.T @ b.relevance


def marginals(a: Factor, b: Factor) -> tuple[Tensor, Tensor]:
    """Relevance of every place of ``a`` and of ``b`` to their similarity, ``(places,)`` each.

    The row and column sums of :func:`pair_map`, without making it.

    Raises
    ------
    ValueError
        If the factors are not of the same features.
    """
    _check_features(a, b)
    return a.relevance.T @ b.relevance.sum(1), b.relevance.T @ a.relevance.sum(1)


def conservation(a: Factor, b: Factor) -> Conservation:
    """Account for the similarity of a pair, in float64.

    Raises
    ------
    ValueError
        If the factors are not of the same features.
    """
    _check_features(a, b)
    arrived_a, arrived_b = a.relevance.double().sum(1), b.relevance.double().sum(1)
    similarity = float(a.phi.double() @ b.phi.double())
    explained = float(arrived_a @ arrived_b)
    absorbed = float(arrived_a @ b.absorbed + a.absorbed @ arrived_b + a.absorbed @ b.absorbed)
    return Conservation(similarity, explained, absorbed, similarity - explained - absorbed)


def _check_features(a: Factor, b: Factor) -> None:
    if len(a.phi) != len(b.phi):
        raise ValueError(
            f"one factor has {len(a.phi)} features, the other {len(b.phi)}: explain both inputs with the same model"
        )
