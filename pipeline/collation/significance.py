"""Verdict: whether what two aligned tables have in common is more than chance and their frame.

Columns that count (1, 2, 3 ... 30) say where a row belongs, not whom it was copied from: only the others are evidence.
Their agreement is compared with what the same columns give when the rows of one table are shuffled and the best order
of rows is sought again.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.alignment import AgreementScores, Alignment
from tablekin.collation.grid import Grid, is_serial, joint, same
from tablekin.collation.needleman_wunsch import best_path

LEAST_AGREEMENT = (
    0.5  # same cells to compared cells, times the share of rows between the first and last that align
)
LEAST_SURPRISE = 2.0  # agreement times the evidence beyond that of shuffled rows, in its standard deviations
LEAST_EVIDENCE = 70.0  # nats, of all tables of two documents
LEAST_PART = 20.0  # nats, of two tables
_SHUFFLES = 20


@dataclass(frozen=True)
class SignificanceTest:
    """What two tables have in common."""

    compared: int  # aligned cells with a reading on both sides, in columns that do not count
    agreeing: int  # those whose readings are the same
    expected: float  # as many would agree with shuffled rows
    coverage: float  # rows that align, to those of the shorter table between the first and the last
    evidence: float  # nats, of the cells that agree
    chance: float  # the same, with shuffled rows: mean
    spread: float  # and standard deviation

    @property
    def agreement(self) -> float:
        """Share of cells that agree, less for rows left out between aligned ones."""
        return self.coverage * self.agreeing / self.compared if self.compared else 0.0

    @property
    def surprise(self) -> float:
        """Agreement beyond that of shuffled rows, in standard deviations."""
        return (self.evidence - self.chance) / max(self.spread, 1.0)

    @property
    def is_alike(self) -> bool:
        """Whether the tables have more in common than their frame and chance, however little that is."""
        return (
            self.agreement >= LEAST_AGREEMENT
            and self.evidence >= LEAST_PART
            and self.agreement * self.surprise >= LEAST_SURPRISE
        )


def judge(a: Grid, b: Grid, alignment: Alignment) -> SignificanceTest:
    """Weigh what two tables have in common; ``b`` turned as the alignment says."""
    rows = alignment.rows
    spans = [
        span
        for span in alignment.columns
        if not is_serial(a.joined(*span.a)) and not is_serial(b.joined(*span.b))
    ]
    if not len(rows) or not spans:
        return SignificanceTest(0, 0, 0.0, 0.0, 0.0, 0.0, 0.0)
    evidence = AgreementScores(a, b)
    matrices = []
    for span in spans:
        one, other = a.joined(*span.a), b.joined(*span.b)
        matrices.append([[evidence.weight(x) if x and y and same(x, y) else 0.0 for y in other] for x in one])
    weights = np.array(matrices)  # (spans, rows of a, rows of b)
    total = weights.sum(0)
    agreeing = weights[:, rows[:, 0], rows[:, 1]] > 0
    filled = np.array(
        [(a.joined(*s.a)[rows[:, 0]] != "") & (b.joined(*s.b)[rows[:, 1]] != "") for s in spans]
    )
    rng = np.random.default_rng(0)
    chances, counts = [], []
    for _ in range(_SHUFFLES):
        order = rng.permutation(total.shape[1])
        path = best_path(total[:, order])
        chances.append(total[path[:, 0], order[path[:, 1]]].sum())
        counts.append((weights[:, path[:, 0], order[path[:, 1]]] > 0).sum())
    good = rows[agreeing.sum(0) >= 0.5 * np.maximum(filled.sum(0), 1)]
    between = _between(a, b, alignment, good) if len(good) else 1
    return SignificanceTest(
        compared=int(filled.sum()),
        agreeing=int(agreeing.sum()),
        expected=float(np.mean(counts)),
        coverage=float(min(len(good) / between, 1.0)),
        evidence=float(total[rows[:, 0], rows[:, 1]].sum()),
        chance=float(np.mean(chances)),
        spread=float(np.std(chances)),
    )


def _between(a: Grid, b: Grid, alignment: Alignment, good: NDArray[np.int64]) -> int:
    """Count the rows from the first to the last that agree, those of the table that has fewer there.

    Where rows have arguments, only those that both tables have count: one may have every degree, the other every third.
    """
    counts = [int(count) for count in good[-1] - good[0] + 1]
    for span in alignment.columns:
        one, other = a.joined(*span.a), b.joined(*span.b)
        if is_serial(one) and is_serial(other):
            arguments = {joint(text) for text in other if text}
            counts.append(sum(joint(text) in arguments for text in one[good[0, 0] : good[-1, 0] + 1]))
    return max(min(counts), 1)
