"""CellSheet: cells as rows of a file that people edit in a spreadsheet and ``tablekin correct`` takes back."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

import numpy as np
import pandas as pd

from tablekin.corpus import CorpusStore
from tablekin.correction import as_shown
from tablekin.page import RegionKind
from tablekin.report.csv_file import SPREADSHEET, save_csv

_BOX = ["x0", "y0", "x1", "y1"]
_CELL = ["doc_id", "region_id", "table_id", "row", "col", "text", "confidence", "printed", "value", *_BOX]
_DIGIT = ["doc_id", "digit", "score", "x0", "region_id", "other", "other_score"]
COLUMNS = [
    *("doc", "table", "row", "column", "reading", "before", "confidence", "second", "text", "value"),
    *_BOX,
]


def cell_sheet(cells: pd.DataFrame, digits: pd.DataFrame) -> pd.DataFrame:
    """Make the rows of a file of cells.

    Parameters
    ----------
    cells
        Rows of table ``regions``, in the order in which they are to stand.
    digits
        Rows of table ``digits`` of the same documents.

    Returns
    -------
    DataFrame
        ``COLUMNS``: tables, rows and columns counted from 1; ``reading``, to be edited, and ``before``, to be left as
        it is, by which is known what was edited; ``second``, what the cell reads if its least sure digit is the one
        that comes second; the box in whole pixels, of which no spreadsheet makes a date.
    """
    shown = [as_shown(text, printed) for text, printed in zip(cells["text"], cells["printed"], strict=True)]
    seconds = _second_readings(cells, shown, digits)
    boxes = cells[_BOX].round().astype("int64").reset_index(drop=True)
    sheet = pd.DataFrame(
        {
            "doc": cells["doc_id"].to_numpy(object),
            **{
                name: cells[column].to_numpy(np.int64) + 1
                for name, column in (("table", "table_id"), ("row", "row"), ("column", "col"))
            },
            "reading": shown,
            "before": shown,
            "confidence": cells["confidence"].to_numpy(np.float32),
            "second": seconds,
            "text": cells["text"].to_numpy(object),
            "value": cells["value"].to_numpy(np.float64),
        }
    )
    return pd.concat([sheet, boxes], axis=1)[COLUMNS]


def least_sure(corpus: CorpusStore, number: int, doc_ids: Collection[str] | None = None) -> pd.DataFrame:
    """List the cells whose readings are least sure, the least sure first.

    Parameters
    ----------
    corpus
        The corpus.
    number
        So many.
    doc_ids
        Of these documents only; of all by default.

    Returns
    -------
    DataFrame
        As from :func:`cell_sheet`.
    """
    found = [
        _worst(rows.to_pandas(), number, doc_ids)
        for rows in (batch["regions"] for batch in corpus.batches({"regions": ["kind", *_CELL]}))
    ]
    cells = (
        _worst(pd.concat(found, ignore_index=True), number, None) if found else pd.DataFrame(columns=_CELL)
    )
    digits = corpus.read("digits", set(cells["doc_id"]), _DIGIT)
    return cell_sheet(cells, digits)


def _worst(rows: pd.DataFrame, number: int, doc_ids: Collection[str] | None) -> pd.DataFrame:
    """Choose the least sure of the cells in which something stands; of equals, in the order of the pages."""
    rows = rows[(rows["kind"] == RegionKind.CELL) & (rows["text"] != "")]
    if doc_ids is not None:
        rows = rows[rows["doc_id"].isin(doc_ids)]
    return rows.sort_values(["confidence", "doc_id", "region_id"], kind="stable").head(number)


def write_sheet(sheet: pd.DataFrame, path: Path) -> None:
    """Write a file of cells as CSV, in UTF-8 with the mark by which spreadsheet programs know it.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    save_csv(sheet, path, SPREADSHEET)


def describe_least_sure(sheet: pd.DataFrame) -> Iterator[str]:
    """Say where the least sure cells stand, what was read, and what comes second.

    Yields
    ------
    str
        Lines.
    """
    for cell in sheet.itertuples():
        second = f", or else {cell.second}" if cell.second else ""
        yield (
            f"{cell.doc} table {cell.table} row {cell.row} column {cell.column}: {cell.reading} "
            f"(right with a probability of {cell.confidence:.2f}{second})"
        )


def _second_readings(cells: pd.DataFrame, shown: list[str], digits: pd.DataFrame) -> list[str]:
    """Write what each cell reads with its least sure digit as it comes second; nothing where that is not known."""
    rivals = {
        (str(doc), int(region)): own.sort_values("x0", kind="stable")
        for (doc, region), own in digits.groupby(["doc_id", "region_id"])
    }
    found = []
    for doc, region, reading, confidence in zip(
        cells["doc_id"], cells["region_id"], shown, cells["confidence"], strict=True
    ):
        own = rivals.get((str(doc), int(region)))
        found.append("" if own is None or confidence >= 1 else _second(reading, own))
    return found


def _second(reading: str, digits: pd.DataFrame) -> str:
    places = [place for place, character in enumerate(reading) if character in "0123456789"]
    if "".join(reading[place] for place in places) != "".join(map(str, digits["digit"])):
        return ""  # its lines run another way, or it has several
    odds = (digits["other_score"] / digits["score"]).where(digits["other"] >= 0, 0.0).to_numpy(np.float64)
    worst = int(np.argmax(odds))
    if odds[worst] <= 0:
        return ""
    place = places[worst]
    return f"{reading[:place]}{int(digits['other'].iloc[worst])}{reading[place + 1 :]}"
