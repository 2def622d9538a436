"""Body: the rows of a table without its heading and without lines of text above and below."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.context import BlockContext
from tablekin.segment.rows import Rows
from tablekin.threshold import threshold

_BINS = 50  # across the table, in which a rule is there or not
_HEADINGS = "headings with rows of numbers"
_TOTALS = "rows of totals"
_REAL = "the real scans"
_STROKES = "strokes of a pen below the table of Fort William 1901-06"
_LEANING = "tables whose columns lean"


@dataclass(frozen=True)
class BodyCriteria:
    """Which rows at both ends of a block are none of the table's."""

    min_rows: int = threshold(3, "rows", "that are left in any case", (2.0, 4.0))
    wordy_numbers: float = threshold(
        0.34, "of the usual row", "numbers in a line of text at most", (0.255, 0.425)
    )
    wordy: float = threshold(
        0.5, "of the row", "numbers beside words, in a line of text more", (0.375, 0.625)
    )
    few: float = threshold(
        0.5, "of the usual row", "numbers in a row of few at most", (0.375, 0.625), chosen=_REAL
    )
    stray: float = threshold(
        0.15, "of the usual row", "numbers in a row of strokes that look like digits at most", chosen=_STROKES
    )
    stray_score: float = threshold(
        0.6, "probability", "of the digits of such a row, on average, at most", chosen=_STROKES
    )
    lone: float = threshold(
        0.05,
        "of the usual row",
        "numbers in a row of one that is none of the table's at most",
        chosen=_STROKES,
    )
    lone_score: float = threshold(
        0.85, "probability", "of the digits of such a row, on average, at most", chosen=_STROKES
    )
    far: float = threshold(2.2, "pitches", "from a row of few numbers to the table at least", (1.65, 2.75))
    place: float = threshold(
        0.5, "digit widths", "width of a place across the table", (0.375, 0.625), chosen=_TOTALS
    )
    shared: float = threshold(
        0.25, "of the other rows", "that have digits at a shared place", (0.1875, 0.3125), chosen=_TOTALS
    )
    fitting: float = threshold(
        0.75,
        "of a row's digits",
        "at shared places, in a row of the table more",
        (0.5625, 0.9375),
        chosen=_TOTALS,
    )
    heading_rows: int = threshold(2, "rows", "of numbers in a heading at most", (1.0, 3.0))
    ruled: float = threshold(
        0.5, "of the width", "that a rule under a row covers", (0.375, 0.625), chosen=_HEADINGS
    )
    few_ruled: float = threshold(
        0.75, "of the width", "the same under a row of few numbers", (0.5625, 0.9375), chosen=_HEADINGS
    )
    ruled_rows: float = threshold(
        0.5, "of the rows", "ruled below: if more are, no rule tells it", (0.375, 0.625), chosen=_HEADINGS
    )
    set_off: float = threshold(
        1.2, "pitches", "from a heading to the next row at least", (0.9, 1.5), chosen=_LEANING
    )


CRITERIA = BodyCriteria()


