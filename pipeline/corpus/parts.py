"""Parts: Parquet files of a table's folder, each written so that a reader sees it whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from functools import partial, reduce
from operator import or_
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from tablekin.corpus.atomic_file import replacing
from tablekin.corpus.manifest import note_file
from tablekin.faults import faults_described
from tablekin.schemas import ALL_SCHEMAS, ENCODINGS, PartKey

_ROW_GROUP = 1 << 17  # rows that a reader takes or leaves together
_FEW = 16  # values that are compared one by one


def write_part(path: Path, table: pa.Table) -> None:
    """Write ``table`` to ``path`` atomically."""
    with _replacing(path) as file:
        pq.write_table(table, file, row_group_size=_ROW_GROUP, **_encoding(table.schema))


def _replacing(part: Path) -> AbstractContextManager[IO[bytes]]:
    """Open a file that becomes a part, and is in the manifest when it does; hidden ones lie beside the tables."""
    make_folder(part)
    return replacing(part, None if part.name.startswith(".") else partial(note_file, part.parents[1], part))


def make_folder(part: Path) -> None:
    """Make the folder of a table; not that of the corpus: where it was deleted meanwhile, no part may make it anew.

    Raises
    ------
    StorageError
        It cannot be made.
    """
    with faults_described(part.parent):
        part.parent.mkdir(exist_ok=True)


def write_row_groups(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Write tables to ``path`` atomically, each as a row group of its own; one is in memory at a time.

    Their strings may be encoded as dictionaries; readers see those of ``schema``, and its metadata.

    Returns
    -------
    int
        Number of rows.
    """
    rows = 0
    writer: pq.ParquetWriter | None = None
    with _replacing(path) as file:
        try:
            for table in tables:
                if len(table):
                    if writer is None:
                        writer = pq.ParquetWriter(file, table.schema, store_schema=False, **_encoding(schema))
                        writer.add_key_value_metadata(schema.metadata)
                    writer.write_table(table, row_group_size=len(table))
                    rows += len(table)
            if writer is None:
                pq.write_table(schema.empty_table(), file, **_encoding(schema))
            else:
                writer.close()
        except BaseException:
            if writer is not None:
                writer.is_open = False  # or it would write to the closed file when it is collected
            raise
    return rows


def remove_rows(path: Path, schema: pa.Schema, columns: list[str], values: Iterable[str]) -> None:
    """Write a part anew without the rows that have one of the values; a row group is in memory at a time.

    Parameters
    ----------
    path
        A part written by ``write_row_groups``.
    schema
        Its schema, with its new metadata.
    columns
        Strings, in which the values are looked for.
    values
        Values of rows to be left out.
    """
    gone = pa.array(sorted(values), pa.string())

    def is_kept(rows: pa.Table) -> pa.ChunkedArray:
        wrong = [pc.is_in(rows[column].cast(pa.string()), gone) for column in columns]
        return pc.invert(reduce(pc.or_, wrong))

    keep_rows(path, schema, columns, is_kept)


def keep_rows(path: Path, schema: pa.Schema, columns: list[str], is_kept: Callable[[pa.Table], Any]) -> None:
    """Write a part anew with some of its rows; a row group is in memory at a time.

    Parameters
    ----------
    path
        A part written by ``write_row_groups``.
    schema
        Its schema, with its new metadata.
    columns
        Strings, which are read as dictionaries.
    is_kept
        Tells which of the rows stay.
    """
    with pq.ParquetFile(path, read_dictionary=columns) as file:

        def left(group: int) -> pa.Table:
            rows = file.read_row_group(group)
            return completed(rows.filter(is_kept(rows)), schema)

        write_row_groups(path, schema, map(left, range(file.num_row_groups)))


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    table = (schema.metadata or {}).get(PartKey.TABLE.encode(), b"").decode()
    return {**ENCODINGS.get(table, {"compression": "zstd"}), "write_page_checksum": True}


