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
    numbers = [as_number(text) for text in texts]
    known = [row for row, number in enumerate(numbers) if number and len(number) <= CRITERIA.max_digits]
    values = np.array([int(numbers[row]) for row in known], np.float64)
    nats = np.zeros(len(texts))
    for row, number in enumerate(numbers):
        if len(number) > CRITERIA.max_digits:
            nats[row] = len(number) * np.log(10)
    if not len(values):
        return ColumnInformation(nats, Run.ROUGH)
    run, nats[known] = _best_foretold(values)
    return ColumnInformation(nats, run)


def _best_foretold(values: Array) -> tuple[Run, Array]:
    """Find what foretells values best, and tell what each says beyond that, nats."""
    span = float(values.max() - values.min()) + 1
    found = [(Run.ROUGH, density) for density in _anything(values, span)]
    found.append((Run.SORTED, _in_order(values, span)))
    found += [(Run.SMOOTH, density) for density in _foretold(values, span)]
    floor = CRITERIA.odd * 10.0 ** -len(str(int(values.max())))
    nats = -np.log((1 - CRITERIA.odd) * np.stack([density for _, density in found]) + floor)
    totals = nats.sum(1).tolist()
    runs = [run for run, _ in found]
    rough = min(total for run, total in zip(runs, totals, strict=True) if run is Run.ROUGH)
    told = rough - CRITERIA.min_told * len(values)  # whatever tells less than that of a column tells nothing
    good = [k for k, run in enumerate(runs) if run is Run.ROUGH or totals[k] < told]
    best = min(good, key=lambda k: totals[k])
    return runs[best], nats[best]


def max_information(digits: int) -> float:
    """Nats that a cell of a column of numbers of at most so many digits can say, whatever foretells it."""
    return float(digits * np.log(10) - np.log(CRITERIA.odd))


def _anything(values: Array, span: float) -> Iterator[Array]:
    """Yield the probability of each value by itself: one of a range of so many, or one that stands elsewhere, too."""
    listed = values.tolist()
    count = Counter(listed)
    again = np.array([count[value] - 1 for value in listed]) / max(len(values) - 1, 1)
    yield np.full(len(values), 1 / span)
    yield 0.5 * again + 0.5 / span


def _in_order(values: Array, span: float) -> Array:
    """Probability of each value as one between its neighbours; of the first and last as one of the range."""
    density = np.full(len(values), 1 / span)
    if len(values) > 2:
        before, after = values[:-2], values[2:]
        low, high = np.minimum(before, after), np.maximum(before, after)
        between = (values[1:-1] >= low) & (values[1:-1] <= high)
        density[1:-1] = np.where(between, 1 / (high - low + 1), density[1:-1] / 10)
    return density


def _foretold(values: Array, span: float) -> Iterator[Array]:
    """Yield the probability of each value as one that goes on from one, two or three rows above."""
    off, sizes, steps = [], [], values
    for order in range(1, CRITERIA.orders + 1):
        steps = steps[1:] - steps[:-1]
        if len(steps) < 3:
            break
        off.append(steps - _median(steps) if order == 1 else steps)
        sizes.append(max(_median(np.abs(off[-1])) / np.log(2), CRITERIA.min_size))
    if not off:
        return
    counts = [len(one) for one in off]
    tried = _laplace(np.concatenate(off), np.repeat(sizes, counts) * _WIDER)
    likely, end = np.log(tried + 1e-12), 0
    for order, count in enumerate(counts, 1):
        here, end = slice(end, end + count), end + count
        best = tried[likely[:, here].sum(1).argmax(), here]
        yield np.concatenate([np.full(order, 1 / span), best])


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
        ``(sizes, n)`` of the scatter.

    Returns
    -------
    ndarray
        ``(sizes, n)``.
    """
    distance = np.abs(off)
    near, far = np.exp(-np.abs(distance - 0.5) / size), np.exp(-(distance + 0.5) / size)
    return np.where(distance <= 0.5, 1 - (near + far) / 2, (near - far) / 2)
