"""Places: where in a corpus the numbers of a query stand."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.find.cell_index import CellIndex
from tablekin.find.query import Along, Query, near_misses

Index = NDArray[np.int64]


@dataclass(frozen=True)
class _Hits:
    """Where one number stands: in one cell, or its groups in cells beside one another; sorted by place."""

    place: Index  # of the first cell: document, table, row and column as one number
    cells: Index  # (hits, cells): their places in the index; -1 behind the last
    is_exact: NDArray[np.bool_]

    @property
    def width(self) -> Index:
        """Count the cells of each hit."""
        return (self.cells >= 0).sum(1)


def search(index: CellIndex, query: Query) -> pd.DataFrame:
    """Find the runs of cells that have the numbers of a query.

    Parameters
    ----------
    index
        The cells of a corpus.
    query
        What is looked for. A number stands in one cell, or its groups in as many cells beside one another; by a
        tolerance, only in one.

    Returns
    -------
    DataFrame
        ``doc_id``, ``along`` (column or row; of a single number, cell), ``table_id``, ``row`` and ``col`` of the first
        cell, counted from 0, ``region_id`` of it, ``text`` (the readings, parted by bars) and ``is_exact``; exact ones
        first, by document and place.
    """
    hits = [_find_number(index, query, number) for number in range(len(query.numbers))]
    if len(hits) == 1:
        found = [_frame(index, "cell", [hits[0]], [np.arange(len(hits[0].place))])]
    else:
        found = [_frame(index, way.value, hits, _runs(index, hits, way)) for way in query.along]
    rows = pd.concat(found, ignore_index=True)
    order = ["is_exact", "doc_id", "table_id", "row", "col", "along"]
    return rows.sort_values(order, ascending=[False, *[True] * 5], ignore_index=True)


def _find_number(index: CellIndex, query: Query, number: int) -> _Hits:
    groups = query.numbers[number]
    if query.tolerance is not None:
        cells = index.with_values(query.values[number], query.tolerance)
        exact = index.with_values(query.values[number], 0.0)
        return _sorted([_single(index, cells, np.isin(cells, exact))])
    exact = index.with_texts({" ".join(groups)})
    found = [_single(index, exact, np.ones(len(exact), bool))]
    if query.within_digit:
        near = index.with_digits(near_misses("".join(groups)) | {"".join(groups)})
        near = np.setdiff1d(near, exact)
        found.append(_single(index, near, np.zeros(len(near), bool)))
    if len(groups) > 1:
        found += _divided(index, groups, query.within_digit)
    return _sorted(found)


def _single(index: CellIndex, cells: Index, is_exact: NDArray[np.bool_]) -> _Hits:
    return _Hits(index.places(cells), cells[:, None], is_exact)


def _divided(index: CellIndex, groups: tuple[str, ...], within_digit: bool) -> list[_Hits]:
    """Find the groups of a number in cells beside one another; one of them may be a digit off."""
    exact = [_of_texts(index, {group}, True) for group in groups]
    found = [_joined(index, exact)]
    for place, group in enumerate(groups) if within_digit else ():
        near = _of_texts(index, near_misses(group), False)
        found.append(_joined(index, [*exact[:place], near, *exact[place + 1 :]]))
    return found


def _of_texts(index: CellIndex, texts: set[str], is_exact: bool) -> _Hits:
    cells = index.with_texts(texts)
    return _sorted([_single(index, cells, np.full(len(cells), is_exact))])


def _joined(index: CellIndex, parts: list[_Hits]) -> _Hits:
    """Make hits of the runs of parts along rows."""
    members = _runs(index, parts, Along.ROW)
    taken = list(zip(parts, members, strict=True))
    cells = np.concatenate([part.cells[member] for part, member in taken], axis=1)
    exact = np.logical_and.reduce([part.is_exact[member] for part, member in taken])
    return _Hits(parts[0].place[members[0]], cells, exact)


def _sorted(parts: list[_Hits]) -> _Hits:
    """Put hits together by place; of several at one place the exact one is kept."""
    most = max(part.cells.shape[1] for part in parts)
    cells = np.concatenate(
        [np.pad(part.cells, ((0, 0), (0, most - part.cells.shape[1])), constant_values=-1) for part in parts]
    )
    place = np.concatenate([part.place for part in parts])
    exact = np.concatenate([part.is_exact for part in parts])
    order = np.lexsort((~exact, place))
    order = order[np.diff(place[order], prepend=-1) != 0]
    return _Hits(place[order], cells[order], exact[order])


def _runs(index: CellIndex, hits: list[_Hits], way: Along) -> list[Index]:
    """Find where hits of numbers follow one another: for each number, its hits in every run."""
    members = [np.arange(len(hits[0].place))]
    for before, one in pairwise(hits):
        last = members[-1]
        step = before.width[last] if way is Along.ROW else index.lines
        wanted = before.place[last] + step
        at = np.searchsorted(one.place, wanted)
        there = at < len(one.place)
        there[there] = one.place[at[there]] == wanted[there]
        members = [member[there] for member in members] + [at[there]]
    return members


def _frame(index: CellIndex, along: str, hits: list[_Hits], members: list[Index]) -> pd.DataFrame:
    taken = list(zip(hits, members, strict=True))
    first = hits[0].cells[members[0], 0]
    texts = [_readings(index, one.cells[member]) for one, member in taken]
    return pd.DataFrame(
        {
            "doc_id": np.array(index.documents, object)[index.document[first]],
            "along": along,
            "table_id": index.table[first],
            "row": index.row[first],
            "col": index.col[first],
            "region_id": index.region[first],
            "text": [" | ".join(run) for run in zip(*texts, strict=True)],
            "is_exact": np.logical_and.reduce([one.is_exact[member] for one, member in taken]),
        }
    )


def _readings(index: CellIndex, cells: Index) -> list[str]:
    """Give the texts of hits, those in several cells as one."""
    columns = [index.text_of(column) for column in cells.T]
    return [" ".join(text for text in texts if text) for texts in zip(*columns, strict=True)]
