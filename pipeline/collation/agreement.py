"""Agreement: how much it says that two cells agree, in nats: the rarer the value in both tables, the more."""

from __future__ import annotations

from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from tablekin.collation.agreement_sums import Array, sum_of_best, sum_of_columns, sum_of_rows
from tablekin.collation.column_joins import TablePair
from tablekin.collation.grid import Grid
from tablekin.collation.joined_texts import place_of
from tablekin.collation.span import ColumnSpan
from tablekin.collation.value_matches import NEAR, SAME, SAME_BARE, SAME_NUMBER, match_values
from tablekin.collation.value_scores import (
    ScoreShares,
    ValueRarity,
    count_numbers,
    score_texts,
    score_values,
    weigh_matches,
    weigh_texts,
)
from tablekin.collation.vocabulary import NOTHING, NumberedTexts, Places, Vocabulary
from tablekin.collation.witness_column import WitnessColumn
from tablekin.threshold import threshold

_NATS_PER_DIGIT = float(np.log(10))


@dataclass(frozen=True)
class AgreementWeights:
    """What two cells at one place say for or against rows and columns that correspond."""

    same_without_spaces: float = threshold(
        0.9, "of the weight", "a value that is the same only without its spaces"
    )
    same_without_zeros: float = threshold(
        0.6,
        "of the weight",
        "a value that is the same only without its zeros: 9.2 and 9.02 without their points",
    )
    within_one_edit: float = threshold(
        0.5, "of the weight", "a value that differs in one digit, or in two neighbours that changed places"
    )
    different: float = threshold(-1.5, "nats", "two values that differ")
    missing: float = threshold(-0.3, "nats", "a value beside an empty cell")
    free_digits: int = threshold(
        2, "digits", "of a long number, that its neighbours foretell; each further one is worth log 10 nats"
    )


WEIGHTS = AgreementWeights()


class ValueWeights:
    """What a value weighs, in nats: how rare it is in two tables, or that many digits are the same by chance."""

    def __init__(self, a: NumberedTexts, b: NumberedTexts) -> None:
        numbers, count, total = count_numbers(a, b)
        self.rarity = ValueRarity(
            numbers,
            np.log(max(total, 1) / np.maximum(count, 1)),
            float(np.log(max(total, 1))),
            int(WEIGHTS.free_digits),
            _NATS_PER_DIGIT,
        )
        self._known: dict[int, tuple[Vocabulary, Array]] = {}

    def of(self, texts: Vocabulary) -> Array:
        """Weights of texts, ``(texts,)``; of an empty one it means nothing."""
        known = self._known.get(id(texts))
        if known is None:
            weights = np.asarray(weigh_texts(self.rarity, texts.number, texts.significant))
            known = self._known[id(texts)] = texts, weights  # kept, so that no other has its id
        return known[1]


