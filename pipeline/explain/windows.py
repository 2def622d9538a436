"""Windows: between which numbers the median of a document's likeness lies, its usual deviation, and who is nearest.

Likeness of some documents with all others is multiplied out a tile at a time, which stays in the processor's cache, is
looked through once and forgotten. So it must be known before what to look for: a sample says between which numbers lies
what is wanted of a row. Of a tile it is counted what lies beyond, and noted who lies within; from these
:mod:`tablekin.explain.window_statistics` finds what all would give, or that they do not tell.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.order_statistics import HIGHEST, ROOM
from tablekin.explain.simd import LANES, count_bits, load, mask_ge, pointer, trailing_zeros
from tablekin.models.compilation import compiled

FAR, NEAR, LOW, HIGH, NEAR_ABOVE, FAR_ABOVE, TOP = range(7)  # columns of the limits of a row
WORD = 4 * LANES  # documents whose bits are a number
BOUND = 1.001  # no likeness is farther from 0, not even in float32
_TRIES = 24  # of a limit: halving so often tells more apart than float32 does

Singles = NDArray[np.float32]
Places = NDArray[np.int32]


class NotedList(NamedTuple):
    """Documents of some rows."""

    values: Singles  # (rows, room)
    places: Places  # (rows, room)
    found: NDArray[np.int64]  # (rows,), how many of a row; not all are there where there is room for no more


class Noted(NamedTuple):
    """What was counted and noted of some rows."""

    below: NDArray[np.int64]  # (rows,), how many numbers lie below the window of the median
    inside: NDArray[np.int64]  # (rows,), how many between the two windows of the deviation
    windows: NotedList  # in the window of the median or one of the deviation's
    top: NotedList


def make_noted(rows: int, documents: int, sample: int, count: int, slack: float) -> Noted:
    """Make room for twice what is expected of rows of so many documents; arguments as for `guess_windows`."""

    def room_for(expected: float) -> NotedList:
        room = -(-int(min(2 * expected, documents) + 2 * WORD) // LANES) * LANES
        return NotedList(
            np.empty((rows, room), np.float32), np.empty((rows, room), np.int32), np.zeros(rows, np.int64)
        )

    share = documents / sample
    middle = 2 * (slack + 1) * share
    top = _wanted(count / share) * share
    # the deviation's are as wide, and the median may be anywhere in its own
    return Noted(np.zeros(rows, np.int64), np.zeros(rows, np.int64), room_for(4 * middle), room_for(2 * top))


@compiled
def _wanted(expected: float) -> float:
    """Say how many of a sample are to be above a limit, so that all are that are wanted, of which some are expected."""
    return expected + 4 * (np.sqrt(expected) + 1)


@compiled
def count_below(row: Singles, limit: np.float32) -> int:
    """Count the numbers of a row that are smaller; it has a multiple of ``LANES``."""
    source, reached = pointer(row, 0), 0
    for at in range(0, len(row), LANES):
        reached += count_bits(mask_ge(load(source, at), limit))
    return len(row) - reached


@compiled
def _count_to(row: Singles, centre: float, limit: float) -> int:
    """Count the numbers of a row below a limit; nearer than it to a centre, where there is one."""
    if np.isnan(centre):
        return count_below(row, np.float32(limit))
    # one that is as far as the limit may count or not, which does not matter
    return count_below(row, np.float32(centre + limit)) - count_below(row, np.float32(centre - limit))


@compiled
def find_limit(
    row: Singles,
    centre: float,
    limits: tuple[float, float],
    target: float,
    tolerance: float,
    is_upper: bool,
) -> float:
    """Find a limit below which about so many numbers of a row lie, or so near to a centre.

    Parameters
    ----------
    row
        Of a size that is a multiple of ``LANES``.
    centre
        Not a number where there is none.
    limits
        Between which it is looked for.
    target
        How many.
    tolerance
        By how many there may be more or fewer.
    is_upper
        Whether there must not be fewer, or must not be more, where so many are equal that they cannot be told apart.
    """
    low, high = limits
    below, through = np.float64(_count_to(row, centre, low)), np.float64(_count_to(row, centre, high))
    for step in range(_TRIES):
        share = 0.5
        if step % 2 == 0 and through > below:
            share = min(max((target - below) / (through - below), 0.02), 0.98)
        limit = low + share * (high - low)
        found = np.float64(_count_to(row, centre, limit))
        if abs(found - target) <= tolerance:
            return limit
        if found < target:
            low, below = limit, found
        else:
            high, through = limit, found
    return high if is_upper else low


@compiled
def guess_windows(
    samples: Singles, padding: int, others: int, count: int, slack: float, error: float, limits: Singles
) -> None:
    """Guess from samples between which numbers lies what is wanted of rows.

    Parameters
    ----------
    samples
        ``(rows, sample)``, likeness with some documents, the last ``padding`` of them ``NEVER``; a row's own
        may be, too.
    padding
        How many are no documents.
    others
        Documents that each is compared with.
    count
        Nearest wanted of each.
    slack
        By how many the place of a number in a sample may be wrong.
    error
        By how much likeness may differ from what float64 gives, at most.
    limits
        ``(rows, 7)``, written: ends of the windows.
    """
    size = samples.shape[1] - padding
    share = size / max(others, 1)
    lower, upper = (others - 1) // 2 * share, others // 2 * share
    tolerance = slack / 8
    slack += tolerance
    room = 2 * error + np.float64(ROOM)
    wanted = _wanted(count * share)
    everything, away = (-BOUND, BOUND), (0.0, 2 * BOUND)
    for row in range(len(samples)):
        sample = samples[row]
        low, high, top = -np.float64(HIGHEST), np.float64(HIGHEST), -np.float64(HIGHEST)
        near, far = 0.0, np.float64(2 * HIGHEST)
        if lower - slack > 0:
            low = find_limit(sample, np.nan, everything, lower - slack + padding, tolerance, False) - room
        if upper + slack + 1 < size:
            high = find_limit(sample, np.nan, everything, upper + slack + 1 + padding, tolerance, True) + room
        centre = (low + high) / 2
        if lower - slack > 0:
            near = find_limit(sample, centre, away, lower - slack, tolerance, False) - room
        if upper + slack + 1 < size:
            far = find_limit(sample, centre, away, upper + slack + 1, tolerance, True) + room
        if wanted < size:
            few = max(wanted / 16, 0.5)
            top = find_limit(sample, np.nan, everything, size - wanted + padding, few, False) - room
        left, right = min(high - near, centre), max(low + near, centre)
        limits[row, FAR] = max(low - far, -np.float64(HIGHEST))
        limits[row, NEAR] = left
        limits[row, LOW], limits[row, HIGH] = low, high
        limits[row, NEAR_ABOVE] = right
        limits[row, FAR_ABOVE] = min(high + far, np.float64(HIGHEST))
        limits[row, TOP] = top


@compiled
def measure_slack(sample: Singles, padding: int, others: int, median: float, deviation: float) -> float:
    """Tell by how many places in a sample the median and the deviation of a row are not in the middle."""
    share = (len(sample) - padding) / max(others, 1)
    middle = (others - 1) / 2 * share
    below = _count_to(sample, np.nan, median) - padding
    return max(abs(below - middle), abs(_count_to(sample, median, deviation) - middle))


@compiled
def _note(bits: int, source: Any, at: int, first: int, noted: NotedList, row: int, found: int) -> int:
    """Note the documents whose bit is set, if there is room for all that there may be."""
    room = noted.values.shape[1]
    if found + WORD > room:
        return room
    values, places = pointer(noted.values, row * room), pointer(noted.places, row * room)
    while bits:
        place = at + trailing_zeros(bits)
        bits &= bits - 1
        values[found], places[found] = source[place], np.int32(first + place)
        found += 1
    return found


@compiled
def note_tile(likeness: Singles, first: int, limits: Singles, noted: Noted) -> None:
    """Count and note what a tile has.

    Bits are gathered before they are looked at: processors guess in vain how many there are, and four guesses cost more
    than one.

    Parameters
    ----------
    likeness
        ``(rows, documents)``, with some documents, a multiple of ``WORD``.
    first
        Place of the first of these.
    limits
        As from `guess_windows`.
    noted
        Written.
    """
    rows, columns = likeness.shape
    for row in range(rows):
        source = pointer(likeness, row * columns)
        below, inside, found, tops = 0, 0, noted.windows.found[row], noted.top.found[row]
        far, near, low, high = limits[row, FAR], limits[row, NEAR], limits[row, LOW], limits[row, HIGH]
        near_above, far_above, nearest = limits[row, NEAR_ABOVE], limits[row, FAR_ABOVE], limits[row, TOP]
        for word in range(0, columns, WORD):
            bits, top = 0, 0
            for part in range(WORD // LANES):
                numbers = load(source, word + part * LANES)
                from_low, from_near = mask_ge(numbers, low), mask_ge(numbers, near)
                from_above = mask_ge(numbers, near_above)
                below += LANES - count_bits(from_low)
                inside += count_bits(from_near) - count_bits(from_above)
                these = (from_low & ~mask_ge(numbers, high)) | (mask_ge(numbers, far) & ~from_near)
                these |= from_above & ~mask_ge(numbers, far_above)
                bits |= these << (part * LANES)
                top |= mask_ge(numbers, nearest) << (part * LANES)
            if bits:
                found = _note(bits, source, word, first, noted.windows, row, found)
            if top:
                tops = _note(top, source, word, first, noted.top, row, tops)
        noted.below[row] += below
        noted.inside[row] += inside
        noted.windows.found[row], noted.top.found[row] = found, tops
