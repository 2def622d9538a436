"""Parts: Parquet files of a table's folder, each written so that a reader sees it whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from pipeline.schemas import ENCODINGS

_UNFINISHED = ".*.tmp"  # a leading dot hides a file from whoever reads the folder as one table
_ROW_GROUP = 1 << 17  # rows that a reader takes or leaves together


@contextmanager
def _replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a file beside ``path``; at the end, force it to disk and rename it over ``path``."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("wb") as file:
        yield file
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def write_part(path: Path, table: pa.Table) -> None:
    """Write ``table`` to ``path`` atomically."""
    with _replacing(path) as file:
        pq.write_table(table, file, row_group_size=_ROW_GROUP, **_encoding(table.schema))


def write_row_groups(path: Path, schema: pa.Schema, tables: Iterable[pa.Table]) -> int:
    """Write tables to ``path`` atomically, each as a row group of its own; one is in memory at a time.

    Their strings may be encoded as dictionaries; readers see those of ``schema``, and its metadata.

    Returns
    -------
    int
        Number of rows.
    """
    rows = 0
    with _replacing(path) as file:
        writer: pq.ParquetWriter | None = None
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
    return rows


def _encoding(schema: pa.Schema) -> dict[str, Any]:
    table = (schema.metadata or {}).get(b"tablekin.table", b"").decode()
    return ENCODINGS.get(table, {"compression": "zstd"})


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` to ``path`` atomically."""
    with _replacing(path) as file:
        file.write((json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


def discard_unfinished(folder: Path) -> None:
    """Delete what an interrupted write left in ``folder``."""
    for path in folder.glob(_UNFINISHED):
        path.unlink()


def list_parts(folder: Path) -> list[Path]:
    """Parts of the table in ``folder``, in the order of their names."""
    return sorted(folder.glob("part-*.parquet"))


def part_metadata(path: Path) -> dict[str, str]:
    """Key-value metadata of a part, for instance its schema version."""
    metadata = pq.read_schema(path).metadata or {}
    return {key.decode(): value.decode() for key, value in metadata.items()}


def read_parts(
    paths: Iterable[Path], columns: list[str] | None = None, condition: ds.Expression | None = None
) -> pa.Table:
    """Read parts as one table; a column that only some of them have is null in the others.

    Parameters
    ----------
    paths
        At least one part.
    columns
        Names of the columns to read; all by default.
    condition
        Only rows that meet it are read.
    """
    sources = [ds.dataset(path, format="parquet") for path in paths]
    schema = pa.unify_schemas([source.schema for source in sources])
    return ds.dataset([source.replace_schema(schema) for source in sources]).to_table(
        columns, filter=condition
    )


def unique_strings(path: Path, column: str) -> set[str]:
    """Collect the different values of a column of strings, a row group at a time."""
    with pq.ParquetFile(path, read_dictionary=[column]) as file:
        return {
            value
            for group in range(file.num_row_groups)
            for value in file.read_row_group(group, [column])[column].unique().to_pylist()
        }
