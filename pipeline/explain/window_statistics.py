"""WindowStatistics: median, usual deviation and nearest of documents, from what was noted in their windows.

See :mod:`tablekin.explain.windows`. What is found is proved: nobody who was not noted can change it, even if
all likeness is as wrong as float32 may be. Where that cannot be said of a row, it is told.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.order_statistics import (
    HIGHEST,
    ROOM,
    Compared,
    Scratch,
    UnitVectors,
    note_around,
    note_between,
    refine,
    settle_deviation,
    settle_median,
    take_nearest,
)
from tablekin.explain.simd import LANES
from tablekin.explain.windows import (
    BOUND,
    FAR,
    FAR_ABOVE,
    HIGH,
    LOW,
    NEAR,
    NEAR_ABOVE,
    TOP,
    Noted,
    NotedList,
    count_below,
    find_limit,
)
from tablekin.models.compilation import compiled

_PADDING = np.float32(3.5)  # of a list of likeness to a multiple of LANES: above all limits
_FEW, _PART = (
    16,
    1024,
)  # how many more of a window, and which share of it, on either side, are looked at closely
_NARROW = 4  # errors of float32 beyond those of a window: about how much what is looked for moves at most

Singles = NDArray[np.float32]
Places = NDArray[np.int32]


@compiled
def _place(noted: NotedList, row: int, found: int, scratch: Scratch) -> None:
    """Name the documents whose places in a list were noted."""
    for at in range(found):
        scratch.places[at] = noted.places[row, scratch.places[at]]


@compiled
def _settle_within(
    compared: Compared,
    document: int,
    row: int,
    values: Singles,
    below: int,
    window: tuple[float, float],
    noted: Noted,
    wanted: tuple[int, int],
    unit: UnitVectors,
    error: float,
    scratch: Scratch,
) -> float:
    """Find the median among those of a list in a window, ``below`` less than all of it; not a number if it may differ.

    Whoever is outside is truly so by ``error`` less: within that, those inside are told apart in float32.
    """
    limits = (np.float32(window[0]), np.float32(window[1]))
    fewer, found = note_between(values, limits[0], limits[1], scratch)
    below += fewer
    if below > wanted[0] or below + found <= wanted[1]:
        return np.nan
    _place(noted.windows, row, found, scratch)
    refine(unit, document, found, scratch)
    inner = (np.float64(limits[0]) + error, np.float64(limits[1]) - error)
    return settle_median(compared, document, (below, found), inner, wanted, unit.error, scratch)


@compiled
def settle(
    compared: Compared,
    document: int,
    row: int,
    limits: Singles,
    noted: Noted,
    own: int,
    others: int,
    unit: UnitVectors,
    error: float,
    scratch: Scratch,
    nearest: Places,
) -> tuple[float, float, bool]:
    """Find the median of a document's likeness with others, the median deviation from it, and its nearest.

    Parameters
    ----------
    compared, document, scratch, nearest
        As for :func:`tablekin.explain.row_statistics.summarize`.
    row
        Of the document, in what was noted.
    limits
        ``(rows, 7)``, within which it was.
    noted
        Of all tiles.
    own
        How many numbers of a row are ``NEVER``.
    others
        How many are not.
    unit
        All documents.
    error
        By how much a number that was noted may differ from what float64 gives, at most.

    Returns
    -------
    float, float, bool
        The median and the deviation; and whether what was noted tells all.
    """
    lower, upper = (others - 1) // 2, others // 2
    found, top = noted.windows.found[row], noted.top.found[row]
    if found >= noted.windows.values.shape[1] or top >= noted.top.values.shape[1]:
        return 0.0, 0.0, False
    values = noted.windows.values[row, : (found + LANES - 1) // LANES * LANES]
    values[found:] = _PADDING
    low, high = np.float64(limits[row, LOW]), np.float64(limits[row, HIGH])
    below = (
        noted.below[row] - own - count_below(values, limits[row, LOW])
    )  # of those that are not in the list
    if noted.below[row] - own > lower or below + count_below(values, limits[row, HIGH]) <= upper:
        return 0.0, 0.0, False
    slack = _FEW + len(values) / _PART
    begin = find_limit(values, np.nan, (low, high), lower - below - slack, slack / 2, False)
    end = find_limit(values, np.nan, (begin, high), upper + 1 - below + slack, slack / 2, True)
    median: float = np.nan
    for room in (_NARROW * unit.error, error):  # by how much more than it must a window is open
        if np.isnan(median):
            window = (max(low, begin - error - room), min(high, end + error + room))
            median = _settle_within(
                compared, document, row, values, below, window, noted, (lower, upper), unit, error, scratch
            )
    if np.isnan(median):
        return 0.0, 0.0, False
    deviation = -1.0
    for room in (_NARROW * unit.error, error):
        if deviation < 0:
            deviation = _settle_around(
                compared,
                document,
                row,
                values,
                median,
                limits,
                noted,
                (lower, upper),
                room,
                unit,
                error,
                scratch,
            )
    if deviation < 0:
        return 0.0, 0.0, False
    those = Scratch(scratch.values, scratch.places, noted.top.values[row], noted.top.places[row])
    least = limits[row, TOP]
    if least > -HIGHEST:
        least += np.float32(2 * error) + ROOM
    return median, deviation, take_nearest(compared, document, top, least, error, those, nearest)


@compiled
def settle_all(
    compared: Compared,
    first: int,
    limits: Singles,
    noted: Noted,
    stride: int,
    unit: UnitVectors,
    error: float,
    scratch: Scratch,
    written: tuple[NDArray[np.float64], NDArray[np.float64], Places],
) -> NDArray[np.bool_]:
    """Settle some documents that follow one another, from ``first`` on; of which of them that cannot be done.

    Parameters
    ----------
    compared, limits, noted, unit, error, scratch
        As for `settle`.
    first
        Place of the first of the documents.
    stride
        How many numbers a row had.
    written
        Medians, deviations, and the nearest of each.
    """
    rows, documents = len(limits), len(compared.norm)
    unsure = np.zeros(rows, np.bool_)
    medians, deviations, nearest = written
    for row in range(rows):
        medians[row], deviations[row], is_sure = settle(
            compared,
            first + row,
            row,
            limits,
            noted,
            stride - documents + 1,
            documents - 1,
            unit,
            error,
            scratch,
            nearest[row],
        )
        unsure[row] = not is_sure
    return unsure


@compiled
def _settle_around(
    compared: Compared,
    document: int,
    row: int,
    values: Singles,
    median: float,
    limits: Singles,
    noted: Noted,
    wanted: tuple[int, int],
    room: float,
    unit: UnitVectors,
    error: float,
    scratch: Scratch,
) -> float:
    """Find the median deviation among those in the two windows; -1 where they do not tell."""
    # of those between the windows who is not in the list
    inside = (
        noted.inside[row]
        - count_below(values, limits[row, NEAR_ABOVE])
        + count_below(values, limits[row, NEAR])
    )
    tiny = np.float64(ROOM)
    # all between the windows are nearer, and all beyond them are farther
    nearest = max(median - limits[row, NEAR], limits[row, NEAR_ABOVE] - median) + tiny if inside else 0.0
    farthest = min(median - limits[row, FAR], limits[row, FAR_ABOVE] - median) - tiny
    if limits[row, FAR] <= -HIGHEST and limits[row, FAR_ABOVE] >= HIGHEST:
        farthest = np.float64(2 * HIGHEST)
    if farthest <= nearest:
        return -1.0
    limits_within = (nearest, min(farthest, 2 * BOUND))
    slack = _FEW + len(values) / _PART
    near = find_limit(values, median, limits_within, wanted[0] - inside - slack, slack / 2, False)
    far = find_limit(values, median, limits_within, wanted[1] + 1 - inside + slack, slack / 2, True)
    near, far = max(nearest, near - error - room), min(farthest, far + error + room)
    window = (
        np.float32(median - far),
        np.float32(median - near),
        np.float32(median + near),
        np.float32(median + far),
    )
    window = (max(window[0], -HIGHEST), window[1], window[2], min(window[3], HIGHEST))
    nearer, found, _ = note_around(values, window, _PADDING + np.float32(1), scratch)
    if inside + nearer > wanted[0] or wanted[1] >= inside + nearer + found:
        return -1.0
    _place(noted.windows, row, found, scratch)
    refine(unit, document, found, scratch)
    # those that are nearer or farther are truly so by error less
    inner = (near + error if near > 0 else 0.0, far - error)
    return settle_deviation(
        compared, document, median, (inside + nearer, found), inner, wanted, unit.error, scratch
    )
