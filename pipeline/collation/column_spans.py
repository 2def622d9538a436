"""Column spans: columns of two tables that correspond, several to one where a table splits what the other joins."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.agreement import AgreementScores
from tablekin.collation.grid import Grid
from tablekin.collation.values import Text, as_number, is_argument_column, is_same_value
from tablekin.threshold import threshold


@dataclass(frozen=True)
class ColumnSpan:
    """Columns of both tables that correspond; more than one where a table splits what the other joins."""

    a: tuple[int, int]  # first column and number of columns
    b: tuple[int, int]

    def overlaps(self, other: ColumnSpan) -> bool:
        """Tell whether two spans have a column of either table in common."""
        return _overlap(self.a, other.a) or _overlap(self.b, other.b)


@dataclass(frozen=True)
class JoiningCriteria:
    """When neighbouring columns of one table correspond to one column of the other."""

    max_columns: int = threshold(4, "columns", "that are joined at most: signs, degrees, minutes and seconds")
    min_agreement: float = threshold(
        0.4, "of the aligned rows", "in which joined columns are the same number, to be tried at all"
    )
    min_gain: float = threshold(3.0, "nats", "by which joined columns must say more than those they displace")
    min_repeated: float = threshold(
        0.8, "of the aligned rows", "in which arguments printed on both sides of a table are the same"
    )


CRITERIA = JoiningCriteria()


class _AlignedTexts:
    """The texts of the aligned rows of both tables, of columns joined as asked for."""

    def __init__(self, a: Grid, b: Grid, rows: NDArray[np.int64]) -> None:
        self._grids = {"a": (a, rows[:, 0]), "b": (b, rows[:, 1])}
        self._known: dict[tuple[str, tuple[int, int]], Text] = {}
        self._numbers: dict[str, int] = {}

    def of(self, side: str, columns: tuple[int, int]) -> Text:
        """Read columns of table a or b as one; ``(rows,)``."""
        if (side, columns) not in self._known:
            grid, rows = self._grids[side]
            self._known[side, columns] = grid.joined(*columns)[rows]
        return self._known[side, columns]

    def numbers(self, side: str, count: int) -> NDArray[np.int64]:
        """Count off what neighbouring columns say as one; ``(rows, first columns)``, -1 for nothing."""
        columns = self._grids[side][0].shape[1]
        found = [
            [self._numbers.setdefault(as_number(text), len(self._numbers)) if text else -1 for text in texts]
            for texts in (self.of(side, (first, count)) for first in range(columns - count + 1))
        ]
        return np.array(found, np.int64).T


def join_columns(
    agreement: AgreementScores, rows: NDArray[np.int64], spans: Sequence[ColumnSpan]
) -> tuple[tuple[ColumnSpan, ...], float]:
    """Join neighbouring columns of one table where together they agree with one column of the other.

    Parameters
    ----------
    agreement
        Of the two tables.
    rows
        ``(n, 2)``, those that correspond; at least one.
    spans
        Single columns that correspond.

    Returns
    -------
    tuple
        The spans in order, with columns of arguments that one table prints twice, and in nats how much their
        agreement says.
    """
    cells = agreement.cells[rows[:, 0], :, rows[:, 1], :].sum(0)
    texts = _AlignedTexts(agreement.a, agreement.b, rows)
    score = {span: float(cells[span.a[0], span.b[0]]) for span in spans}
    chosen = list(spans)
    found = _joinable(agreement, texts, (cells.shape[0], cells.shape[1]), len(rows))
    for evidence, span in sorted(found, key=lambda one: -one[0]):
        displaced = [known for known in chosen if known.overlaps(span)]
        if evidence - sum(score[known] for known in displaced) > CRITERIA.min_gain:
            chosen = [known for known in chosen if known not in displaced] + [span]
            score[span] = evidence
    chosen += _repeated_arguments(cells, chosen, texts)
    chosen.sort(key=lambda span: (span.a, span.b))
    return tuple(chosen), sum(score.get(span, 0.0) for span in chosen)


def _joinable(
    agreement: AgreementScores, texts: _AlignedTexts, shape: tuple[int, int], rows: int
) -> Iterator[tuple[float, ColumnSpan]]:
    """Yield joined columns of one table that often are the same number as a column of the other."""
    for span in _often_the_same(texts, shape, CRITERIA.min_agreement * rows):
        one, other = texts.of("a", span.a), texts.of("b", span.b)
        yield float(sum(agreement.of(x, y) for x, y in zip(one, other, strict=True))), span


def _often_the_same(texts: _AlignedTexts, shape: tuple[int, int], rows: float) -> Iterator[ColumnSpan]:
    """Yield several neighbouring columns of one table and a column of the other, the same number in more rows."""
    single = {side: texts.numbers(side, 1) for side in "ab"}
    for count in range(2, CRITERIA.max_columns + 1):
        if count <= shape[0]:
            same = _count_same(texts.numbers("a", count), single["b"])
            yield from (
                ColumnSpan((first, count), (other, 1)) for first, other in np.argwhere(same > rows).tolist()
            )
        if count <= shape[1]:
            same = _count_same(texts.numbers("b", count), single["a"])
            yield from (
                ColumnSpan((other, 1), (first, count)) for first, other in np.argwhere(same > rows).tolist()
            )


def _count_same(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Count the rows in which every two columns have the same number, ``(columns of one, columns of other)``."""
    same = np.zeros((one.shape[1], other.shape[1]), np.int64)
    for left, right in zip(one, other, strict=True):
        same += (left[:, None] == right) & (left >= 0)[:, None]
    return same


def _repeated_arguments(
    cells: NDArray[np.float64], spans: Sequence[ColumnSpan], texts: _AlignedTexts
) -> Iterator[ColumnSpan]:
    """Yield columns of arguments that one table prints on both sides and the other once."""
    taken_a = {column for span in spans for column in range(span.a[0], sum(span.a))}
    taken_b = {column for span in spans for column in range(span.b[0], sum(span.b))}
    for column in set(range(cells.shape[0])) - taken_a:
        other = int(cells[column].argmax())
        own, others = texts.of("a", (column, 1)), texts.of("b", (other, 1))
        if is_argument_column(own) and _mostly_same(own, others):
            yield ColumnSpan((column, 1), (other, 1))
    for column in set(range(cells.shape[1])) - taken_b:
        other = int(cells[:, column].argmax())
        own, others = texts.of("b", (column, 1)), texts.of("a", (other, 1))
        if is_argument_column(own) and _mostly_same(own, others):
            yield ColumnSpan((other, 1), (column, 1))


def _mostly_same(one: Text, other: Text) -> bool:
    same = sum(is_same_value(x, y) for x, y in zip(one, other, strict=True))
    return same > CRITERIA.min_repeated * len(one)


def _overlap(one: tuple[int, int], other: tuple[int, int]) -> bool:
    return one[0] < other[0] + other[1] and other[0] < one[0] + one[1]
