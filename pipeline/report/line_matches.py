"""Line matches: the rows (or columns) of two pages that belong together, and the runs that they form.

What a row of one page and a row of the other have in common is little that any two rows would not have: common digits
recur all over both pages. Two rows match where either adds most to the specific similarity with the other, which knows
what tables have in common (:mod:`tablekin.models.specific_similarity`).

The excess is what is left of a joint relevance ``R`` when that is taken away which the two rows would have if every
row of one page shared its relevance with the rows of the other in the same proportions, ``R_ij - R_i R_j / R`` with
the sums over a row, over a column and over all.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from tablekin.threshold import threshold


@dataclass(frozen=True)
class RunCriteria:
    """When matching lines are a run."""

    min_lines: int = threshold(
        5,
        "lines",
        "that match one another in one order in both pages",
        chosen="all pairs of 60 pages of the sample archive, related ones and strangers",
    )
    max_step: int = threshold(3, "lines", "from a match of a run to the next, in either page")


CRITERIA = RunCriteria()


@dataclass(frozen=True)
class TableLine:
    """A row or a column of a page."""

    region: int
    table: int
    number: int  # in its table


@dataclass(frozen=True)
class LineMatch:
    """A line of either page that match each other."""

    a: TableLine
    b: TableLine
    relevance: float
    excess: float
    specific: float


def excess_of(relevance: pd.DataFrame) -> pd.DataFrame:
    """Subtract from a map what its margins foretell; both have lines of a as rows, lines of b as columns."""
    values = relevance.to_numpy(float)
    total = values.sum()
    if not total > 0:
        return relevance * 0.0
    expected = values.sum(1, keepdims=True) * values.sum(0, keepdims=True) / total
    return pd.DataFrame(values - expected, relevance.index, relevance.columns)


def match_lines(
    relevance: pd.DataFrame,
    specific: pd.DataFrame,
    lines_a: dict[int, TableLine],
    lines_b: dict[int, TableLine],
) -> list[LineMatch]:
    """Find the lines that match each other, in the order of the lines of a.

    Parameters
    ----------
    relevance
        Joint relevance, lines of a as rows, lines of b as columns, by region_id.
    specific
        What they add to the specific similarity, likewise.
    lines_a, lines_b
        The lines, by region_id.
    """
    if relevance.empty:
        return []
    excess = excess_of(relevance)
    best_b, best_a = specific.idxmax(axis=1), specific.idxmax(axis=0)
    found = [
        LineMatch(lines_a[a], lines_b[b], *(float(table.at[a, b]) for table in (relevance, excess, specific)))
        for a, b in best_b.items()
        if best_a[b] == a and specific.at[a, b] > 0
    ]
    return sorted(found, key=lambda match: (match.a.table, match.a.number))


def find_runs(matches: Sequence[LineMatch]) -> list[list[LineMatch]]:
    """Find runs of matches whose lines follow one another in both pages, forwards or backwards; the strongest first."""
    left = [*matches]
    runs = []
    while len(run := max(_chains(left), key=_strength, default=[])) >= CRITERIA.min_lines:
        runs.append(run)
        left = [match for match in left if match not in run]
    return sorted(runs, key=_strength, reverse=True)


def _strength(run: Sequence[LineMatch]) -> float:
    return sum(match.specific for match in run)


def _chains(matches: Sequence[LineMatch]) -> Iterator[list[LineMatch]]:
    """Give the strongest chain that ends at each match, either way."""
    for way in (1, -1):
        best: list[list[LineMatch]] = []
        for match in matches:  # those of earlier lines of a come first
            before = [chain for chain in best if _follows(chain[-1], match, way)]
            best.append([*max(before, key=_strength, default=[]), match])
        yield from (chain for chain in best if len(chain) >= CRITERIA.min_lines)


def _follows(one: LineMatch, other: LineMatch, way: int) -> bool:
    if (one.a.table, one.b.table) != (other.a.table, other.b.table):
        return False
    steps = other.a.number - one.a.number, way * (other.b.number - one.b.number)
    return all(0 < step <= CRITERIA.max_step for step in steps)
