"""Counts: columns that count by ones, fives or tens, with which a table is entered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.smoothness import Numbers, line_through
from tablekin.recompute.strands import Strand

_STEPS = (1, 2, 3, 4, 5, 6, 10, 12, 15, 20, 25, 30, 40, 50, 60, 80, 100, 120, 200)
_FEWEST = 4  # numbers
_INSIDE = 10  # numbers on a count by ones that a table is entered with though it does not stand at a side
_BEGIN = 2  # from which, at most, it then counts
_MOST_OFF = 0.2  # share of numbers off the count
MANY_OFF = 0.35  # the same, of a column at the side of a table that has no better one
HALF_OFF = 0.5  # the same, of a column of which many numbers are on the count
_POOR = 0.15  # share of numbers off its count from which a column yields to one at the other side with fewer


@dataclass(frozen=True)
class Count:
    """The line that most numbers of a column stand on."""

    start: float  # in the first row
    step: float  # a row
    on: NDArray[np.bool_]  # (rows,) numbers on it

    def extended(self) -> Numbers:
        """Count through all rows, ``(rows,)``: a misprinted or missing argument is put right."""
        return self.start + self.step * np.arange(len(self.on), dtype=np.float64)


def count_of(values: Numbers, any_step: bool = False, most_off: float = _MOST_OFF) -> Count | None:
    """Find the count of a column; None where too few of its numbers, ``(rows,)``, stand on one."""
    known = np.isfinite(values)
    if known.sum() < _FEWEST:
        return None
    start, step, on = line_through(values)
    if step == 0 or not (any_step or abs(step) in _STEPS) or on.sum() < (1 - most_off) * known.sum():
        return None
    return Count(start, step, on)


def find_counts(strands: Sequence[Strand], inside: bool = False) -> dict[int, Count]:
    """Find the strands with which a table is entered.

    They stand at its left or right side, or next to it where something else was read there. One inside belongs to a
    panel: it continues the count at the side, repeats it behind other columns, or counts against it (a complementary
    argument). Without one at a side, one inside is taken that counts from 1 for long, or from anywhere if ``inside``.
    Where the columns at both sides count by different steps (a table of products), the smaller step is the argument's.
    """
    counts = {
        number: count
        for number, strand in enumerate(strands)
        if strand.places == 1 and (count := count_of(strand.values)) is not None
    }
    last = len(strands) - 1
    sides: list[int] = []
    tried = ((0, last), _MOST_OFF), ((0, last), MANY_OFF), ((1, last - 1), _MOST_OFF), ((0, last), HALF_OFF)
    for ends, most_off in tried:
        for number in dict.fromkeys(ends):
            if 0 <= number <= last and strands[number].places == 1:
                count = count_of(strands[number].values, most_off=most_off)
                if count is not None and (most_off < HALF_OFF or count.on.sum() >= _INSIDE):
                    counts[number] = count
                    sides.append(number)
        if sides:
            break
    if (
        sides and min(abs(counts[number].step) for number in sides) > 1
    ):  # multiples, and a number beside the argument
        sides += [number for number in (1, last - 1) if number in counts and _counts_from_one(counts[number])]
    if not sides:  # the table was cut off, or has columns of others beside it
        sides = [number for number, count in counts.items() if _counts_from_one(count)]
    if not sides and inside:
        sides = [number for number, count in counts.items() if _counts_for_long(count)][:1]
    if not sides:
        return {}
    sides = _best_kept(sides, counts, strands)
    smallest = min(abs(counts[number].step) for number in sides)
    sides = [number for number in sides if abs(counts[number].step) == smallest]
    kept = {number: counts[number] for number in sides}
    main = counts[sides[0]]
    for number, count in counts.items():
        if number not in kept and abs(count.step) == smallest and _belongs(count, main, number - sides[0]):
            kept[number] = count
    return kept


def _best_kept(sides: Sequence[int], counts: dict[int, Count], strands: Sequence[Strand]) -> list[int]:
    """Leave out a column that keeps its count badly where the other side has one that keeps its own better.

    Degrees of a value often go up by nearly equal steps.
    """
    off = {
        number: 1 - float(counts[number].on.sum()) / float(strands[number].known.sum()) for number in sides
    }
    least = min(off.values())
    return [number for number in sides if off[number] < _POOR or off[number] == least]


def _counts_for_long(count: Count) -> bool:
    return abs(count.step) == 1 and int(count.on.sum()) >= _INSIDE


def _counts_from_one(count: Count) -> bool:
    return _counts_for_long(count) and 0 <= count.extended().min() <= _BEGIN


def _belongs(count: Count, main: Count, distance: int) -> bool:
    """Tell whether a count inside a table has to do with the one at its side, ``distance`` strands away."""
    if count.step == -main.step:
        return True
    ahead = (count.start - main.start) / main.step
    rows = len(main.on)
    continues = abs(ahead - rows) <= 1 or abs(ahead + rows) <= 1 or ahead == 0
    return continues and abs(distance) > 1  # a panel has more than its argument
