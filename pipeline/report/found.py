"""Found: where numbers stand that were looked for, in words and as CSV."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd

from tablekin.corpus import CorpusStore
from tablekin.report.csv_file import save_csv
from tablekin.report.neighbours import describe_row

_BESIDE = {"outside": "beside the tables", "page_number": "page number"}  # kinds of regions where words stand
_ALONG = {"cell": "", "column": " down", "row": " to the right"}


def describe_found(corpus: CorpusStore, found: pd.DataFrame, limit: int) -> Iterator[str]:
    """List places, counted from 1, by document.

    Parameters
    ----------
    corpus
        Tells what is known of the documents.
    found
        As from :func:`tablekin.find.search`.
    limit
        So many places are listed; the others are counted.

    Yields
    ------
    str
        Lines.
    """
    if found.empty:
        yield "nowhere"
        return
    exact = int(found["is_exact"].sum())
    near = f", {len(found) - exact} of them near it (~)" if exact < len(found) else ""
    documents = found["doc_id"].nunique()
    yield f"{len(found)} place{'s' * (len(found) > 1)} in {documents} document{'s' * (documents > 1)}{near}:"
    shown = found.head(limit)
    rows = corpus.read("documents", {*shown["doc_id"]}).set_index("doc_id")
    for doc, own in shown.groupby("doc_id", sort=False):
        yield f"{doc} ({describe_row(rows.loc[doc])})"
        for place in own.itertuples():
            where = _where(place)
            yield f"  {' ' if place.is_exact else '~'} {where}: {place.text}"
    if len(found) > limit:
        yield f"and {len(found) - limit} more; --csv or --json has all, -n lists more"
    first = shown.iloc[0]["doc_id"]
    yield f"to see the first page: tablekin read {shlex.join([str(corpus.root), first])} --image page.png"


def _where(place: Any) -> str:
    """Name a place: its table, row and column where it has them, else what kind of region it is."""
    if place.along in _ALONG:
        return f"table {place.table_id + 1} row {place.row + 1} column {place.col + 1}{_ALONG[place.along]}"
    of_table = "" if pd.isna(place.table_id) else f" of table {place.table_id + 1}"
    return str(_BESIDE.get(place.along, place.along)) + of_table


def write_found(found: pd.DataFrame, path: Path) -> None:
    """Write places as CSV, counted from 0 as in the tables of a corpus.

    Raises
    ------
    UsageError
        ``path`` cannot be written.
    """
    save_csv(found, path)
