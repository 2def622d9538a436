"""Collation: the tables of two documents side by side, and those that have more in common than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tablekin.collation.alignment import Alignment, Array, align
from tablekin.collation.grid import Grid
from tablekin.collation.significance import CRITERIA as SIGNIFICANCE
from tablekin.collation.significance import NOTHING_IN_COMMON, SignificanceTest, weigh_alignment
from tablekin.collation.variant import CRITERIA as VARIANTS
from tablekin.collation.witness import Witness
from tablekin.threshold import threshold


@dataclass(frozen=True)
class KeepingCriteria:
    """Which collations of two documents are kept."""

    max_shared: float = threshold(
        0.1, "of its cells", "that a collation may have in common with better ones of the same documents"
    )


CRITERIA = KeepingCriteria()


@dataclass(frozen=True)
class Collation:
    """Two tables laid side by side."""

    a: Grid
    b: Grid  # as it stands in its document
    alignment: Alignment
    significance: SignificanceTest
    relevance: Array  # (rows of a, columns of a, rows of b, columns of b)

    @property
    def aligned_b(self) -> Grid:
        """Table b as it was aligned: transposed if the alignment says so."""
        return self.b.transposed() if self.alignment.transposed else self.b


def collate(a: Witness, b: Witness) -> list[Collation]:
    """Lay every table of a document beside every table of another, those with most in common first."""
    found = []
    for one in a.tables:
        for other in b.tables:
            relevance = a.relevance(one, b, other)
            alignment = align(one, other, relevance)
            aligned = other.transposed() if alignment.transposed else other
            significance = weigh_alignment(one, aligned, alignment)
            found.append(Collation(one, other, alignment, significance, relevance))
    return sorted(found, key=lambda pair: (-pair.significance.is_alike, -pair.significance.evidence))


def keep_significant(collations: Sequence[Collation]) -> list[Collation]:
    """Keep collations of tables that have more in common than chance and their frame.

    A table may continue in several of the other document, but a cell takes part once. What all of them have in common
    must be enough: a short table by itself may be like another by chance.

    Parameters
    ----------
    collations
        Of all tables of two documents, as from :func:`collate`.
    """
    taken: set[tuple[str, int, int, int]] = set()
    kept = []
    for collation in collations:
        if not collation.significance.is_alike:
            continue
        cells = _cells_of(collation)
        if len(cells & taken) <= CRITERIA.max_shared * len(cells):
            taken |= cells
            kept.append(collation)
    evidence = sum(collation.significance.evidence for collation in kept)
    return kept if evidence >= SIGNIFICANCE.min_evidence else []


def _cells_of(collation: Collation) -> set[tuple[str, int, int, int]]:
    """Name the aligned cells of both tables: side, table, row, column; those of b as it was aligned."""
    return {
        (side, table, row, column)
        for rows in collation.alignment.rows.tolist()
        for span in collation.alignment.columns
        for side, table, row, (first, count) in (
            ("a", collation.a.table, rows[0], span.a),
            ("b", collation.b.table, rows[1], span.b),
        )
        for column in range(first, first + count)
    }


def summarize(tried: Sequence[Collation], cells: pd.DataFrame) -> dict[str, Any]:
    """Sum up the collation of two documents: a row of table ``alignments`` without their names.

    Parameters
    ----------
    tried
        As from :func:`collate`.
    cells
        The rows of those that are kin, as from :func:`tablekin.collation.cells.to_frame`.
    """
    kept = keep_significant(tried)
    tests = [collation.significance for collation in kept or tried[:1]]
    first = tests[0] if tests else NOTHING_IN_COMMON
    variant = cells["relation"] == "variant"
    sure = cells["confidence"] >= VARIANTS.min_confidence
    return {
        "is_kin": bool(kept),
        "tables": len(kept),
        "rows": sum(len(collation.alignment.rows) for collation in kept),
        "compared": sum(test.compared for test in tests),
        "agreeing": sum(test.agreeing for test in tests),
        "expected": sum(test.expected for test in tests),
        "agreement": first.agreement,
        "surprise": first.z,
        "evidence": sum(test.evidence for test in tests),
        "same": int((cells["relation"] == "same").sum()),
        "variant": int((variant & sure).sum()),
        "doubtful": int((variant & ~sure).sum()),
        "only_a": int((cells["relation"] == "only_a").sum()),
        "only_b": int((cells["relation"] == "only_b").sum()),
    }
