"""Collation: the tables of two documents side by side, and those that have more in common than chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from tablekin.collation.agreement import AgreementScores
from tablekin.collation.alignment import Alignment, align
from tablekin.collation.expectation import NO_EXPECTATIONS, Expectations
from tablekin.collation.grid import Grid
from tablekin.collation.relevance import CellRelevance
from tablekin.collation.significance import CRITERIA as SIGNIFICANCE
from tablekin.collation.significance import SignificanceTest, weigh_alignment
from tablekin.collation.witness import Witness
from tablekin.threshold import threshold


@dataclass(frozen=True)
class KeepingCriteria:
    """Which collations of two documents are kept."""

    max_cell_pairs: int = threshold(
        60_000_000,
        "cells of one table times those of the other",
        "a pair of tables with more is not laid side by side: each of its matrices would take half a GiB",
    )
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
    relevance: CellRelevance
    expected: tuple[Expectations, Expectations] = (NO_EXPECTATIONS, NO_EXPECTATIONS)  # of the two documents

    @property
    def aligned_b(self) -> Grid:
        """Table b as it was aligned: transposed if the alignment says so."""
        return self.b.transposed() if self.alignment.transposed else self.b

    @cached_property
    def cells(self) -> frozenset[tuple[str, int, int, int]]:
        """The aligned cells of both tables: side, table, row, column; those of b as it was aligned."""
        return frozenset(
            (side, table, row, column)
            for rows in self.alignment.rows.tolist()
            for span in self.alignment.columns
            for side, table, row, (first, count) in (
                ("a", self.a.table, rows[0], span.a),
                ("b", self.b.table, rows[1], span.b),
            )
            for column in range(first, first + count)
        )


def collate(a: Witness, b: Witness) -> list[Collation]:
    """Lay every table of a document beside every table of another, those with most in common first.

    Tables with so many cells that comparing each with each takes more memory than there is are passed over.
    """
    found = []
    for one in a.tables:
        for other in b.tables:
            if one.text.size * other.text.size > CRITERIA.max_cell_pairs:
                continue
            relevance = a.relevance(one, b, other)
            agreement = AgreementScores(one, other)
            alignment = align(agreement, relevance)
            significance = weigh_alignment(agreement, alignment)
            found.append(Collation(one, other, alignment, significance, relevance, (a.expected, b.expected)))
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
        if len(collation.cells & taken) <= CRITERIA.max_shared * len(collation.cells):
            taken |= collation.cells
            kept.append(collation)
    evidence = sum(collation.significance.evidence for collation in kept)
    information = sum(collation.significance.information for collation in kept)
    enough = evidence >= SIGNIFICANCE.min_evidence and information >= SIGNIFICANCE.min_information
    return kept if enough else []
