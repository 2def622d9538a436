"""Pointing: whether the strongest match of two rows names a row of one page that was printed into another."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from lib.subject import trained_digits
from lib.window import Window

_LEAST = 6  # digits of a row that is planted


def pool_rows(factor: NDArray[np.float64], row: NDArray[np.int32]) -> NDArray[np.float64]:
    """Add up the columns of a factor ``(features, regions + 1)`` by row; ``(features, rows)``."""
    rows = int(row.max(initial=-1)) + 1
    return factor[:, row >= 0] @ np.eye(rows)[row[row >= 0]]


def hits(map_of_rows: NDArray[np.float64], true: tuple[int, int]) -> tuple[float, float]:
    """Tell whether the strongest match of two rows is the true one, and where the true one stands among all.

    Parameters
    ----------
    map_of_rows
        ``(rows of a, rows of b)``.
    true
        The planted row on a and on b.

    Returns
    -------
    tuple
        1 or 0, where ties share alike; and the share of the other matches that are weaker, ties by half.
    """
    value, others = map_of_rows[true], np.delete(map_of_rows, np.ravel_multi_index(true, map_of_rows.shape))
    above, level = int((others > value).sum()), int((others == value).sum())
    return (0.0 if above else 1 / (1 + level)), float(((others < value).sum() + level / 2) / others.size)


def row_truth(a: NDArray[np.float64], boxes_b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Find the row of b in which each row of a lies; -1 where it lies in none.

    Parameters
    ----------
    a
        ``(rows of a, 2)``: middles of the rows of a, in pixels of b.
    boxes_b
        ``(rows of b, 4)``.
    """
    inside = (a[:, None, 1] >= boxes_b[None, :, 1]) & (a[:, None, 1] < boxes_b[None, :, 3])
    inside &= (a[:, None, 0] >= boxes_b[None, :, 0]) & (a[:, None, 0] < boxes_b[None, :, 2])
    return np.where(inside.sum(1) == 1, inside.argmax(1), -1)


def true_matches(map_of_rows: NDArray[np.float64], truth: NDArray[np.int64], count: int) -> float:
    """Share of the strongest matches of rows that are true; ``nan`` where none of their rows is known.

    Parameters
    ----------
    map_of_rows
        ``(rows of a, rows of b)``.
    truth
        ``(rows of a,)``, from :func:`row_truth`; a match of a row without truth is not counted.
    count
        How many matches.
    """
    best = np.argsort(-map_of_rows.ravel(), kind="stable")[:count]
    rows, found = np.unravel_index(best, map_of_rows.shape)
    known = truth[rows] >= 0
    return float((truth[rows][known] == found[known]).mean()) if known.any() else float("nan")


def digits_by_row(window: Window) -> NDArray[np.int64]:
    """Count the digits whose centre lies in each row."""
    height, width = window.subject.labels.shape
    x, y = window.subject.centres.astype(int).T
    row = window.row[window.subject.labels[y.clip(0, height - 1), x.clip(0, width - 1)]]
    return np.bincount(row[row >= 0], minlength=window.rows)


def plant(
    source: Window, rows: NDArray[np.intp], target: Window, rng: np.random.Generator
) -> tuple[Window, int, int] | None:
    """Print a row of one page over a row of another, in ink.

    The target's cells keep their places: the row that stood there is erased, and the other's ink comes in its stead,
    from where its cells begin.

    Parameters
    ----------
    source, target
        The pages.
    rows
        Rows of the source one of which is taken.
    rng
        Chooses the rows.

    Returns
    -------
    tuple or None
        The changed page, the row of the source, and that of the target; nothing where no row holds six digits.
    """
    full = np.intersect1d(rows, np.flatnonzero(digits_by_row(source) >= _LEAST))
    free = np.flatnonzero(digits_by_row(target) >= _LEAST)
    if not (len(full) and len(free)):
        return None
    taken, given = int(rng.choice(full)), int(rng.choice(free))
    x0, y0, x1, y1 = source.row_boxes()[taken]
    strip = np.where(source.row[source.subject.labels] == taken, source.subject.ink, 0)[y0:y1, x0:x1]
    u0, v0, _, v1 = target.row_boxes()[given]
    ink = np.where(target.row[target.subject.labels] == given, 0, target.subject.ink).astype(np.float32)
    top = int(np.clip((v0 + v1 - (y1 - y0)) // 2, 0, ink.shape[0] - (y1 - y0)))
    left = int(np.clip(u0, 0, max(0, ink.shape[1] - (x1 - x0))))
    place = ink[top : top + y1 - y0, left : left + x1 - x0]
    np.maximum(place, strip[: place.shape[0], : place.shape[1]], out=place)
    changed = replace(target.subject, ink=ink, digits=trained_digits(ink))
    return replace(target, subject=changed), taken, given
