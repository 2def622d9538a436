"""Parts: Parquet files of a table's folder, each written so that a reader sees it whole or not at all."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

_UNFINISHED = ".*.tmp"  # a leading dot hides a file from whoever reads the folder as one table


def _replace(path: Path, content: bytes | pa.Table) -> None:
    """Write beside ``path``, force to disk, then rename over it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished = path.with_name(f".{path.name}.tmp")
    with unfinished.open("wb") as file:
        if isinstance(content, bytes):
            file.write(content)
        else:
            pq.write_table(content, file, compression="zstd")
        file.flush()
        os.fsync(file.fileno())
    unfinished.replace(path)


def write_part(path: Path, table: pa.Table) -> None:
    """Write ``table`` to ``path`` atomically."""
    _replace(path, table)


def write_json(path: Path, value: Any) -> None:
    """Write ``value`` to ``path`` atomically."""
    _replace(path, (json.dumps(value, indent=2, ensure_ascii=False) + "\n").encode())


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
