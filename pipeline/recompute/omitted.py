"""What printers leave out: ditto cells, blanks that repeat the cell above, leading digits printed once."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.smoothness import Numbers, roughness

_SHORT_SHARE = 0.4  # of the numbers of a column that lack the digits printed once above
_MOST_WRAPS = 0.5  # share of them that begin the next leading digits
_MIN_STEPS = 3  # from one number to another one, that tell that a column is ordered
_MIN_WIDTH = 2  # digits that are printed of each: degrees of a sign, 29 and then 0, 1, 2, lack none


def fill_blanks(values: Numbers, blank: NDArray[np.bool_]) -> Numbers:
    """Repeat in the rows that are ``blank`` the number above them; both ``(rows,)``."""
    filled = values.copy()
    last = np.nan
    for row in range(len(filled)):
        if blank[row] and not np.isfinite(filled[row]):
            filled[row] = last
        elif np.isfinite(filled[row]):
            last = filled[row]
    return filled


def is_ordered(values: Numbers) -> bool:
    """Tell whether the numbers of a column ``(rows,)`` rise or fall throughout: then dashes in it repeat the one above.

    In a register they say that there was nothing.
    """
    steps = np.diff(values[np.isfinite(values)])
    is_one_way = bool((steps >= 0).all() or (steps <= 0).all())
    return is_one_way and int(np.count_nonzero(steps)) >= _MIN_STEPS


def restore_leading(values: Numbers, widths: NDArray[np.int64]) -> Numbers:
    """Restore leading digits that stand in the first number only, as tables of logarithms print them.

    ``3010300, 24798, 39110`` is 3010300, 3024798, 3039110; a number below the one above it begins the next leading
    digits. Numbers are taken so only where the column then runs on far more evenly.

    Parameters
    ----------
    values
        ``(rows,)``, NaN where there is no number.
    widths
        Digits of each number as printed, zeros in front among them.
    """
    known = np.isfinite(values)
    if known.sum() < 4:
        return values
    short, counts = np.unique(widths[known], return_counts=True)
    width = int(short[counts.argmax()])
    rows = np.flatnonzero(known)
    cut = known & (widths == width)
    if widths[rows[0]] <= width or cut.sum() < _SHORT_SHARE * known.sum():
        return values
    if width < _MIN_WIDTH:
        return values
    base, restored, above = 10.0**width, values.copy(), values[rows[0]]
    wraps = 0
    for row in rows[1:]:
        if cut[row]:
            lead, falls = above // base, values[row] < above % base
            restored[row] = (lead + falls) * base + values[row]
            wraps += int(falls)
        above = restored[row]
    if wraps > _MOST_WRAPS * cut.sum():  # numbers that fall, and lose a digit as they do
        return values
    plain, better = roughness(values), roughness(restored)
    return restored if better < 0.6 * plain else values
