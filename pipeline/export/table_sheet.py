"""TableSheet: a table of a document as rows and columns: as printed, as numbers, as computed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tablekin.export.selection import Selection
from tablekin.report import about_documents, cells_of, function_in_words, in_doubt, spread_cells, verdicts_of

_SURE = 0.8  # probability of a digit from which no other is named for it
_BY = {
    "function": "by the function of its table",
    "difference": "by the cells that it counts on from",
    "sum": "by the cells that it sums up",
    "neighbour": "by the cells around it",
}


@dataclass(frozen=True)
class TableSheet:
    """A table.

    Attributes
    ----------
    doc_id, table
        The document, and which of its tables, counted from 1.
    about
        What is known of the document, in words.
    function
        What the table prints, in words; empty where that is not known.
    printed
        Rows and columns as printed, both counted from 1, or the words that were read there; empty where nothing
        stands.
    numbers
        The same as numbers, in units of the first group of each; missing where a cell by itself says none.
    computed
        The digits that should stand there; empty where that is not known.
    doubtful, wrong
        Cells, by row and column, whose reading may be wrong, and that do not say what they should.
    notes
        What there is to say of a cell, by row and column.
    """

    doc_id: str
    table: int
    about: str
    function: str
    printed: pd.DataFrame
    numbers: pd.DataFrame
    computed: pd.DataFrame
    doubtful: frozenset[tuple[int, int]]
    wrong: frozenset[tuple[int, int]]
    notes: dict[tuple[int, int], str]


def table_sheets(selection: Selection) -> Iterator[TableSheet]:
    """Yield the tables of each document."""
    about = about_documents(selection.corpus, selection.doc_ids)
    for doc_id, rows in selection.rows_of("regions", "digits", "checks", "functions"):
        cells = _with_checks(cells_of(rows["regions"]), rows["checks"])
        other = _other_digits(rows["digits"])
        functions = dict(list(rows["functions"].groupby("table_id")))
        for table_id, own in cells.groupby("table_id"):
            said = map(function_in_words, functions[table_id].itertuples()) if table_id in functions else ()
            function = "; ".join(dict.fromkeys(said))
            yield _sheet(doc_id, int(table_id) + 1, about[doc_id], function, own, other)


def _with_checks(cells: pd.DataFrame, checks: pd.DataFrame) -> pd.DataFrame:
    """Add to each cell what it was held against, by the function of its table before all else."""
    told = checks.assign(verdict=verdicts_of(checks), place=checks["kind"].map([*_BY].index))
    told = told.sort_values("place", kind="stable").drop_duplicates("region_id")
    told = told[["region_id", "kind", "residual", "p_misprint", "p_misreading", "due", "verdict"]]
    return cells.merge(told, on="region_id", how="left")


def _other_digits(digits: pd.DataFrame) -> dict[int, list[str]]:
    """Say of each region which of its digits may be others."""
    open_ = digits[(digits["score"] < _SURE) & (digits["other"] >= 0)]
    found: dict[int, list[str]] = {}
    for row in open_.sort_values(["y0", "x0"]).itertuples():
        one, another = (f"an {digit}" if digit == 8 else f"a {digit}" for digit in (row.digit, row.other))
        said = f"{one} (probability {row.score:.2f}) may be {another} ({row.other_score:.2f})"
        found.setdefault(int(row.region_id), []).append(said)
    return found


def _sheet(
    doc_id: str, table: int, about: str, function: str, cells: pd.DataFrame, other: dict[int, list[str]]
) -> TableSheet:
    doubtful, wrong = in_doubt(cells), ~cells["verdict"].isin(["fits"]) & cells["verdict"].notna()
    places = list(zip(cells["row"] + 1, cells["col"] + 1, strict=True))
    notes = {
        place: " ".join(_notes(row, is_doubtful, is_wrong, other.get(row.region_id, [])))
        for place, row, is_doubtful, is_wrong in zip(places, cells.itertuples(), doubtful, wrong, strict=True)
        if is_doubtful or is_wrong
    }
    printed = cells["printed"].where(cells["printed"] != "", cells["text"])
    printed = printed.where(printed != "", cells["label"].fillna(""))
    return TableSheet(
        doc_id,
        table,
        about,
        function,
        _from_one(spread_cells(cells, printed)).fillna(""),
        _from_one(cells.pivot(index="row", columns="col", values="value")),
        _from_one(spread_cells(cells, cells["due"].fillna(""))).fillna(""),
        frozenset(place for place, is_so in zip(places, doubtful, strict=True) if is_so),
        frozenset(place for place, is_so in zip(places, wrong, strict=True) if is_so),
        notes,
    )


def _from_one(table: pd.DataFrame) -> pd.DataFrame:
    """Count rows and columns from 1, leaving none out."""
    rows, columns = (range(int(axis.max()) + 1) for axis in (table.index, table.columns))
    whole = table.reindex(index=rows, columns=columns)
    return whole.set_axis([row + 1 for row in rows], axis=0).set_axis([col + 1 for col in columns], axis=1)


def _notes(row: Any, is_doubtful: bool, is_wrong: bool, other: list[str]) -> Iterator[str]:
    if is_doubtful:
        yield f"Read with probability {row.confidence:.2f}" + (f": {'; '.join(other)}." if other else ".")
    if is_wrong:
        due = f"Should be {row.due}" if isinstance(row.due, str) and row.due else "Does not fit"
        off = f", off by {row.residual:+g} in the last place" if row.kind != "neighbour" else ""
        odds = {
            "misprint": f": misprinted, with probability {row.p_misprint:.2f}",
            "misreading": f": misread, with probability {row.p_misreading:.2f}",
        }
        yield f"{due} {_BY[row.kind]}{off}{odds.get(row.verdict, '')}."
