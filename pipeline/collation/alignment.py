"""Alignment: which rows and columns of two tables correspond.

Rows keep their order, with gaps on both sides; columns may stand in any order. What corresponds is found by turns: rows
by dynamic programming, given the columns; columns by assignment, given the rows; until neither changes. It begins
from rows that have rare values in common, wherever they stand, and from those that the explanation of the pair
relates. At the end, columns that one table has in two or three are joined where that explains the other better.

Agreement counts as much as it is surprising: the logarithm of how rare the value is in both tables.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tablekin.collation.edit_distance import near_pairs, within_one_edit, without_zeros
from tablekin.collation.grid import Grid, Text, grouped, is_serial, joint, same
from tablekin.collation.needleman_wunsch import best_path

Array = NDArray[np.float64]

_JOINT = 0.9  # what a number that only without its spaces is the same counts, to one that is as it stands
_ZEROS = (
    0.6  # what a number that only without its zeros is the same counts: 9.2 and 9.02 without their points
)
_NEAR = 0.5  # what a value that differs in one figure counts, to one that is the same
_DIFFERENT = -1.5  # evidence against rows or columns that correspond: two values that differ
_FREE_FIGURES = 2  # of a long number, that its neighbours in the table foretell
_FIGURE = float(np.log(10))  # nats
_MISSING = -0.3  # a value beside an empty cell
_ORDER = 0.02  # preference, by cell, for columns that stand in the same order
_TURNS = 8  # rows and columns hardly ever change longer
_WIDEST = 4  # columns that may be joined
_ENOUGH = 0.5  # share of what tables could agree on from which no other beginning is tried
_LEAST_GAIN = 3.0  # evidence for joining columns


@dataclass(frozen=True)
class Span:
    """Columns of both tables that correspond; more than one where a table splits what the other joins."""

    a: tuple[int, int]  # first column and number of columns
    b: tuple[int, int]


@dataclass(frozen=True)
class Alignment:
    """Rows and columns of two tables that correspond."""

    rows: NDArray[np.int64]  # (n, 2), rising in both
    columns: tuple[Span, ...]
    evidence: float  # in nats, that they have to do with one another
    turned: bool = False  # columns of b are given as its rows, and rows as columns


class AgreementScores:
    """How much the agreement of any two cells of two tables says, in nats."""

    def __init__(self, a: Grid, b: Grid) -> None:
        self.a, self.b = a, b
        self._count: dict[str, int] = {}
        for text in (*a.text.flat, *b.text.flat):
            if text:
                self._count[joint(text)] = self._count.get(joint(text), 0) + 1
        self._total = max(sum(self._count.values()), 1)
        self.cells = self._matrix(a.text, b.text)

    @property
    def most(self) -> float:
        """What the smaller table would say if all of it agreed."""
        return min(
            sum(self.weight(str(text)) for text in grid.text.flat if text) for grid in (self.a, self.b)
        )

    def of_rows(self, columns: Sequence[Span]) -> Array:
        """Scores of every two rows, given the columns that correspond: ``(rows of a, rows of b)``."""
        parts = [self._matrix(self.a.joined(*span.a), self.b.joined(*span.b)) for span in columns]
        return np.asarray(np.sum(parts, axis=0), np.float64)

    def _matrix(self, one: Text, other: Text) -> Array:
        """Scores of every reading with every other, ``(*shape of one, *shape of other)``."""
        (values_a, place_a), (values_b, place_b) = (
            np.unique(texts.astype(str), return_inverse=True) for texts in (one, other)
        )
        table = self._table(values_a, values_b)
        return np.asarray(
            table[place_a.reshape(one.size, 1), place_b.ravel()].reshape(*one.shape, *other.shape)
        )

    def weight(self, text: str) -> float:
        """Surprise at a value: how rare it is in both tables, or that many figures are the same by chance."""
        value = joint(text)
        rarity = float(np.log(self._total / self._count.get(value, 1)))
        return max(rarity, (len(value.rstrip("0")) - _FREE_FIGURES) * _FIGURE)

    def of(self, one: str, other: str) -> float:
        """Scores of two readings that stand at the same place."""
        if not one and not other:
            return 0.0
        if not one or not other:
            return _MISSING
        if same(one, other):
            weight = max(self.weight(one), self.weight(other))
            return weight if grouped(one) == grouped(other) else _JOINT * weight
        if within_one_edit(joint(one), joint(other)):
            return _NEAR * max(self.weight(one), self.weight(other))
        return _DIFFERENT

    def _table(self, values_a: NDArray[np.str_], values_b: NDArray[np.str_]) -> Array:
        """Scores of every value with every other."""
        filled = (values_a != "")[:, None] & (values_b != "")
        table = np.where(filled, _DIFFERENT, _MISSING)
        table[np.ix_(values_a == "", values_b == "")] = 0
        weights = [np.array([self.weight(v) for v in values]) for values in (values_a, values_b)]
        weight = np.maximum(weights[0][:, None], weights[1][None])
        for form, share in ((without_zeros, _ZEROS), (joint, _JOINT), (grouped, 1.0)):
            one, other = (np.array([form(v) if v else "" for v in values]) for values in (values_a, values_b))
            equal = (one[:, None] == other[None]) & (one != "")[:, None]
            table = np.where(equal & filled, share * weight, table)
        near = near_pairs([joint(v) for v in values_a], [joint(v) for v in values_b]) & (table == _DIFFERENT)
        return np.where(near & filled, _NEAR * weight, table)


def align(a: Grid, b: Grid, relevance: Array | None = None) -> Alignment:
    """Find the rows and columns of two tables that correspond, b as it stands or turned on its side.

    Parameters
    ----------
    a, b
        The tables.
    relevance
        ``(rows of a, columns of a, rows of b, columns of b)``, the explanation of the pair; helps to begin.
    """
    upright = _align(a, b, relevance)
    flipped = None if relevance is None else relevance.transpose(0, 1, 3, 2)
    turned = _align(a, b.transposed(), flipped)
    return upright if upright.evidence >= turned.evidence else replace(turned, turned=True)


def _align(a: Grid, b: Grid, relevance: Array | None) -> Alignment:
    evidence = AgreementScores(a, b)
    begins = [np.maximum(evidence.cells, 0).max(3).sum(1)]
    if relevance is not None:
        begins.append(relevance.sum((1, 3)))
    found = [_refine(evidence, best_path(_centred(begin))) for begin in begins]
    if max(one.evidence for one in found) < _ENOUGH * evidence.most:
        wide = AgreementScores(_with_pairs(a), _with_pairs(b))
        found.append(_refine(evidence, best_path(_centred(np.maximum(wide.cells, 0).max(3).sum(1)))))
    return _fill_gaps(max(found, key=lambda alignment: alignment.evidence))


def _with_pairs(grid: Grid) -> Grid:
    """Add to the columns of a table what every two neighbours say together."""
    pairs = [grid.joined(first, 2) for first in range(grid.shape[1] - 1)]
    return replace(grid, text=np.column_stack([grid.text, *pairs])) if pairs else grid


def _refine(evidence: AgreementScores, rows: NDArray[np.int64]) -> Alignment:
    """Improve an alignment of rows and find its columns, joined where that is better."""
    plain = _join_columns(evidence, _take_turns(evidence, rows))
    joined = _join_columns(evidence, Alignment(rows, _spans(_assign(evidence, rows)), 0.0))
    best = max(plain, joined, key=lambda alignment: alignment.evidence)
    while any(span.a[1] + span.b[1] > 2 for span in best.columns):
        again = best_path(evidence.of_rows(best.columns))
        better = _join_columns(evidence, Alignment(again, _spans(_assign(evidence, again)), 0.0))
        if better.evidence <= best.evidence:
            break
        best = better
    return best


def _spans(columns: Sequence[tuple[int, int]]) -> tuple[Span, ...]:
    return tuple(Span((c, 1), (d, 1)) for c, d in columns)


def _centred(scores: Array) -> Array:
    """Take from scores what a row has in common with any other, so that chance comes to nothing."""
    if not scores.size:
        return scores
    rows, columns = scores.mean(1, keepdims=True), scores.mean(0, keepdims=True)
    return scores - np.maximum(rows, columns) - 0.5 * float(scores.std())


def _take_turns(evidence: AgreementScores, rows: NDArray[np.int64]) -> Alignment:
    """Find columns given rows and rows given columns until both stay."""
    best = Alignment(np.zeros((0, 2), np.int64), (), 0.0)
    for _ in range(_TURNS):
        columns = _assign(evidence, rows)
        if not len(columns):
            break
        scores = np.sum([evidence.cells[:, c, :, d] for c, d in columns], axis=0)
        rows = best_path(scores)
        total = float(scores[rows[:, 0], rows[:, 1]].sum())
        if total <= best.evidence:
            break
        best = Alignment(rows, _spans(columns), total)
    return best


def _assign(evidence: AgreementScores, rows: NDArray[np.int64]) -> list[tuple[int, int]]:
    """Pair columns so that the aligned rows agree best; columns without evidence stay alone."""
    if not len(rows):
        return []
    scores = evidence.cells[rows[:, 0], :, rows[:, 1], :].sum(0)
    count_a, count_b = scores.shape
    place_a, place_b = np.arange(count_a) / max(count_a, 2), np.arange(count_b) / max(count_b, 2)
    order = _ORDER * len(rows) * np.abs(place_a[:, None] - place_b[None])
    padded = np.zeros((count_a + count_b, count_a + count_b))
    padded[:count_a, :count_b] = scores - order
    one, other = linear_sum_assignment(padded, maximize=True)
    return [(int(c), int(d)) for c, d in zip(one, other, strict=True) if padded[c, d] > 0]


def _join_columns(evidence: AgreementScores, alignment: Alignment) -> Alignment:
    """Join neighbouring columns of one table where together they agree with one column of the other."""
    rows, spans = alignment.rows, list(alignment.columns)
    if not len(rows):
        return alignment
    cells = evidence.cells[rows[:, 0], :, rows[:, 1], :].sum(0)
    score = {span: float(cells[span.a[0], span.b[0]]) for span in spans}
    texts: dict[tuple[str, int, int], Text] = {}

    def text(side: str, first: int, count: int) -> Text:
        if (side, first, count) not in texts:
            grid, place = (evidence.a, 0) if side == "a" else (evidence.b, 1)
            texts[side, first, count] = grid.joined(first, count)[rows[:, place]]
        return texts[side, first, count]

    candidates = []
    most = cells.shape
    for count in range(2, _WIDEST + 1):
        wide = [
            (Span((first, count), (other, 1)), text("a", first, count), text("b", other, 1))
            for first in range(most[0] - count + 1)
            for other in range(most[1])
        ] + [
            (Span((other, 1), (first, count)), text("a", other, 1), text("b", first, count))
            for first in range(most[1] - count + 1)
            for other in range(most[0])
        ]
        for span, one, other in wide:
            agree = sum(x != "" and joint(x) == joint(y) for x, y in zip(one, other, strict=True))
            if agree > 0.4 * len(rows):
                found = float(sum(evidence.of(x, y) for x, y in zip(one, other, strict=True)))
                candidates.append((found, span))
    for found, span in sorted(candidates, key=lambda one: -one[0]):
        touched = [known for known in spans if _overlap(known.a, span.a) or _overlap(known.b, span.b)]
        if found - sum(score[known] for known in touched) > _LEAST_GAIN:
            spans = [known for known in spans if known not in touched] + [span]
            score[span] = found
    spans += _repeated(cells, spans, text)
    spans.sort(key=lambda span: (span.a, span.b))
    return Alignment(rows, tuple(spans), sum(score.get(span, 0.0) for span in spans))


def _repeated(cells: Array, spans: Sequence[Span], text: Callable[[str, int, int], Text]) -> Iterator[Span]:
    """Yield columns of arguments that one table prints on both sides and the other once."""
    taken_a = {column for span in spans for column in range(span.a[0], sum(span.a))}
    taken_b = {column for span in spans for column in range(span.b[0], sum(span.b))}
    for column in set(range(cells.shape[0])) - taken_a:
        other = int(cells[column].argmax())
        if is_serial(text("a", column, 1)) and _mostly_same(text("a", column, 1), text("b", other, 1)):
            yield Span((column, 1), (other, 1))
    for column in set(range(cells.shape[1])) - taken_b:
        other = int(cells[:, column].argmax())
        if is_serial(text("b", column, 1)) and _mostly_same(text("a", other, 1), text("b", column, 1)):
            yield Span((other, 1), (column, 1))


def _mostly_same(one: Text, other: Text) -> bool:
    return sum(same(x, y) for x, y in zip(one, other, strict=True)) > 0.8 * len(one)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[0] + other[1] and other[0] < one[0] + one[1]


def _fill_gaps(alignment: Alignment) -> Alignment:
    """Pair rows between aligned ones where both tables have as many: a row of variants is still a row."""
    rows: list[tuple[int, int]] = []
    for i, j in alignment.rows.tolist():
        if rows:
            (before_a, before_b) = rows[-1]
            if i - before_a == j - before_b:
                rows += [(before_a + k, before_b + k) for k in range(1, i - before_a)]
        rows.append((i, j))
    return replace(alignment, rows=np.array(rows, np.int64).reshape(-1, 2))
