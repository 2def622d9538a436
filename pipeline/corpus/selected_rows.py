"""Selected rows: those of a table's parts that hold given strings, without reading what cannot hold them."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tablekin.corpus.parts import completed, string_columns

_AT_ONCE = (
    32  # parts that a thread looks into one after the other: most have nothing, and threads take time, too
)


def read_rows_with(paths: Iterable[Path], schema: pa.Schema, columns: list[str], value: str) -> pa.Table:
    """Read the rows that have a value in one of some columns of strings, as ``schema`` says.

    Parameters
    ----------
    paths
        Parts written by ``write_row_groups``.
    schema
        Columns of the table.
    columns
        Names of those in which the value is looked for.
    value
        What they are to hold.
    """

    def may_hold(group: pq.RowGroupMetaData, places: Sequence[int]) -> bool:
        return _may_hold(group, places, value)

    def is_wanted(keys: pa.Table) -> pa.ChunkedArray:
        return reduce(pc.or_, (pc.equal(keys[column], value) for column in columns))

    return _read_rows(paths, schema, columns, may_hold, is_wanted)


def read_rows_between(
    paths: Iterable[Path], schema: pa.Schema, columns: tuple[str, str], value: str, others: Collection[str]
) -> pa.Table:
    """Read the rows that have a value in one of two columns of strings and one of others in the other column.

    Parameters
    ----------
    paths, schema
        As for `read_rows_with`.
    columns
        Names of the two.
    value, others
        What they are to hold.
    """
    partners = sorted(others)
    looked_for = pa.array(partners, pa.string())

    def may_hold(group: pq.RowGroupMetaData, places: Sequence[int]) -> bool:
        first, second = (_range(group, place) for place in places)
        return (_within(value, first) and _any_within(partners, second)) or (
            _within(value, second) and _any_within(partners, first)
        )

    def is_wanted(keys: pa.Table) -> pa.ChunkedArray:
        first, second = (keys[column] for column in columns)
        return pc.or_(
            pc.and_(pc.equal(first, value), pc.is_in(second.cast(pa.string()), looked_for)),
            pc.and_(pc.equal(second, value), pc.is_in(first.cast(pa.string()), looked_for)),
        )

    return _read_rows(paths, schema, [*columns], may_hold, is_wanted)


def read_rows_near(paths: Iterable[Path], schema: pa.Schema, value: str, count: int) -> pa.Table:
    """Read the rows of pairs in which one document is a value and ranks the other among so many nearest.

    Parameters
    ----------
    paths, schema
        As for `read_rows_with`; of table ``pairs``.
    value
        The doc_id.
    count
        Ranks up to this one are near.
    """
    sides = (("doc_a", "rank_a"), ("doc_b", "rank_b"))

    def may_hold(group: pq.RowGroupMetaData, places: Sequence[int]) -> bool:
        return _may_hold(group, places[:2], value)

    def is_wanted(rows: pa.Table) -> pa.ChunkedArray:
        own = (
            pc.and_(pc.equal(rows[doc], value), pc.fill_null(pc.less_equal(rows[rank], count), False))
            for doc, rank in sides
        )
        return reduce(pc.or_, own)

    return _read_rows(
        paths, schema, [*(doc for doc, _ in sides), *(rank for _, rank in sides)], may_hold, is_wanted
    )


def _read_rows(
    paths: Iterable[Path],
    schema: pa.Schema,
    columns: list[str],
    may_hold: Callable[[pq.RowGroupMetaData, Sequence[int]], bool],
    is_wanted: Callable[[pa.Table], pa.ChunkedArray],
) -> pa.Table:
    """Read rows by what some columns of strings hold.

    Only row groups whose statistics leave it open are read, and of these first the columns that decide; strings are
    compared as numbers of a dictionary. Threads read: those that ask for statistics would only wait for one another.
    """
    strings = string_columns(schema)

    def rows_of(path: Path, groups: list[int]) -> pa.Table:
        found = [schema.empty_table()]
        with pq.ParquetFile(path, read_dictionary=strings) as file:
            for group in groups:
                wanted = is_wanted(file.read_row_group(group, columns))
                if pc.any(wanted, min_count=0).as_py():
                    rows = file.read_row_group(group).filter(wanted)
                    found.append(completed(rows, schema).cast(schema))
        return pa.concat_tables(found)

    holders = {path: groups for path in paths if (groups := _groups_that(may_hold, path, columns))}
    with ThreadPoolExecutor() as threads:
        return pa.concat_tables(
            [schema.empty_table(), *threads.map(rows_of, holders.keys(), holders.values())]
        )


def _groups_that(
    may_hold: Callable[[pq.RowGroupMetaData, Sequence[int]], bool], path: Path, columns: Sequence[str]
) -> list[int]:
    """List the row groups of a part that may hold something, by their statistics of some columns."""
    metadata = pq.read_metadata(path)
    places = _places(metadata, columns)
    return [
        number for number in range(metadata.num_row_groups) if may_hold(metadata.row_group(number), places)
    ]


def may_hold(path: Path, columns: Sequence[str], values: Sequence[str]) -> bool:
    """Tell by its statistics whether a row of a part may have one of some values in each of some columns of strings.

    The values ascend.
    """
    metadata = pq.read_metadata(path)
    places = _places(metadata, columns)
    return any(
        all(_may_hold_one(group, place, values) for place in places)
        for group in map(metadata.row_group, range(metadata.num_row_groups))
    )


def find_holders(paths: Iterable[Path], column: str, values: Collection[str]) -> dict[str, set[str]]:
    """Find by their statistics the names of the parts that may have a row with each of some values in a column."""
    found: dict[str, set[str]] = {value: set() for value in values}
    for path in paths:
        metadata = pq.read_metadata(path)
        places = _places(metadata, [column])
        groups = [metadata.row_group(number) for number in range(metadata.num_row_groups)]
        for value, names in found.items():
            if any(_may_hold(group, places, value) for group in groups):
                names.add(path.name)
    return found


def _places(metadata: pq.FileMetaData, columns: Sequence[str]) -> list[int]:
    paths = [metadata.schema.column(place).path for place in range(metadata.num_columns)]
    return [paths.index(column) for column in columns if column in paths]


def _range(group: pq.RowGroupMetaData, place: int) -> tuple[str, str] | None:
    """Give the least and the greatest value of a column of a row group; None where its statistics do not tell."""
    known = group.column(place).statistics
    return None if known is None or not known.has_min_max else (known.min, known.max)


def _within(value: str, known: tuple[str, str] | None) -> bool:
    return known is None or known[0] <= value <= known[1]


def _any_within(values: Sequence[str], known: tuple[str, str] | None) -> bool:
    """Tell whether one of some ascending values may stand in a column of this range."""
    if known is None:
        return bool(values)
    first = bisect_left(values, known[0])
    return first < len(values) and values[first] <= known[1]


def _may_hold(group: pq.RowGroupMetaData, places: Sequence[int], value: str) -> bool:
    """Tell whether a value may stand in one of some columns of a row group."""
    return any(_within(value, _range(group, place)) for place in places)


def _may_hold_one(group: pq.RowGroupMetaData, place: int, values: Sequence[str]) -> bool:
    """Tell whether one of some ascending values may stand in a column of a row group."""
    return _any_within(values, _range(group, place))