def sealed(table: str, seal: Mapping[str, str]) -> pa.Schema:
    """Make the schema of a table with what a part of it was made from."""
    schema = ALL_SCHEMAS[table]
    encoded = {key.encode(): value.encode() for key, value in seal.items()}
    return schema.with_metadata({**schema.metadata, **encoded})


def list_parts(folder: Path) -> list[Path]:
    """Parts of the table in ``folder``, in the order of their names; none where it is not there.

    Raises
    ------
    StorageError
        It cannot be read: it must not be taken for empty.
    """
    if not folder.is_dir():
        return []
    with faults_described(folder), os.scandir(folder) as entries:
        names = sorted(entry.name for entry in entries if _is_part(entry.name))
    return [folder / name for name in names]


def _is_part(name: str) -> bool:
    return name.startswith("part-") and name.endswith(".parquet")


def part_metadata(path: Path) -> dict[str, str]:
    """Key-value metadata of a part, for instance its schema version."""
    metadata = pq.read_schema(path).metadata or {}
    return {
        key.decode("utf-8", "replace"): value.decode("utf-8", "replace") for key, value in metadata.items()
    }


def read_parts(
    paths: Iterable[Path],
    columns: list[str] | None = None,
    condition: ds.Expression | None = None,
    optional: Iterable[pa.Field] = (),
    holding: Sequence[Path] | None = None,
) -> pa.Table:
    """Read parts as one table; a column that only some of them have is null in the others.

    One that is of different types in them, as a change of the user's metadata leaves it half way, is read as strings.

    Parameters
    ----------
    paths
        At least one part.
    columns
        Names of the columns to read; all by default.
    condition
        Only rows that meet it are read.
    optional
        Columns that are null where no part has them.
    holding
        Those of the parts that may have such rows; all by default. The columns are those of all.
    """
    paths = list(paths)
    schemas = [ds.dataset(path, format="parquet").schema for path in paths]
    types: dict[str, set[pa.DataType]] = {}
    for field in (field for schema in schemas for field in schema if not pa.types.is_null(field.type)):
        types.setdefault(field.name, set()).add(field.type)
    mixed = {name for name, kinds in types.items() if len(kinds) > 1}
    schema = pa.unify_schemas([_as_strings(schema, mixed) for schema in schemas])
    for field in optional:
        schema = schema if field.name in schema.names else schema.append(field)
    read = paths if holding is None else holding
    return ds.dataset([*read], schema, format="parquet").to_table(columns, filter=condition)


def is_one_of(column: str, values: Collection[str]) -> ds.Expression:
    """Make the condition that a column of strings has one of some values.

    Few are compared one by one, since readers leave out by their statistics what cannot meet that.
    """
    field = ds.field(column)
    if 0 < len(values) <= _FEW:
        return reduce(or_, (field == value for value in sorted(values)))
    return field.isin(pa.array(sorted(values), pa.string()))


def completed(rows: pa.Table, schema: pa.Schema) -> pa.Table:
    """Add the columns that a part of before they were thought of lacks, without values, and order all."""
    for field in schema:
        if field.name not in rows.column_names:
            rows = rows.append_column(field, pa.nulls(len(rows), field.type))
    return rows.select(schema.names)


def string_columns(schema: pa.Schema) -> list[str]:
    """Name the columns of strings, and of lists of strings, as Parquet does."""
    names = [field.name for field in schema if pa.types.is_string(field.type)]
    lists = [field for field in schema if pa.types.is_list(field.type)]
    return names + [f"{field.name}.list.element" for field in lists if field.type.value_type == pa.string()]


def _as_strings(schema: pa.Schema, names: set[str]) -> pa.Schema:
    fields = [field.with_type(pa.string()) if field.name in names else field for field in schema]
    return pa.schema(fields, schema.metadata)


def unique_strings(path: Path, column: str) -> set[str]:
    """Collect the different values of a column of strings, a row group at a time."""
    with pq.ParquetFile(path, read_dictionary=[column]) as file:
        return {
            value
            for group in range(file.num_row_groups)
            for value in file.read_row_group(group, [column])[column].unique().to_pylist()
        }
