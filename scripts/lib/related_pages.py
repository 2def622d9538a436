"""Related pages: which pages of a sample archive print the same values, and how their layouts differ."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.sample.truth import corresponding_cells, read_truth
from tablekin.sample.typesetting.layout import JOINT

FRAME = 10  # values besides arguments that two pages must both print to be related
_LIKE = 0.9  # share of equal values from which tables of two works cannot be told apart
_MOST = 0.8  # share of the smaller page's values that the other prints as well, or it has a part only


@dataclass(frozen=True)
class RelatedPages:
    """Pages with tables, and what every two of them have in common."""

    docs: tuple[str, ...]
    table_type: NDArray[np.object_]  # what the page tabulates: sine, declination, ...
    edition: NDArray[np.object_]
    related: NDArray[np.bool_]  # (docs, docs): editions of one work that print the same values
    neutral: NDArray[np.bool_]  # (docs, docs): neither related nor unrelated: left out of every count
    change: dict[tuple[str, str], str]  # of related pages, a before b: what sets their layouts apart


def find_related_pages(archive: Path) -> RelatedPages:
    """Read the truth of a sample archive.

    Two pages of one work are related if they belong to different editions and print at least ten values in common
    besides arguments. Neutral are pages of the same edition, other parts of one work, and tables of two works nine
    tenths of whose common values are equal: no reader could tell them apart.
    """
    documents = read_truth(archive, "documents").set_index("doc")
    tables = documents[documents["kind"] == "table"]
    names = sorted(tables.index)
    cells = read_truth(archive, "cells")
    cells = cells[cells["kind"] == "cell"]
    values = {doc: _values(rows) for doc, rows in cells.groupby("doc")}
    type_of = read_truth(archive, "works").set_index("work")["family"]
    work, edition = (tables.loc[names, column].to_numpy(object) for column in ("work", "edition"))
    table_type = np.array([type_of[one] for one in work], object)
    related = np.zeros((len(names), len(names)), bool)
    neutral = np.eye(len(names), dtype=bool)
    change = {}
    by_document = dict(list(cells.groupby("doc")))
    for i, j in itertools.combinations(range(len(names)), 2):
        if table_type[i] != table_type[j]:
            continue
        one, other = values[names[i]], values[names[j]]
        common = one.keys() & other.keys()
        if work[i] != work[j]:
            equal = sum(one[place] == other[place] for place in common)
            neutral[i, j] = neutral[j, i] = len(common) >= FRAME and equal >= _LIKE * len(common)
        elif edition[i] != edition[j] and len(common) >= FRAME:
            related[i, j] = related[j, i] = True
            partly = len(common) < _MOST * min(len(one), len(other))
            pair = pd.concat([by_document[names[i]], by_document[names[j]]])
            change[names[i], names[j]] = _change(pair, names[i], names[j], partly)
        else:
            neutral[i, j] = neutral[j, i] = True
    return RelatedPages(tuple(names), table_type, edition, related, neutral, change)


def _values(cells: pd.DataFrame) -> dict[tuple[str, str], str]:
    """Map the places of a page that are no arguments to what it prints there."""
    body = cells[cells["text"] != cells["row_key"]]
    return {
        (row_key, key): re.sub(r"\D", "", text)
        for row_key, keys, text in zip(body["row_key"], body["column_keys"], body["text"], strict=True)
        for key in keys.split(JOINT)
    }


def _change(cells: pd.DataFrame, one: str, other: str, partly: bool) -> str:
    """Say what sets two layouts apart, the greatest change first."""
    pairs = corresponding_cells(cells, one, other)
    if _follow(pairs["row_a"], pairs["row_b"]) < _follow(pairs["row_a"], pairs["col_b"]):
        return "transposed"
    if (
        pairs.duplicated(["table_a", "row_a", "col_a"]).any()
        or pairs.duplicated(["table_b", "row_b", "col_b"]).any()
    ):
        return "columns split"
    if partly:
        return "a part only"
    if pairs["table_a"].nunique() != pairs["table_b"].nunique():
        return "other tables on the page"
    if (pairs.sort_values("col_a")["col_b"].diff() < 0).any():
        return "columns in another order"
    return "same columns"


def _follow(one: pd.Series, other: pd.Series) -> float:
    """Correlation of places, 0 where one of them is always the same."""
    return 0.0 if min(one.nunique(), other.nunique()) < 2 else float(one.corr(other))