def body_rows(
    rows: Rows,
    number: NDArray[np.intp],
    crowded: NDArray[np.bool_],
    embedded: NDArray[np.bool_],
    u: NDArray[np.floating],
    score: NDArray[np.floating],
    context: BlockContext,
    metrics: DigitMetrics,
) -> tuple[int, int]:
    """Leave out heading rows at the top and lines of text with numbers at both ends.

    A heading is one or two rows above a horizontal rule, set off by more than the usual pitch, where
    most rows have no rule below them. A line of text has few numbers and they stand between words, or
    it is far from the table; a row whose digits stand under those of other rows is neither. A very few unsure digits
    are no row.

    Parameters
    ----------
    rows
        The rows of a block.
    number
        Number each digit belongs to ``(n,)``.
    crowded
        Digits of numbers with words close by ``(n,)``.
    embedded
        Digits of numbers that letters touch ``(n,)``.
    u
        Digits across the flattened page ``(n,)``.
    score
        Probability of each digit ``(n,)``.
    context
        Rules around the block.
    metrics
        Size of the digits.

    Returns
    -------
    tuple
        First row of the body and the row after its last.
    """
    count = len(rows.centres)
    first, last = 0, count
    pairs = np.unique(np.column_stack([rows.member, number, crowded]), axis=0)
    sizes = np.bincount(pairs[:, 0], minlength=count)
    usual = np.median(sizes)
    beside_words = np.bincount(pairs[:, 0], pairs[:, 2], count) > CRITERIA.wordy * sizes
    touching_words = np.bincount(rows.member, embedded, count) > CRITERIA.wordy * rows.sizes
    fits = _fits(rows, u, metrics)
    few = sizes <= CRITERIA.few * usual
    wordy = (sizes <= CRITERIA.wordy_numbers * usual) & beside_words & ~fits | (few & touching_words)
    few &= ~fits
    mean_score = np.bincount(rows.member, score, count) / np.maximum(rows.sizes, 1)
    stray = (sizes <= CRITERIA.stray * usual) & (mean_score < CRITERIA.stray_score)
    stray |= (sizes <= CRITERIA.lone * usual) & (mean_score < CRITERIA.lone_score)
    far = np.diff(rows.centres) > CRITERIA.far * rows.pitch
    while last - first > CRITERIA.min_rows and (wordy[first] or stray[first] or (few[first] and far[first])):
        first += 1
    while last - first > CRITERIA.min_rows and (
        wordy[last - 1] or stray[last - 1] or (few[last - 1] and far[last - 2])
    ):
        last -= 1
    ruled = ruled_gaps(rows.centres, context.horizontal, (float(u.min()), float(u.max())))
    if last - first <= CRITERIA.min_rows + 1:
        return first, last
    if (ruled[first : last - 1] > CRITERIA.ruled).mean() < CRITERIA.ruled_rows:
        for k in range(first, first + CRITERIA.heading_rows):
            set_off = rows.centres[k + 1] - rows.centres[k] > CRITERIA.set_off * rows.pitch
            # a row of few digits must be cut off by a rule without breaks
            enough = CRITERIA.ruled if sizes[k] > CRITERIA.few * usual else CRITERIA.few_ruled
            if set_off and ruled[k] > enough:
                below = k + 1
                while last - below > CRITERIA.min_rows and stray[below]:
                    below += 1
                return below, last
    return first, last


def _fits(rows: Rows, u: NDArray[np.floating], metrics: DigitMetrics) -> NDArray[np.bool_]:
    """Tell in which rows most digits stand where a quarter of the other rows have digits; ``(rows,)``."""
    count = len(rows.centres)
    place = np.round((u - u.min()) / (CRITERIA.place * metrics.width)).astype(np.intp) + 1
    present = np.zeros((count, place.max() + 2), bool)
    for step in (-1, 0, 1):
        present[rows.member, place + step] = True
    shared = present.sum(0)[place] - 1 >= CRITERIA.shared * (count - 1)
    return np.bincount(rows.member, shared, count) > CRITERIA.fitting * rows.sizes


def ruled_gaps(
    centres: NDArray[np.floating], horizontal: NDArray[np.floating], span: tuple[float, float]
) -> NDArray[np.float64]:
    """Return the share of the table's width that a horizontal rule covers below each row; ``(rows - 1,)``."""
    inside = (horizontal[:, 0] >= span[0]) & (horizontal[:, 0] <= span[1])
    gap = np.searchsorted(centres, horizontal[inside, 1]) - 1
    step = max((span[1] - span[0]) / _BINS, 1.0)
    place = np.clip(((horizontal[inside, 0] - span[0]) / step).astype(np.intp), 0, _BINS - 1)
    good = (gap >= 0) & (gap < len(centres) - 1)
    covered = np.zeros((max(len(centres) - 1, 1), _BINS), bool)
    covered[gap[good], place[good]] = True
    return np.asarray(covered.mean(1), np.float64)
