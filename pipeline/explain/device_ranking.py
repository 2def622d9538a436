"""Ranking on an accelerator: the same numbers, bit by bit, as a processor's.

Products are added feature after feature in float64, a kernel for the product and one for the sum, so that no compiler
fuses them; sums are then those of :mod:`tablekin.explain.scores`, and so are ranks and medians.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

_AT_ONCE = 2**24  # pairs ranked together: sorting takes about 1 GB


@dataclass(frozen=True)
class RankedRows:
    """Where all documents stand among the partners of some."""

    rows: range
    rank: NDArray[np.int32]  # (rows, documents), 1 the nearest; 0 is the document itself
    median: NDArray[np.float64]  # (rows,), of the cosines with all others
    deviation: NDArray[np.float64]  # (rows,), median of the absolute deviations from it


def rank_rows(phi: NDArray[np.float64], norm: NDArray[np.float64], device: str) -> Iterator[RankedRows]:
    """Rank the partners of all documents, some documents at a time.

    Parameters
    ----------
    phi
        ``(documents, features)``, two documents at least.
    norm
        ``(documents,)``, its length.
    device
        Where to, for instance ``cuda:0``.
    """
    count = len(phi)
    across = torch.from_numpy(np.ascontiguousarray(phi.T)).to(device)
    norms = torch.from_numpy(norm).to(device)
    for begin in range(0, count, at_once := max(1, _AT_ONCE // count)):
        rows = range(begin, min(begin + at_once, count))
        yield _rank(across, norms, rows)


class OrderedRows(NamedTuple):
    """Partners of some documents."""

    order: Tensor  # (rows, documents), the nearest first, the document itself last
    median: Tensor  # (rows,)
    deviation: Tensor  # (rows,)


def _rank(across: Tensor, norms: Tensor, rows: range) -> RankedRows:
    own = torch.arange(rows.start, rows.stop, device=across.device)
    order, median, deviation = order_partners(across, norms, own)
    rank = torch.zeros_like(order, dtype=torch.int32)
    places = torch.arange(1, len(norms) + 1, dtype=torch.int32, device=across.device)
    rank.scatter_(1, order, places.expand_as(rank)).scatter_(1, own[:, None], 0)
    return RankedRows(rows, *(part.cpu().numpy() for part in (rank, median, deviation)))


def order_partners(across: Tensor, norms: Tensor, own: Tensor) -> OrderedRows:
    """Order the partners of some documents, computing all in float64.

    Parameters
    ----------
    across, norms
        ``(features, documents)`` and ``(documents,)``, of all.
    own
        ``(rows,)``, places of the documents.
    """
    cosine = torch.zeros((len(own), len(norms)), dtype=across.dtype, device=across.device)
    for feature in across:
        cosine += feature[own, None] * feature
    cosine /= (norms[own, None] * norms).clamp(min=1e-30)
    cosine.scatter_(1, own[:, None], -torch.inf)  # last of its row
    ordered, order = torch.sort(cosine, dim=1, descending=True, stable=True)
    median = _median(ordered)
    away = (cosine - median[:, None]).abs()
    deviation = _median(torch.sort(away, 1, descending=True).values[:, 1:], of_all=True)  # its own is endless
    return OrderedRows(order, median, deviation)


def _median(ordered: Tensor, of_all: bool = False) -> Tensor:
    """Take the middle of each row but its last number, or the mean of the two that are nearest to it."""
    count = ordered.shape[1] - (not of_all)
    upper, lower = ordered[:, (count - 1) // 2], ordered[:, count // 2]
    return (upper + lower) / 2