class AgreementScores:
    """How much the agreement of any two cells of two tables says, in nats."""

    def __init__(self, a: Grid, b: Grid) -> None:
        self.a, self.b = a, b
        self._weights = ValueWeights(a.numbered, b.numbered)
        self._matches = _find_matches(a.numbered.vocabulary, b.numbered.vocabulary, self._weights)
        self._scores = _score_texts(a.numbered.vocabulary, b.numbered.vocabulary, self._matches)
        self._of_spans: dict[
            ColumnSpan, Array
        ] = {}  # of every two rows: alignments come upon one again and again

    def transposed(self) -> AgreementScores:
        """Score the same cells, with the rows of b for its columns."""
        turned = copy(self)
        turned.b, turned._of_spans = self.b.transposed(), {}
        return turned

    @property
    def upper_bound(self) -> float:
        """What the smaller table would say if all of it agreed."""
        sums = []
        for texts in (self.a.numbered, self.b.numbered):
            filled = texts.vocabulary.number != NOTHING
            sums.append(float(np.where(filled, self._weights.of(texts.vocabulary), 0.0)[texts.place].sum()))
        return min(sums)

    def of_columns(self, rows: Places) -> Array:
        """Scores of every two columns in rows that correspond, ``(columns of a, columns of b)``."""
        return sum_of_rows(self._scores, self.a.numbered.place, self.b.numbered.place, rows)

    def of_rows(self, spans: Sequence[ColumnSpan]) -> Array:
        """Scores of every two rows in columns that correspond, ``(rows of a, rows of b)``."""
        if any(span.is_joined for span in spans):
            return np.asarray(np.sum([self._of_span(span) for span in spans], axis=0))
        columns = np.array([(span.a[0], span.b[0]) for span in spans], np.int64).reshape(-1, 2)
        return sum_of_columns(self._scores, self.a.numbered.place, self.b.numbered.place, columns)

    def best_by_row(self) -> Array:
        """Add up, for every two rows, the best that each cell of the one finds in the other; ``(rows, rows)``."""
        return sum_of_best(*self._matches, self.a.numbered.place, self.b.numbered.place)

    def _of_span(self, span: ColumnSpan) -> Array:
        if span not in self._of_spans:
            self._of_spans[span] = self._score_span(span)
        return self._of_spans[span]

    def _score_span(self, span: ColumnSpan) -> Array:
        a, b = self.a.column(span.a), self.b.column(span.b)
        scores = self._scores
        if span.is_joined:
            matches = _find_matches(a.vocabulary, b.vocabulary, self._weights)
            scores = _score_texts(a.vocabulary, b.vocabulary, matches)
        return np.asarray(scores[np.ix_(a.place, b.place)])

    def of_values(self, span: ColumnSpan, rows: Places) -> Array:
        """Scores of what stands side by side in columns and rows that correspond, ``(n,)``; zeros must agree, too."""
        pair = self.pair(max(span.a[1], span.b[1]))
        sides = ((pair.a, span.a, rows[:, 0]), (pair.b, span.b, rows[:, 1]))
        place, place_b = (place_of(side, row, *columns) for side, columns, row in sides)
        return np.asarray(
            score_values(pair.a.together, place, pair.b.together, place_b, pair.rarity, pair.shares)
        )

    def pair(self, most: int) -> TablePair:
        """Make the two tables ready for compiled functions, with up to ``most`` neighbouring columns joined."""
        shares = ScoreShares(
            WEIGHTS.same_without_spaces, WEIGHTS.within_one_edit, WEIGHTS.different, WEIGHTS.missing
        )
        return TablePair(self.a.side(most), self.b.side(most), self._scores, self._weights.rarity, shares)

    def weights(self, column: WitnessColumn) -> Array:
        """Weights of the values of a column, ``(rows,)``; of an empty cell it means nothing."""
        return self._weights.of(column.vocabulary)[column.place]


def best_by_row(a: NumberedTexts, b: NumberedTexts) -> Array:
    """Add up the same of any cells ``(rows, columns)``, which are weighed among themselves."""
    matches = _find_matches(a.vocabulary, b.vocabulary, ValueWeights(a, b))
    return sum_of_best(*matches, a.place, b.place)


class _ScoredMatches(NamedTuple):
    """Texts of two vocabularies that match."""

    one: Places  # (matches,)
    other: Places
    scores: Array  # nats


def _find_matches(a: Vocabulary, b: Vocabulary, weights: ValueWeights) -> _ScoredMatches:
    """Find texts that match, and what that says."""
    one, other, kind = match_values(a, b)
    share = np.empty(4)
    share[SAME], share[SAME_NUMBER] = 1.0, WEIGHTS.same_without_spaces
    share[SAME_BARE], share[NEAR] = WEIGHTS.same_without_zeros, WEIGHTS.within_one_edit
    return _ScoredMatches(one, other, weigh_matches(one, other, kind, share, weights.of(a), weights.of(b)))


def _score_texts(a: Vocabulary, b: Vocabulary, matches: _ScoredMatches) -> Array:
    """Score every two texts at one place, ``(texts of a, texts of b)``."""
    return np.asarray(score_texts(a.number, b.number, *matches, WEIGHTS.different, WEIGHTS.missing))
