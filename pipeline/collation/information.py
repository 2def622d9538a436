"""Information: how much a column says that its own neighbours do not say already, in nats a cell.

That a sorted column goes on from 12 to 12 or 13, that a smooth one takes nearly the same step again, is no news. Only
what is left says anything when another table has the same.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.values import as_number
from tablekin.threshold import threshold

Array = NDArray[np.float64]


@dataclass(frozen=True)
class InformationCriteria:
    """What is assumed of columns."""

    max_digits: int = threshold(15, "digits", "of a number that is compared with its neighbours")
    odd: float = threshold(
        0.02, "of the cells", "that are anything: misprinted, misread or of another column"
    )
    orders: int = threshold(3, "rows", "from which a smooth column is foretold, at most")
    min_told: float = threshold(0.3, "nats a cell", "that neighbours must tell of a column, to tell anything")
    min_size: float = threshold(
        0.3, "units of the last place", "of the scatter about what is foretold, at least"
    )


CRITERIA = InformationCriteria()
_WIDER = np.array(
    [[0.7], [1.0], [1.5], [2.5]]
)  # times the scatter about what is foretold, of which the best is taken


class Run(StrEnum):
    """How a column runs."""

    ROUGH = "rough"  # neighbours tell nothing
    SORTED = "sorted"  # each cell lies between its neighbours
    SMOOTH = "smooth"  # each goes on as those before it


@dataclass(frozen=True)
class ColumnInformation:
    """What the cells of a column say beyond one another."""

    nats: Array  # (rows,), 0 where there is no number
    run: Run


def column_information(texts: Sequence[str]) -> ColumnInformation:
    """Tell how much each cell of a column says.

    The column is taken for what foretells it best: any numbers in its range, some again and again; numbers in order; or
    numbers that go on as one, two or three rows above them foretell.
    """
    known = [row for row, text in enumerate(texts) if text and len(as_number(text)) <= CRITERIA.max_digits]
    values = np.array([int(as_number(texts[row])) for row in known], np.float64)
    nats = np.zeros(len(texts))
    for row, text in enumerate(texts):
        if text and row not in known:
            nats[row] = len(as_number(text)) * np.log(10)
    if not len(values):
        return ColumnInformation(nats, Run.ROUGH)
    digits = len(str(int(values.max())))
    found = [(Run.ROUGH, density) for density in _anything(values)]
    found.append((Run.SORTED, _in_order(values)))
    found += [(Run.SMOOTH, density) for density in _foretold(values)]
    floor = CRITERIA.odd * 10.0**-digits
    scored = [(run, -np.log((1 - CRITERIA.odd) * density + floor)) for run, density in found]
    rough = min(float(one.sum()) for run, one in scored if run is Run.ROUGH)
    told = rough - CRITERIA.min_told * len(values)  # whatever tells less than that of a column tells nothing
    scored = [one for one in scored if one[0] is Run.ROUGH or one[1].sum() < told]
    run, best = min(scored, key=lambda one: float(one[1].sum()))
    nats[known] = best
    return ColumnInformation(nats, run)


def max_information(digits: int) -> float:
    """Nats that a cell of a column of numbers of at most so many digits can say, whatever foretells it."""
    return float(digits * np.log(10) - np.log(CRITERIA.odd))


def _anything(values: Array) -> Iterator[Array]:
    """Yield the probability of each value by itself: one of the range, or one that stands elsewhere, too."""
    count = Counter(values.tolist())
    again = np.array([count[value] - 1 for value in values.tolist()]) / max(len(values) - 1, 1)
    yield np.full(len(values), 1 / (np.ptp(values) + 1))
    yield 0.5 * again + 0.5 / (np.ptp(values) + 1)


def _in_order(values: Array) -> Array:
    """Probability of each value as one between its neighbours; of the first and last as one of the range."""
    density = np.full(len(values), 1 / (np.ptp(values) + 1))
    if len(values) > 2:
        before, after = values[:-2], values[2:]
        low, high = np.minimum(before, after), np.maximum(before, after)
        between = (values[1:-1] >= low) & (values[1:-1] <= high)
        density[1:-1] = np.where(between, 1 / (high - low + 1), density[1:-1] / 10)
    return density


def _foretold(values: Array) -> Iterator[Array]:
    """Yield the probability of each value as one that goes on from one, two or three rows above."""
    off = values
    for order in range(1, CRITERIA.orders + 1):
        off = np.diff(off)
        if len(off) < 3:
            return
        centred = off - (_median(off) if order == 1 else 0.0)
        size = max(_median(np.abs(centred)) / np.log(2), CRITERIA.min_size)
        tried = _laplace(centred, size * _WIDER)
        best = tried[np.log(tried + 1e-12).sum(1).argmax()]
        yield np.concatenate([np.full(order, 1 / (np.ptp(values) + 1)), best])


def _median(values: Array) -> float:
    """Find the median, of few values in a fraction of the time that numpy takes."""
    rising, half = np.sort(values), len(values) // 2
    return float(rising[half] if len(values) % 2 else (rising[half - 1] + rising[half]) / 2)


def _laplace(off: Array, size: Array) -> Array:
    """Probability of whole numbers scattered about 0, exponentially on either side.

    Parameters
    ----------
    off
        ``(n,)``.
    size
        ``(sizes, 1)`` of the scatter.

    Returns
    -------
    ndarray
        ``(sizes, n)``.
    """
    distance = np.abs(off)
    near, far = np.exp(-np.abs(distance - 0.5) / size), np.exp(-(distance + 0.5) / size)
    return np.where(distance <= 0.5, 1 - (near + far) / 2, (near - far) / 2)
