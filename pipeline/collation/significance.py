"""Significance: whether what two aligned tables have in common is more than chance and their frame.

Columns that count (1, 2, 3 ... 30) say where a row belongs, not whom it was copied from: only the others are evidence.
Their agreement is compared with what the same columns give when the rows of one table are shuffled and the best order
of rows is sought again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.agreement import AgreementScores
from tablekin.collation.alignment import Alignment
from tablekin.collation.row_shuffles import shuffle_rows, shuffled_orders
from tablekin.collation.span import ColumnSpan
from tablekin.collation.value_relations import near_at, same_at, same_between
from tablekin.collation.vocabulary import Places
from tablekin.collation.witness_column import WitnessColumn
from tablekin.threshold import threshold

Array = NDArray[np.float64]
_UNRELATED = "real pages that have nothing to do with one another (scripts/evaluate_null.py)"


@dataclass(frozen=True)
class SignificanceCriteria:
    """When two tables have more in common than chance and their frame."""

    min_agreement: float = threshold(
        0.5,
        "of the cells compared",
        "that agree, times the share of the rows between the first and the last that align",
        chosen=_UNRELATED,
    )
    min_agreement_times_z: float = threshold(
        2.0, "standard deviations", "agreement times z; unrelated real pages reach 0.38", chosen=_UNRELATED
    )
    min_evidence: float = threshold(
        70.0,
        "nats",
        "of all tables of two documents; nine of ten unrelated real pages have less than 48, the most 90",
        chosen=_UNRELATED,
    )
    min_evidence_of_tables: float = threshold(
        20.0, "nats", "of one table and another: a part may be short, if all parts together are enough"
    )
    min_information: float = threshold(
        12.0,
        "nats",
        "of all tables of two documents, that what agrees says beyond its neighbours in its own column",
    )
    min_information_of_tables: float = threshold(6.0, "nats", "the same, of one table and another")
    hopeless: float = threshold(
        -6.5,
        "nats",
        "of the same, from which tables are unrelated as surely as is told, however much less it is",
    )
    no_news: float = threshold(0.03, "nats", "against kinship, of every cell that agrees")
    near_miss: float = threshold(1.0, "nats", "against it, of a cell that differs in a digit")
    miss: float = threshold(3.5, "nats", "against it, of a cell that differs otherwise")
    min_agreement_of_row: float = threshold(
        0.5, "of the cells of a row", "that agree, for the row to count as aligned"
    )
    shuffles: int = threshold(20, "shuffles", "of the rows of one table, the best order sought anew in each")
    min_std: float = threshold(1.0, "nats", "below which the deviation of the shuffles is not believed")


CRITERIA = SignificanceCriteria()


@dataclass(frozen=True)
class SignificanceTest:
    """What two tables have in common."""

    compared: int  # aligned cells with a reading on both sides, in columns that do not count
    agreeing: int  # those whose readings are the same
    expected: float  # as many would agree with shuffled rows
    coverage: float  # rows that align, to those of the shorter table between the first and the last
    evidence: float  # nats, of the cells that agree
    shuffled_mean: float  # nats, the same with shuffled rows: mean
    shuffled_std: float  # nats, and standard deviation
    information: float
    """Nats for kinship, beyond what each column says of itself; where these are hopeless, a bound that says so."""

    @property
    def agreement(self) -> float:
        """Share of cells that agree, less for rows left out between aligned ones."""
        return self.coverage * self.agreeing / self.compared if self.compared else 0.0

    @property
    def z(self) -> float:
        """Evidence beyond that of shuffled rows, in standard deviations."""
        return (self.evidence - self.shuffled_mean) / max(self.shuffled_std, CRITERIA.min_std)

    @property
    def is_alike(self) -> bool:
        """Whether the tables have more in common than their frame and chance, however little that is."""
        return (
            self.agreement >= CRITERIA.min_agreement
            and self.evidence >= CRITERIA.min_evidence_of_tables
            and self.information >= CRITERIA.min_information_of_tables
            and self.agreement * self.z >= CRITERIA.min_agreement_times_z
        )


NOTHING_IN_COMMON = SignificanceTest(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0)


def weigh_alignment(agreement: AgreementScores, alignment: Alignment) -> SignificanceTest:
    """Weigh what two tables have in common, given their agreement as they stand."""
    if alignment.transposed:
        agreement = agreement.transposed()
    rows = alignment.rows
    spans = [span for span in alignment.columns if not _counts(agreement, span)]
    if not len(rows) or not spans:
        return NOTHING_IN_COMMON
    weights = _weights_of_agreement(agreement, spans)
    total = weights.sum(0)
    agreeing = weights[:, rows[:, 0], rows[:, 1]] > 0
    columns = [(agreement.a.column(span.a), agreement.b.column(span.b)) for span in spans]
    filled = np.array([one.filled[rows[:, 0]] & other.filled[rows[:, 1]] for one, other in columns])
    shuffled, counts = shuffle_rows(weights, total, shuffled_orders(total.shape[1], CRITERIA.shuffles))
    in_row = CRITERIA.min_agreement_of_row * np.maximum(filled.sum(0), 1)
    good = rows[agreeing.sum(0) >= in_row]
    between = _rows_between(agreement, alignment, good) if len(good) else 1
    return SignificanceTest(
        compared=int(filled.sum()),
        agreeing=int(agreeing.sum()),
        expected=float(np.mean(counts)),
        coverage=float(min(len(good) / between, 1.0)),
        evidence=float(total[rows[:, 0], rows[:, 1]].sum()),
        shuffled_mean=float(np.mean(shuffled)),
        shuffled_std=float(np.std(shuffled)),
        information=_information(agreement, alignment, spans),
    )


def _information(agreement: AgreementScores, alignment: Alignment, spans: Sequence[ColumnSpan]) -> float:
    """Weigh what agrees by what it says beyond its own column, less what the choice of rows and columns is worth.

    What a column says is found out only where it could help: what speaks against kinship may be too much for any.
    """
    rows_a, rows_b = alignment.rows.T
    gaps, choice = -_cost_of_gaps(agreement, alignment), -float(np.log(agreement.b.shape[1]))
    columns = [(agreement.a.column(span.a), agreement.b.column(span.b)) for span in spans]
    compared = []
    for a, b in columns:
        is_near = near_at(a.vocabulary, a.place[rows_a], b.vocabulary, b.place[rows_b])
        against = np.where(is_near, CRITERIA.near_miss, CRITERIA.miss)
        compared.append((_same(a, b, alignment.rows), against, a.filled[rows_a] & b.filled[rows_b]))
    most = gaps + choice * len(columns)
    for (a, b), (same, against, filled) in zip(columns, compared, strict=True):
        most += same.sum() * min(a.max_nats, b.max_nats) - against[filled & ~same].sum()
    if most <= CRITERIA.hopeless:
        return float(most)
    found = [np.array([gaps])]
    for (a, b), (same, against, filled) in zip(columns, compared, strict=True):
        says = np.minimum(a.nats[rows_a], b.nats[rows_b])
        nats = np.where(same, says - CRITERIA.no_news, -against)
        found += [np.array([choice]), nats[filled]]
    return sum(np.concatenate(found).tolist())


def _cost_of_gaps(agreement: AgreementScores, alignment: Alignment) -> float:
    """Nats for the choice of the rows that are left out; none where arguments say which rows correspond."""
    rows = alignment.rows
    for span in alignment.columns:
        if _counts(agreement, span):
            same = _same(agreement.a.column(span.a), agreement.b.column(span.b), rows)
            if same.sum() >= CRITERIA.min_agreement * len(rows):
                return 0.0
    gaps = int((np.diff(rows, axis=0) != 1).any(1).sum())
    return gaps * float(np.log(max(agreement.a.shape[0], agreement.b.shape[0])))


def _same(a: WitnessColumn, b: WitnessColumn, rows: Places) -> NDArray[np.bool_]:
    """Tell in which rows that correspond two columns are of one value, ``(n,)``."""
    return same_at(a.vocabulary, a.place[rows[:, 0]], b.vocabulary, b.place[rows[:, 1]])


def _counts(agreement: AgreementScores, span: ColumnSpan) -> bool:
    """Tell whether a column of arguments takes part."""
    return agreement.a.column(span.a).is_argument or agreement.b.column(span.b).is_argument


def _weights_of_agreement(agreement: AgreementScores, spans: Sequence[ColumnSpan]) -> Array:
    """Weigh, in nats, the values that every two rows have in common; ``(spans, rows of a, rows of b)``."""
    matrices = []
    for span in spans:
        a, b = agreement.a.column(span.a), agreement.b.column(span.b)
        same = same_between(a.vocabulary, a.place, b.vocabulary, b.place)
        matrices.append(np.where(same, agreement.weights(a)[:, None], 0.0))
    return np.array(matrices)


def _rows_between(agreement: AgreementScores, alignment: Alignment, good: Places) -> int:
    """Count the rows from the first to the last that agree, those of the table that has fewer there.

    Where rows have arguments, only those that both tables have count: one may have every degree, the other every third.
    """
    counts = [int(count) for count in good[-1] - good[0] + 1]
    for span in alignment.columns:
        a, b = agreement.a.column(span.a), agreement.b.column(span.b)
        if a.is_argument and b.is_argument:
            arguments = {*b.numbers[b.filled].tolist()}
            counts.append(sum(one in arguments for one in a.numbers[good[0, 0] : good[-1, 0] + 1].tolist()))
    return max(min(counts), 1)
