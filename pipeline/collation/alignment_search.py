"""Alignment search: rows given columns and columns given rows, by turns, until neither changes; compiled."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.agreement_sums import sum_of_columns, sum_of_rows
from tablekin.collation.assignment import assign
from tablekin.collation.column_joins import JoiningLimits, Spans, TablePair, join_spans
from tablekin.collation.needleman_wunsch import find_path
from tablekin.collation.numpy_sums import centred, sum_of
from tablekin.collation.vocabulary import Places
from tablekin.models.compilation import compiled

Array = NDArray[np.float64]


class SearchLimits(NamedTuple):
    """See ``tablekin.collation.alignment.AlignmentCriteria`` and ``column_spans.JoiningCriteria``."""

    max_rounds: int
    order_penalty: float
    joining: JoiningLimits


class FoundAlignment(NamedTuple):
    """Rows and columns that correspond."""

    rows: Places  # (n, 2)
    spans: Spans  # (n, 4)
    evidence: float  # nats


@compiled
def first_rows(scores: Array, deviations: float) -> Places:  # pragma: no cover (compiled)
    """Choose rows that correspond by scores of every two ``(m, n)``, less what they have in common with any."""
    return find_path(centred(scores, deviations))


@compiled
def assign_columns(pair: TablePair, rows: Places, penalty: float) -> Places:  # pragma: no cover (compiled)
    """Pair columns so that the aligned rows agree best, ``(n, 2)``; columns without evidence stay alone.

    ``penalty`` is what columns at opposite ends of the tables cost, in nats a row.
    """
    if not len(rows):
        return np.zeros((0, 2), np.int64)
    scores = sum_of_rows(pair.scores, pair.a.place, pair.b.place, rows)
    count, count_b = scores.shape
    padded = np.zeros((count + count_b, count + count_b))
    for c in range(count):
        for d in range(count_b):
            apart = abs(c / max(count, 2) - d / max(count_b, 2))
            padded[c, d] = scores[c, d] - penalty * len(rows) * apart
    found, good = assign(padded), 0
    columns = np.empty((count, 2), np.int64)
    for c in range(count):
        if padded[c, found[c]] > 0:
            columns[good, 0], columns[good, 1] = c, found[c]
            good += 1
    return columns[:good]


@compiled
def refine(
    pair: TablePair, rows: Places, limits: SearchLimits
) -> FoundAlignment:  # pragma: no cover (compiled)
    """Improve an alignment of rows and find its columns, joined where that is better."""
    columns = assign_columns(pair, rows, limits.order_penalty)
    settled_rows, settled = _take_turns(pair, columns, limits)
    plain = join_columns_of(pair, settled_rows, settled, limits.joining)
    joined = join_columns_of(pair, rows, columns, limits.joining)
    return plain if plain.evidence >= joined.evidence else joined


@compiled
def join_columns_of(
    pair: TablePair, rows: Places, columns: Places, limits: JoiningLimits
) -> FoundAlignment:  # pragma: no cover (compiled)
    """Join columns, single ones ``(n, 2)``, where that is better."""
    if not len(rows):
        spans = np.ones((len(columns), 4), np.int64)
        spans[:, 0], spans[:, 2] = columns[:, 0], columns[:, 1]
        return FoundAlignment(rows, spans, 0.0)
    spans, evidence = join_spans(pair, rows, columns, limits)
    return FoundAlignment(rows, spans, evidence)


@compiled
def _take_turns(
    pair: TablePair, columns: Places, limits: SearchLimits
) -> tuple[Places, Places]:  # pragma: no cover (compiled)
    """Find rows given columns and columns given rows until both stay; ``columns`` are those to begin with."""
    best_rows, best_columns, best = np.zeros((0, 2), np.int64), np.zeros((0, 2), np.int64), 0.0
    for _ in range(limits.max_rounds):
        if not len(columns):
            break
        scores = sum_of_columns(pair.scores, pair.a.place, pair.b.place, columns)
        rows = find_path(scores)
        chosen = np.empty(len(rows))
        for n in range(len(rows)):
            chosen[n] = scores[rows[n, 0], rows[n, 1]]
        total = sum_of(chosen)
        if total <= best:
            break
        best_rows, best_columns, best = rows, columns, total
        columns = assign_columns(pair, rows, limits.order_penalty)
    return best_rows, best_columns
