"""Nearest documents on an accelerator, and what likeness is usual: the same numbers, bit by bit, as a processor's.

As in :mod:`tablekin.explain.order_statistics`, likeness is multiplied out in float32 (never in a shorter format, which
some accelerators use for float32 where they are let) and says which few documents have to be computed in float64. What
is found is proved for every row: whoever was left out is, by more than the error of float32, on the right side of what
was found. Rows of which this cannot be said, as where very many documents are alike, are ranked as a whole.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from tablekin.explain.device_ranking import order_partners
from tablekin.explain.ranking import Ranking
from tablekin.threshold import threshold

_UNIT_ROUNDOFF = 2.0**-24  # of float32
_ROOM = 1e-6  # for what is rounded besides: medians and limits, to float32, and differences of them
_OWN = 4.0  # of the document itself in place of a likeness: more than any, or less
_LOWEST, _HIGHEST = -2.0, 3.0  # between them are all likeness and deviations of others


@dataclass(frozen=True)
class DeviceSizes:
    """How much is ranked at a time; the results are the same whatever these are."""

    likeness: int = threshold(
        2**29,
        "numbers",
        "of likeness that are held at a time: 2 GB, and twice that for what is found in them",
    )
    exact: int = threshold(
        2**24, "numbers", "of likeness ranked in float64 at a time: sorting takes about 1 GB"
    )
    sample: int = threshold(16384, "documents", "at most whose likeness tells where to look")
    few: int = threshold(16384, "documents", "at most of a row that are looked at in float64")
    sigmas: float = threshold(
        2.5, "standard deviations", "of a place in the sample within which is looked first"
    )


SIZES = DeviceSizes()


class _Examined(NamedTuple):
    """Documents that were looked at in float64, those of a row together."""

    row: Tensor  # (found,)
    place: Tensor  # (found,), ascending in a row
    value: Tensor  # (found,), float64
    many: Tensor  # (rows,), how many of a row

    def sorted_by(self, key: Tensor) -> _Examined:
        """Sort those of each row by a key; of equal ones that of the smaller place comes first."""
        order = torch.sort(key, stable=True).indices
        order = order[torch.sort(self.row[order], stable=True).indices]
        return self._replace(place=self.place[order], value=self.value[order])

    def at(self, rank: Tensor) -> Tensor:
        """Tell where those stand that have some ranks in their rows, ``(rows, ...)``; anywhere if a row has no such."""
        begin = (self.many.cumsum(0) - self.many).reshape(-1, *[1] * (rank.ndim - 1))
        return (begin + rank).clamp(0, len(self.value) - 1)


class DeviceRanker:
    """Ranks the partners of documents on a device.

    Parameters
    ----------
    vectors
        ``(documents, features)``, two documents at least.
    norm
        ``(documents,)``, their length.
    count
        Nearest wanted, no more than there are others.
    device
        Where to, for instance ``cuda:0``.
    """

    def __init__(
        self, vectors: NDArray[np.float64], norm: NDArray[np.float64], count: int, device: str
    ) -> None:
        documents, features = vectors.shape
        self._count, self._device = count, device
        self._across = torch.from_numpy(np.ascontiguousarray(vectors.T)).to(device)  # (features, documents)
        self._norm = torch.from_numpy(norm).to(device)
        self._unit = torch.empty(self._across.shape, dtype=torch.float32, device=device)
        for feature, values in enumerate(self._across):  # no second array of float64
            self._unit[feature] = values / self._norm.clamp(min=1e-30)
        # each of the products and sums, and both vectors, are rounded
        self._error = (features + 8) * _UNIT_ROUNDOFF
        size = min(documents, SIZES.sample)
        sample = np.sort(np.random.default_rng(0).choice(documents, size, replace=False))
        self._sample = torch.from_numpy(sample).to(device)

    def rank(self, block: range) -> Ranking:
        """Rank the partners of the documents of a block."""
        at_once = max(1, SIZES.likeness // len(self._norm))
        before = torch.get_float32_matmul_precision()
        torch.set_float32_matmul_precision("highest")
        try:
            parts = [
                self._rank(range(begin, min(begin + at_once, block.stop)))
                for begin in range(block.start, block.stop, at_once)
            ]
        finally:
            torch.set_float32_matmul_precision(before)
        return Ranking.join(parts or [Ranking.empty()])

    def _rank(self, rows: range) -> Ranking:
        likeness = self._unit[:, rows.start : rows.stop].T @ self._unit
        row = torch.arange(len(rows), device=self._device)
        own = row, row + rows.start
        likeness[own] = -_OWN
        nearest, is_sure = self._nearest(likeness, rows)
        likeness[own] = _OWN  # from here on the last of its row
        median, is_found = self._middle(likeness, rows, None, self._error)
        is_sure &= is_found
        likeness.sub_(median[:, None].float()).abs_()
        likeness[own] = _OWN
        deviation, is_found = self._middle(likeness, rows, median, self._error + _ROOM)
        is_sure &= is_found
        del likeness
        unsure = (~is_sure).nonzero()[:, 0]
        for some in unsure.split(max(1, SIZES.exact // len(self._norm))):
            ordered = order_partners(self._across, self._norm, some + rows.start)
            median[some], deviation[some] = ordered.median, ordered.deviation
            nearest[some] = ordered.order[:, : self._count]
        found = (median, deviation, nearest.to(torch.int32))
        return Ranking(*(part.cpu().numpy() for part in found))

    def _nearest(self, likeness: Tensor, rows: range) -> tuple[Tensor, Tensor]:
        """Find the nearest of each row, the nearest first; and of which rows that is sure."""
        sample = likeness[:, self._sample]
        size, documents = sample.shape[1], len(self._norm)
        expected = size * self._count / documents
        wanted = int(expected + SIZES.sigmas * expected**0.5) + 4
        limit = torch.full_like(sample[:, 0], _LOWEST)
        if wanted < size:
            limit = torch.kthvalue(sample, size - wanted + 1).values.clamp(min=_LOWEST)
        found, is_few = self._look(likeness >= limit[:, None], rows, None)
        ranks = torch.arange(self._count, device=self._device).expand(len(rows), -1)
        if not len(found.value):
            return torch.zeros_like(ranks).clone(), torch.zeros_like(is_few)
        found = found.sorted_by(-found.value)
        nearest = found.at(ranks)
        has_all = found.value[nearest[:, -1]] >= limit.double() + self._error
        is_sure = is_few & (found.many >= self._count) & (has_all | (limit <= _LOWEST))
        return found.place[nearest], is_sure

    def _middle(
        self, values: Tensor, rows: range, centre: Tensor | None, error: float
    ) -> tuple[Tensor, Tensor]:
        """Find the median of each row's numbers but its own, the largest; and of which rows that is sure.

        Parameters
        ----------
        values
            ``(rows, documents)``, likeness, or how far that is from ``centre``.
        rows
            Whose they are.
        centre
            ``(rows,)``; none where they are likeness.
        error
            By how much they may differ from what float64 gives.
        """
        others = values.shape[1] - 1
        lower, upper = (others - 1) // 2, others // 2
        begin, end = self._window(values, lower, upper, error)
        below = (values < begin[:, None]).sum(1)
        found, is_few = self._look((values >= begin[:, None]) & (values < end[:, None]), rows, centre)
        if not len(found.value):
            return torch.zeros_like(self._norm[: len(rows)]), torch.zeros_like(is_few)
        found = found.sorted_by(found.value)
        one, other = (found.value[found.at(place - below)] for place in (lower, upper))
        is_sure = is_few & (below <= lower) & (upper - below < found.many)
        is_sure &= (one >= begin.double() + error) & (other <= end.double() - error)
        return (one + other) / 2, is_sure

    def _window(self, values: Tensor, lower: int, upper: int, error: float) -> tuple[Tensor, Tensor]:
        """Guess between which numbers those of two places of each row lie, were it sorted.

        A sample says where, to some percent of all; how many lie below either end says it better.
        """
        sample = values[:, self._sample]
        size, share = sample.shape[1], sample.shape[1] / values.shape[1]
        slack = SIZES.sigmas * 0.5 * size**0.5 + 2
        first, last = max(int(lower * share - slack), 0), min(int(upper * share + slack) + 1, size - 1)
        low = torch.kthvalue(sample, first + 1).values - _ROOM
        high = torch.kthvalue(sample, last + 1).values + _ROOM
        below, through = ((values < limit[:, None]).sum(1) for limit in (low, high))
        inside = (through - below).clamp(min=1).double()
        step = (high - low).double() / inside
        slack_inside = 2 * inside.sqrt() + inside / 64 + 2
        begin = low + (lower - below - slack_inside) * step - 2 * error - _ROOM
        end = low + (upper + 1 - below + slack_inside) * step + 2 * error + _ROOM
        return begin.float().clamp(_LOWEST, _HIGHEST), end.float().clamp(_LOWEST, _HIGHEST)

    def _look(self, chosen: Tensor, rows: range, centre: Tensor | None) -> tuple[_Examined, Tensor]:
        """Compute the chosen documents of each row in float64; none, and not sure, where they are many."""
        count = chosen.sum(1)
        is_few = count <= SIZES.few
        if not bool(is_few.all()):
            chosen &= is_few[:, None]
            count = count * is_few
        row, place = chosen.nonzero(as_tuple=True)
        own = row + rows.start
        value = torch.zeros(len(row), dtype=torch.float64, device=self._device)
        for feature in self._across:  # a product and a sum apart, so that nothing fuses them
            value += feature[own] * feature[place]
        value /= (self._norm[own] * self._norm[place]).clamp(min=1e-30)
        if centre is not None:
            value = (value - centre[row]).abs()
        return _Examined(row, place, value, count), is_few
