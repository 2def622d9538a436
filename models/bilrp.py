"""BiLRP: which parts of two inputs, together, make them similar.

For a similarity ``y = <phi(x), phi(x')>``, the relevance of a pair of places is (Eberle et al. 2020,
equation 6)

    R(i, i') = sum over features m of  LRP([phi]_m, x)_i * LRP([phi]_m, x')_i'.

Each input is explained once: its **factor** F, ``(features, places)``, holds the relevance of every feature
at every place, a pixel or a region of pixels. The map of a pair is the product ``F_a^T F_b``; pooling into
regions is linear and commutes with it.
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from tablekin.models.lrp.propagation import Propagation
from tablekin.models.lrp.region_pooling import pool as pool
from tablekin.models.lrp.rules import Composite


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
    x: Tensor,
    composite: Composite,
    regions: Tensor | None = None,
    chunk: int = 16,
) -> Factor:
    """Explain every feature of one input.

    Parameters
    ----------
    model
        From ``(1, channels, h, w)`` to features ``(1, features)``; see :class:`models.lrp.Propagation` for
        what it may be made of.
    x
        ``(1, channels, h, w)``.
    composite
        The LRP rule of every layer.
    regions
        ``(h, w)`` int, the region of every pixel, 0 to n - 1; the places are then the regions. Without it
        they are the ``h * w`` pixels, row by row. Channels are summed.
    chunk
        Features explained together; bounds memory.

    Raises
    ------
    ValueError
        If the model's output is not ``(1, features)`` or ``regions`` does not fit the input.
    """
    if regions is not None and regions.shape != x.shape[-2:]:
        raise ValueError(f"regions {tuple(regions.shape)} do not fit the input {tuple(x.shape)}")
    propagation = Propagation(model, x, composite)
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
    """Relevance of every pair of places, ``(places of a, places of b)``."""
    return a.relevance.T @ b.relevance


def marginals(a: Factor, b: Factor) -> tuple[Tensor, Tensor]:
    """Relevance of every place of ``a`` and of ``b`` to their similarity, ``(places,)`` each.

    The row and column sums of :func:`pair_map`, without making it.
    """
    return a.relevance.T @ b.relevance.sum(1), b.relevance.T @ a.relevance.sum(1)


def conservation(a: Factor, b: Factor) -> Conservation:
    """Account for the similarity of a pair, in float64."""
    arrived_a, arrived_b = a.relevance.double().sum(1), b.relevance.double().sum(1)
    similarity = float(a.phi.double() @ b.phi.double())
    explained = float(arrived_a @ arrived_b)
    absorbed = float(arrived_a @ b.absorbed + a.absorbed @ arrived_b + a.absorbed @ b.absorbed)
    return Conservation(similarity, explained, absorbed, similarity - explained - absorbed)
