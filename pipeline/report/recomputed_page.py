"""RecomputedPage: what a page should say: its functions, and the cells that do not fit, in words and as CSV."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from pydantic import ValidationError

from tablekin.config import RecomputeConfig
from tablekin.corpus import CorpusStore
from tablekin.page import PageFlag
from tablekin.recompute import (
    ALL_FUNCTIONS,
    Finding,
    Recomputation,
    recompute_readings,
    to_frames,
    without_claims,
)
from tablekin.report.csv_file import save_csv
from tablekin.report.misfit_words import verdict_in_words
from tablekin.report.page import Page
from tablekin.report.sexagesimal import in_words, written
from tablekin.report.transcript import describe_flags
from tablekin.schemas import WITNESS_COLUMNS
from tablekin.threshold import threshold

if TYPE_CHECKING:
    from tablekin.report.drawing import Drawing

_MISFIT_COLUMNS = [
    *("region_id", "table_id", "row", "col", "text", "due", "kind", "value", "computed", "residual"),
    *("verdict", "p_misprint", "p_misreading", "witnesses_same", "witnesses_due"),
]


@dataclass(frozen=True)
class VerdictCriteria:
    """When a cell that does not fit is called misprinted or misread."""

    min_probability: float = threshold(0.5, "probability", "of a verdict, from which it is given")


CRITERIA = VerdictCriteria()


@dataclass(frozen=True)
class RecomputedPage:
    """The tables of a page and what they should say.

    Examples
    --------
    >>> import tablekin
    >>> recomputed = tablekin.Corpus.open("corpus").recompute("p053")
    >>> recomputed.functions["function"].unique().tolist()
    ['declination']
    >>> recomputed.misfits.columns.tolist()[:6]
    ['region_id', 'table_id', 'row', 'col', 'text', 'due']
    """

    page: Page
    found: Recomputation
    weighed: pd.DataFrame | None = (
        None  # its rows of table ``checks``, if other documents were asked what they print
    )

    @cached_property
    def _frames(self) -> dict[str, pd.DataFrame]:
        return to_frames(self.page.doc_id, self.found)

    @property
    def columns(self) -> pd.DataFrame:
        """Which columns make one number, with which radices: rows of table ``columns``."""
        return self._frames["columns"]

    @property
    def functions(self) -> pd.DataFrame:
        """What the numbers print, with parameters and their intervals: rows of table ``functions``."""
        return self._frames["functions"]

    @property
    def checks(self) -> pd.DataFrame:
        """Every cell that was held against what it should say, with its place and reading.

        Verdicts are weighed by what collated documents print, where the page is of a corpus.
        """
        cells = self.page.cells[["region_id", "table_id", "row", "col", "text"]]
        alone = self._frames["checks"].drop(columns=["doc_id", *WITNESS_COLUMNS], errors="ignore")
        checks = cells.merge(_weigh(alone, self.weighed), on="region_id")
        return checks.assign(verdict=verdicts_of(checks))

    @property
    def misfits(self) -> pd.DataFrame:
        """Cells that do not say what they should, the surest errors first.

        ``verdict`` is misprint, misreading, or own: its author had it so, or it cannot be told.
        """
        checks = self.checks
        wrong = checks["p_misprint"] + checks["p_misreading"]
        off = (checks["residual"] != 0) & (checks["kind"] != "neighbour") | (wrong > 0)
        order = wrong[off].sort_values(ascending=False, kind="stable").index
        return checks.loc[order, _MISFIT_COLUMNS].reset_index(drop=True)

    def plot(self) -> Drawing:
        """Draw the page, beside it the residuals over the argument, and below it the cells that do not fit.

        Returns
        -------
        Drawing
            A figure of matplotlib, which a notebook shows; ``savefig`` writes it.

        Examples
        --------
        >>> import tablekin
        >>> recomputed = tablekin.Corpus.open("corpus").recompute("p053")
        >>> recomputed.plot().savefig("recomputed.png")
        """
        from tablekin.report.residuals import draw_recomputation

        misfits = self.misfits
        said = [verdict_in_words(misfit) for misfit in misfits.itertuples()]
        return draw_recomputation(self.page, self.checks, misfits, said, self.found.findings)

    def __repr__(self) -> str:
        names = ", ".join(self.functions["function"].unique()) or "no function of the library"
        return f"<RecomputedPage {self.page.doc_id}: {names}; {len(self.misfits)} cells do not fit>"

    def _repr_html_(self) -> str:
        return "".join(f"<p>{escape(line)}</p>" for line in describe_recomputation(self))


def verdicts_of(checks: pd.DataFrame) -> pd.Series:
    """Say of each row of table ``checks``: fits, misprint, misreading, or own: its author had it so, or it is open."""
    verdicts = pd.Series("fits", checks.index)
    off = (checks["residual"] != 0) & (checks["kind"] != "neighbour")
    verdicts[off | (checks["p_misprint"] + checks["p_misreading"] > 0)] = "own"
    verdicts[checks["p_misprint"] >= CRITERIA.min_probability] = "misprint"
    verdicts[checks["p_misreading"] >= CRITERIA.min_probability] = "misreading"
    return verdicts


def _weigh(alone: pd.DataFrame, weighed: pd.DataFrame | None) -> pd.DataFrame:
    """Take the verdicts of the same cells from a corpus, where it judges them alike without witnesses."""
    known = {} if weighed is None else {int(one.region_id): one for one in weighed.itertuples()}
    rows = []
    for one in alone.to_dict("records"):
        own = known.get(int(one["region_id"]))
        if own is not None and own.due == one["due"] and np.isclose(own.p_misprint_alone, one["p_misprint"]):
            names = ("p_misprint", "p_misreading", "witnesses_same", "witnesses_due")
            rows.append({**one, **{name: getattr(own, name) for name in names}})
        else:
            rows.append({**one, "witnesses_same": 0, "witnesses_due": 0})
    return pd.DataFrame(rows, columns=[*alone.columns, "witnesses_same", "witnesses_due"])


def recompute_page(
    page: Page, config: RecomputeConfig | None = None, weighed: pd.DataFrame | None = None
) -> RecomputedPage:
    """Recompute the tables of a page; of one written by hand nothing is claimed until someone has corrected it.

    Parameters
    ----------
    page
        As read, from a corpus or this moment.
    config
        Which functions are claimed; the default settings without it.
    weighed
        Its rows of table ``checks`` of a corpus, if it is of one.
    """
    regions, digits = (page.rows(table) for table in ("regions", "digits"))
    config = config or RecomputeConfig()
    if PageFlag.WRITTEN_BY_HAND in page.flags and page.corrections.empty:
        config = without_claims(config)
    return RecomputedPage(page, recompute_readings(regions, digits, config), weighed)


def recompute_config(corpus: CorpusStore) -> RecomputeConfig:
    """Read with which settings the tables of a corpus were recomputed; the default ones where it does not say."""
    config = corpus.read_record().get("config", {}).get("recompute", {})
    try:
        return RecomputeConfig.model_validate(config)
    except ValidationError:
        return RecomputeConfig()


def describe_recomputation(recomputed: RecomputedPage) -> Iterator[str]:
    """Write what the tables of a page print, and the cells that do not fit, as lines of text.

    Yields
    ------
    str
        Lines.
    """
    page = recomputed.page
    yield f"{page.doc_id} ({page.about})"
    yield from describe_flags(page)
    if not page.tables:
        yield "  no table was found on it"
        return
    for finding in recomputed.found.findings:
        yield from _describe_finding(finding)
    for table in sorted({*page.cells["table_id"]} - _explained(recomputed)):
        yield f"  table {table + 1} prints no function of the library"
    yield from _describe_misfits(recomputed)


def describe_functions(corpus: CorpusStore) -> Iterator[str]:
    """Name the documents of a corpus that print functions, with these, from table ``functions``.

    Yields
    ------
    str
        Lines.
    """
    functions = corpus.read("functions")
    tables = corpus.read("regions", columns=["doc_id", "table_id"]).dropna()["doc_id"].nunique()
    for doc, own in functions.groupby("doc_id", sort=True):
        yield f"{doc}: {'; '.join(dict.fromkeys(map(function_in_words, own.itertuples())))}"
    yield f"{functions['doc_id'].nunique()} of {tables} documents with tables print functions of the library"


def function_in_words(row: Any) -> str:
    """Name a function with its parameters, from a row of table ``functions``."""
    units = {name: one for one in ALL_FUNCTIONS for name in (one.name, *one.names)}
    known = {one.name: one.unit for one in units[row.function].parameters} if row.function in units else {}
    values = [
        f"{one['name']} {written(one['value'], known.get(one['name'], ''))}"
        for one in row.parameters
        if one["name"] not in ("position", "mean longitude")
    ]
    return " ".join([str(row.function), ", ".join(values)]).strip()


def _explained(recomputed: RecomputedPage) -> set[int]:
    return {
        table
        for finding in recomputed.found.findings
        for quantity in finding.quantities
        for table, _ in quantity.columns
    }


def _describe_finding(finding: Finding) -> Iterator[str]:
    """Say which columns print a function, and with which parameters."""
    places = [", ".join(_name_columns(quantity.columns)) for quantity in finding.quantities]
    entered = ", ".join(_name_columns(finding.argument.quantity.columns))
    cells = sum(int(quantity.known.sum()) for quantity in finding.quantities)
    within = int(finding.within.sum())
    yield (
        f"  {finding.function.name}: {'; '.join(places)}, entered with {entered}; {within} of {cells} values are as "
        f"computed ({in_words(finding.rounding)}), log odds {float(finding.log_odds.sum()):.0f}"
    )
    for parameter in finding.parameters:
        whose = "" if parameter.quantity < 0 else f" ({places[parameter.quantity]})"
        low, high = (written(end, parameter.unit) for end in (parameter.low, parameter.high))
        known = f"; {', '.join(parameter.known_as)}" if parameter.known_as else ""
        width = "" if low == high else f" (between {low} and {high})"
        unit = f" {parameter.unit}" if parameter.unit else ""
        yield f"    {parameter.name}{whose}: {written(parameter.value, parameter.unit)}{unit}{width}{known}"


def _name_columns(columns: tuple[tuple[int, int], ...]) -> Iterator[str]:
    """Name the columns of tables, counted from 1: ``table 1 columns 2-3``."""
    by_table: dict[int, list[int]] = {}
    for table, col in columns:
        by_table.setdefault(table, []).append(col + 1)
    for table, cols in by_table.items():
        first, last = min(cols), max(cols)
        span = f"column {first}" if first == last else f"columns {first}-{last}"
        yield f"table {table + 1} {span}"


def _describe_misfits(recomputed: RecomputedPage) -> Iterator[str]:
    misfits = recomputed.misfits
    checked = len(recomputed.checks)
    if not len(misfits):
        yield f"  all {checked} cells that could be checked say what they should"
        return
    yield f"  {len(misfits)} of {checked} cells that could be checked do not say what they should:"
    rows = [("table row column", "read", "due", "off by", "verdict")]
    for one in misfits.itertuples():
        place = f"{one.table_id + 1} {one.row + 1} {one.col + 1}"
        off = f"{one.residual:+.0f}" if one.kind != "neighbour" else f"{one.residual:+.1f}"
        rows.append((place, str(one.text), str(one.due or "?"), off, verdict_in_words(one)))
    widths = [max(len(row[place]) for row in rows) for place in range(4)]
    for row in rows:
        cells = (row[k].ljust(widths[k]) if k == 0 else row[k].rjust(widths[k]) for k in range(4))
        yield f"    {'  '.join(cells)}  {row[4]}"


def write_checks(recomputed: RecomputedPage, path: Path) -> None:
    """Write every cell that was checked as CSV, counted from 0 as in the tables of a corpus.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    checks = recomputed.checks
    checks.insert(0, "doc_id", recomputed.page.doc_id)
    save_csv(checks, path)
