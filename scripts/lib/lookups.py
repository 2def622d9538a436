"""Time the look-up of one document's pairs and matches among those of a whole corpus."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pandas as pd

from tablekin.corpus import CorpusStore

_TIMES = 5  # each way is tried; the median counts


def time_lookups(folder: Path) -> dict[str, dict[str, float]]:
    """Look up a document in the middle of the corpus, in seconds, as docs/how-to/recipes.md does.

    Returns
    -------
    dict
        For each table the seconds by way, and the number of rows found, the same in every way.
    """
    corpus = CorpusStore.open(folder)
    names = sorted(corpus.read("documents", columns=["doc_id"])["doc_id"])
    doc = names[len(names) // 2]
    return {
        "pairs": _time_ways(folder / "pairs", doc, corpus.read_pairs_of),
        "matches": _time_ways(folder / "matches", doc, corpus.read_matches_of),
    }


def _time_ways(table: Path, doc: str, read: Callable[[str], pd.DataFrame]) -> dict[str, float]:
    either = [[("doc_a", "==", doc)], [("doc_b", "==", doc)]]
    sides = [f"SELECT * FROM '{table}/*.parquet' WHERE {side} = '{doc}'" for side in ("doc_a", "doc_b")]
    ways: dict[str, Callable[[], pd.DataFrame]] = {
        "corpus": lambda: read(doc),
        "pandas": lambda: pd.read_parquet(table, filters=either),
        "duckdb": lambda: duckdb.execute(" UNION ALL ".join(sides)).df(),
    }
    found = {len(way()) for way in ways.values()}
    if len(found) != 1:
        raise ValueError(f"{table}: the ways of reading {doc} find {found} rows")
    seconds = {name: sorted(_seconds(way) for _ in range(_TIMES)) for name, way in ways.items()}
    return {"rows": found.pop()} | {name: round(times[_TIMES // 2], 3) for name, times in seconds.items()}


def _seconds(function: Callable[[], object]) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin
