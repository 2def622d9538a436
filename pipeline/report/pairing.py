"""Pairing: which rows of two pages belong together, or else columns, and what part of their similarity lies there."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import pandas as pd

from tablekin.explain import joint_relevance, joint_specific, pool_factor, specific_factor
from tablekin.page import Level, RegionKind
from tablekin.report.line_matches import LineMatch, TableLine, find_runs, match_lines
from tablekin.report.page import Page

AXIS = {Level.ROW: "row", Level.COLUMN: "col"}
# how tables can lie beside one another, the most usual first
_WAYS = [
    (Level.ROW, Level.ROW),
    (Level.ROW, Level.COLUMN),
    (Level.COLUMN, Level.ROW),
    (Level.COLUMN, Level.COLUMN),
]
_STRONG = 0.95  # quantile of the cells' strengths from which a cell is marked most


@dataclass(frozen=True)
class Pairing:
    """The lines of two pages that match in runs: rows with rows, or else in the way that most lines do.

    Attributes
    ----------
    pages
        The pages.
    levels
        Whether rows or columns of either.
    runs
        Matches that follow one another, the strongest run first.
    lines
        How many rows or columns either page has.
    score
        What the relevances of all regions add up to.
    """

    pages: tuple[Page, Page]
    levels: tuple[Level, Level]
    runs: list[list[LineMatch]]
    lines: tuple[int, int]
    score: float

    @property
    def matches(self) -> list[LineMatch]:
        """The matches of all runs."""
        return [match for run in self.runs for match in run]

    @property
    def finding(self) -> str:
        """Say in a sentence which lines match."""
        if not all(self.lines):
            return "What these pages have in common are single digits: not both have a table"
        if not self.runs:
            return "No run of rows or columns of A matches one of B: the pages share digits, not lines of a table"
        ways = {run[-1].b.number > run[0].b.number for run in self.runs}
        order = "partly in the opposite order"
        if len(ways) == 1:
            order = f"in the {'same' if ways == {True} else 'opposite'} order"
        kind_a, kind_b = (f"{level}s" for level in self.levels)
        return f"{len(self.matches)} of {self.lines[0]} {kind_a} of A match {kind_b} of B, {order}"

    @property
    def share(self) -> float:
        """Part of the score that lies between matching lines."""
        return sum(match.relevance for match in self.matches) / self.score

    @property
    def expected_share(self) -> float:
        """Part that would lie there if every line had its share in all lines of the other page alike."""
        return self.share - sum(match.excess for match in self.matches) / self.score

    @cached_property
    def table_share(self) -> float:
        """Part that lies between cells of the one and cells of the other."""
        factors = [pool_factor(page.rows("factors"), page.regions, Level.ROW) for page in self.pages]
        return float(joint_relevance(*factors).to_numpy().sum()) / self.score

    def cell_strengths(self) -> tuple[pd.Series, pd.Series]:
        """Give by region_id, for either page, how much each cell of a line adds to its match, from 0 to 1."""
        factors = [specific_factor(page.rows("factors")) for page in self.pages]
        found = []
        for own, other in ((0, 1), (1, 0)):
            partner = {_side(match, own).region: _side(match, other).region for match in self.matches}
            line_of = cells_by_line(self.pages[own].regions, self.levels[own])
            cells = pool_factor(factors[own], self.pages[own].regions, Level.CELL)
            cells = cells[cells["region_id"].isin(line_of.index)]
            lines = pool_factor(factors[other], self.pages[other].regions, self.levels[other])
            added = joint_specific(cells, lines) if len(cells) else pd.DataFrame()
            known = {
                cell: float(added.at[cell, partner[line_of[cell]]])
                for cell in added.index
                if line_of[cell] in partner
            }
            found.append(pd.Series(known, dtype=float).clip(lower=0))
        most = float(pd.concat(found).quantile(_STRONG)) if any(map(len, found)) else 0.0
        return tuple((one / most).clip(upper=1) if most > 0 else one for one in found)  # type: ignore[return-value]


def _side(match: LineMatch, side: int) -> TableLine:
    return (match.a, match.b)[side]


def pair_lines(a: Page, b: Page) -> Pairing:
    """Find the lines of two pages that match in runs."""
    score = float(joint_relevance(a.rows("factors"), b.rows("factors")).to_numpy().sum())
    whole = [(page, page.rows("factors"), specific_factor(page.rows("factors"))) for page in (a, b)]
    tried = []
    for levels in _WAYS:
        sides = [*zip(whole, levels, strict=True)]
        plain = [pool_factor(factor, page.regions, level) for (page, factor, _), level in sides]
        scaled = [pool_factor(factor, page.regions, level) for (page, _, factor), level in sides]
        lines = [lines_of(page.regions, level) for (page, _, _), level in sides]
        runs = find_runs(match_lines(joint_relevance(*plain), joint_specific(*scaled), *lines))
        tried.append(Pairing((a, b), levels, runs, (len(lines[0]), len(lines[1])), score))
        if runs and levels == _WAYS[0]:
            return tried[0]
    return max(tried, key=lambda pairing: len(pairing.matches))


def lines_of(regions: pd.DataFrame, level: Level) -> dict[int, TableLine]:
    """List the rows or columns of a page by region_id."""
    own = regions[regions["kind"] == level]
    return {
        int(region): TableLine(int(region), int(table), int(number))
        for region, table, number in own[["region_id", "table_id", AXIS[level]]].itertuples(index=False)
    }


def cells_by_line(regions: pd.DataFrame, level: Level) -> pd.Series:
    """Give the region_id of the row or column that each cell is in, by region_id of the cell."""
    place = ["table_id", AXIS[level]]
    lines = regions[regions["kind"] == level][["region_id", *place]].rename(columns={"region_id": "line"})
    cells = regions[regions["kind"] == RegionKind.CELL][["region_id", *place]]
    return cells.merge(lines, on=place).set_index("region_id")["line"]


def column_shares(page: Page, other: Page, score: float) -> pd.Series:
    """Give the part of the score that each column of a page has with all of the other page, by region_id."""
    phi = other.rows("factors").astype({"relevance": "float64"}).groupby("feature")["relevance"].sum()
    own = pool_factor(page.rows("factors"), page.regions, Level.COLUMN)
    products = own["relevance"] * own["feature"].astype(str).map(phi.rename(str)).fillna(0.0).astype(float)
    sums = products.groupby(own["region_id"]).sum()
    return sums / score if score > 0 else 0.0 * sums
