"""Splitting cells: the groups of digits in a column whose cells hold several, also where what parts them is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.printed_number import CellKind, PrintedNumber
from tablekin.recompute.smoothness import Numbers, roughness

_SIXTY = 60
_MOST_CUT = 4  # groups
_USUAL = (
    0.9  # share of the cells whose groups are apart that have as many digits in a place, where all should
)
_UNUSUAL = 3.0  # nats against a group of more or fewer
_MIXED = 0.15  # share of cells with another number of groups from which a column is split anew
_FEWEST = 6  # cells of which it can be told that what parted their groups is lost
_YEAR = 4  # digits of numbers of one group, from which a few digits behind some of them are none
_LONG = 6  # digits of a number, from which it is hardly degrees and minutes
_ALIKE = 0.7  # share of the numbers of a column that are about as long as most of those of one group
_PAIRED = (
    0.6  # share of the numbers of several groups that end with one of two digits, where places are parted
)
_SHORT = 2  # digits of a number that is one group, if most are no longer
_SINGLE = 0.25  # share of cells of one group from which points in the others may be specks
_FEWEST_REGULAR, _REGULAR = (
    8,
    0.9,
)  # cells with points, and share of them at the same place, that are no specks
_UNCUT = 0.08  # share of cells of one group (one at least) that may not be cut where the others are
_MARGIN = 0.5  # how much more evenly, in nats a row, a column must run on when it is split

Option = tuple[tuple[int, ...], tuple[int, ...]]  # groups, widths


def split_column(cells: Sequence[PrintedNumber]) -> tuple[Numbers, NDArray[np.int64]]:
    """Give every cell of a column the same number of groups.

    Cells of the commonest number of groups stay as they are. Where others are not rare, or where single numbers run
    on far more evenly as degrees and minutes (``414, 45, 357`` is 4°14', 4°5', 3°57': the point was lost), each cell
    is cut so that the column runs on most evenly.

    Returns
    -------
    values, widths
        ``(rows, groups)``, NaN and 0 where a cell has no number or no such group.
    """
    numbers = [cell for cell in cells if cell.kind is CellKind.NUMBER]
    if _are_specks(cells, numbers):
        cells = [_without_specks(cell, _usual_width(numbers)) for cell in cells]
        numbers = [cell for cell in cells if cell.kind is CellKind.NUMBER]
    counts = Counter(len(cell.groups) for cell in numbers)
    most = max(counts, key=lambda count: (counts[count], count)) if counts else 1
    mixed = len(numbers) - counts[most] > _MIXED * len(numbers)
    if mixed and len(numbers) >= _FEWEST:
        most = max(count for count in counts if counts[count] > _MIXED * len(numbers))
    plain = _as_printed(cells, most)
    if (
        len(numbers) < _FEWEST
        or most > _MOST_CUT
        or (most > 1 and not mixed and counts[most] == len(numbers))
    ):
        return plain
    long = sum(len(cell.digits) > _SHORT for cell in numbers) >= len(numbers) / 2
    tried = _cut(cells, max(most, 2)) if long or most > 1 else None
    if tried is None:
        return plain
    if most == 1 and np.isnan(tried[0][:, 0]).sum() - len(cells) + len(numbers) > max(
        1.0, _UNCUT * len(numbers)
    ):
        return plain
    weights = np.array([float(_SIXTY) ** (most - 1 - place) for place in range(most)])
    if most > 1:
        left_out = np.stack([_repeat(line) for line in plain[0].T], 1) @ weights
        return plain if roughness(left_out) < roughness(tried[0] @ weights) else tried
    uncut, cut = roughness(plain[0][:, 0]), roughness(tried[0] @ [float(_SIXTY), 1.0])
    return tried if cut < uncut - _MARGIN else plain


def _usual_width(numbers: Sequence[PrintedNumber]) -> int:
    """Digits that most numbers of one group have."""
    widths = Counter(cell.widths[0] for cell in numbers if len(cell.groups) == 1)
    return max(widths, key=lambda width: (widths[width], width))


def _are_specks(cells: Sequence[PrintedNumber], numbers: Sequence[PrintedNumber]) -> bool:
    """Tell whether what parts the groups of some cells of a column is a speck that was taken for a point.

    White space parts hardly any, and the column runs on no less evenly if all cells have one group than if all are cut
    where some are.
    """
    single = sum(len(cell.groups) == 1 for cell in numbers)
    spaced = sum(cell.spaced for cell in numbers)
    if single == len(numbers) or single < _SINGLE * len(numbers) or len(numbers) < _FEWEST:
        return False
    width = _usual_width(numbers)
    several = [cell for cell in numbers if len(cell.groups) > 1]
    if width >= _YEAR and single >= len(numbers) / 2 and all(cell.widths[0] == width for cell in several):
        return True  # what follows was taken for digits: 1720 9f
    is_long = _is_one_long_number(numbers, several, width)
    if not is_long and (spaced > _MIXED * len(numbers) or _are_regular(several)):
        return False
    joined = _as_printed([_without_specks(cell, width) for cell in cells], 1)[0][:, 0]
    cut = _cut(cells, max(len(cell.groups) for cell in numbers))
    if cut is None:
        return True
    weights = np.array([float(_SIXTY) ** (cut[0].shape[1] - 1 - place) for place in range(cut[0].shape[1])])
    return bool(roughness(joined) <= roughness(cut[0] @ weights) + _MARGIN)


def _is_one_long_number(
    numbers: Sequence[PrintedNumber], several: Sequence[PrintedNumber], width: int
) -> bool:
    """Tell whether numbers as long as the others were parted, anywhere: 4 98437 and 499 840 beside 497025."""
    as_long = sum(abs(len(cell.digits) - width) <= 1 for cell in numbers)
    pairs = sum(cell.widths[-1] == _SHORT for cell in several)  # minutes or seconds
    return width >= _LONG and as_long >= _ALIKE * len(numbers) and pairs < _PAIRED * len(several)


def _are_regular(several: Sequence[PrintedNumber]) -> bool:
    """Tell whether what parts cells does so at the same place in nearly all of them: degrees of one digit, 4.12."""
    firsts = Counter(cell.widths[0] for cell in several)
    return len(several) >= _FEWEST_REGULAR and max(firsts.values()) >= _REGULAR * len(several)


def _without_specks(cell: PrintedNumber, width: int) -> PrintedNumber:
    """Make one number of the groups of a cell; what follows a number as long as most is left out."""
    if cell.kind is not CellKind.NUMBER or len(cell.groups) < 2:
        return cell
    digits = cell.digits
    if len(digits) != width and width in (cell.widths[0], cell.widths[-1]):
        digits = digits[:width] if cell.widths[0] == width else digits[-width:]
    return replace(cell, groups=(int(digits),), widths=(len(digits),))


def _repeat(values: Numbers) -> Numbers:
    """Repeat what stands above where a place is left out."""
    known = np.maximum.accumulate(np.where(np.isfinite(values), np.arange(len(values)), 0))
    return values[known]


def _as_printed(cells: Sequence[PrintedNumber], count: int) -> tuple[Numbers, NDArray[np.int64]]:
    values = np.full((len(cells), count), np.nan)
    widths = np.zeros((len(cells), count), np.int64)
    for row, cell in enumerate(cells):
        if len(cell.groups) == count:
            values[row], widths[row] = cell.groups, cell.widths
        elif 0 < len(cell.groups) < count:  # the leading groups are left out
            values[row, -len(cell.groups) :], widths[row, -len(cell.groups) :] = cell.groups, cell.widths
    return values, widths


def _options(cell: PrintedNumber, count: int) -> list[Option]:
    """List the ways to cut a cell into degrees, minutes and so on that respect the groups it has."""
    if len(cell.groups) == count:
        return [(cell.groups, cell.widths)]
    digits = cell.digits
    if not count <= len(digits) <= 3 + 2 * (count - 1):
        return []
    kept = set(np.cumsum(cell.widths)[:-1].tolist()) if len(cell.groups) < count else set()
    found = []
    for cuts in combinations(range(1, len(digits)), count - 1):
        ends = (*cuts, len(digits))
        parts = [digits[start:end] for start, end in zip((0, *cuts), ends, strict=True)]
        fits = all(len(part) <= 2 and int(part) < _SIXTY for part in parts[1:]) and len(parts[0]) <= 3
        if fits and kept <= set(cuts):
            found.append((tuple(map(int, parts)), tuple(map(len, parts))))
    return found


def _usual_widths(cells: Sequence[PrintedNumber], count: int) -> NDArray[np.int64]:
    """Digits that each place has in nearly all cells whose groups are apart, ``(places,)``; 0 where they differ."""
    whole = [cell.widths for cell in cells if len(cell.groups) == count]
    usual = np.zeros(count, np.int64)
    if len(whole) >= _FEWEST:
        for place, widths in enumerate(zip(*whole, strict=True)):
            width, times = Counter(widths).most_common(1)[0]
            usual[place] = width * (times >= _USUAL * len(whole))
    return usual


def _cut(cells: Sequence[PrintedNumber], count: int) -> tuple[Numbers, NDArray[np.int64]] | None:
    """Cut every cell so that neighbours differ least (a shortest path); None where most cannot be cut."""
    options = [_options(cell, count) if cell.kind is CellKind.NUMBER else [] for cell in cells]
    rows = [row for row, ways in enumerate(options) if ways]
    if len(rows) < 0.8 * sum(cell.kind is CellKind.NUMBER for cell in cells):
        return None
    usual = _usual_widths(cells, count)
    weights = np.array([float(_SIXTY) ** (count - 1 - place) for place in range(count)])
    unusual = [
        np.array([_UNUSUAL * np.sum((usual > 0) & (np.array(widths) != usual)) for _, widths in options[row]])
        for row in rows
    ]
    totals = [np.array([np.dot(groups, weights) for groups, _ in options[row]]) for row in rows]
    cost = unusual[0]
    back: list[NDArray[np.intp]] = []
    for (before, after), odd in zip(pairwise(totals), unusual[1:], strict=True):
        steps = cost[:, None] + np.log1p(np.abs(after[None, :] - before[:, None])) + odd
        back.append(steps.argmin(0))
        cost = steps.min(0)
    chosen = [int(cost.argmin())]
    for pointers in reversed(back):
        chosen.append(int(pointers[chosen[-1]]))
    values = np.full((len(cells), count), np.nan)
    widths = np.zeros((len(cells), count), np.int64)
    for row, way in zip(rows, reversed(chosen), strict=True):
        values[row], widths[row] = options[row][way]
    return values, widths
