"""Metadata: what the user knows about the scans, joined to the documents as given."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from pandas.api.extensions import take

from tablekin.errors import ConfigError
from tablekin.schemas import SCHEMAS

_KEYS = ("file", "source")
_OWN = frozenset(SCHEMAS["documents"].names)


@dataclass(frozen=True)
class Metadata:
    """The rows of a metadata file."""

    path: Path
    key: str  # the column that names the scan: file or source
    rows: pd.DataFrame  # every column as given; whole numbers as Int64, all else as text

    @property
    def columns(self) -> list[str]:
        """Columns added to the documents."""
        return [name for name in self.rows.columns if name not in _OWN]

    @property
    def fields(self) -> list[pa.Field]:
        """Names and types of the columns added to the documents."""
        whole = pd.Int64Dtype()
        return [
            pa.field(name, pa.int64() if self.rows[name].dtype == whole else pa.string())
            for name in self.columns
        ]


def read_metadata(path: Path) -> Metadata:
    """Read a CSV file with a column ``file`` or ``source``.

    A column becomes whole numbers where each value is written as one (``1531``, not ``01531``).

    Raises
    ------
    ConfigError
        The file cannot be read, has no such column, names a scan or a column twice, has a line of more values than
        columns, or has a column that tablekin writes.
    """
    rows = _frame(path, _records(path, _text(path)))
    key = next((name for name in _KEYS if name in rows.columns), None)
    if key is None:
        raise ConfigError(
            f"the metadata {path} has no column 'file' or 'source' that names the scans; "
            f"its columns are: {', '.join(rows.columns)}"
        )
    clash = sorted(_OWN.intersection(rows.columns) - {"source"})
    if clash:
        raise ConfigError(
            f"the metadata {path} has columns that tablekin writes itself: {', '.join(clash)}; rename them"
        )
    twice = rows[key][rows[key].duplicated() & (rows[key] != "")]
    if len(twice):
        raise ConfigError(f"the metadata {path} names {twice.iloc[0]!r} more than once in column '{key}'")
    for name in rows.columns.drop(key):
        rows[name] = _whole_numbers(rows[name])
    return Metadata(path, key, rows)


def _text(path: Path) -> str:
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise ConfigError(f"cannot read the metadata {path}: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise ConfigError(f"the metadata {path} is not a CSV file in UTF-8: {error}") from error


def _records(path: Path, text: str) -> list[tuple[int, list[str]]]:
    """Split a CSV file into records, each with the line it ends on; those without a value are left out."""
    reader = csv.reader(io.StringIO(text, newline=""), skipinitialspace=True, strict=True)
    try:
        records = [(reader.line_num, values) for values in reader if any(values)]
    except csv.Error as error:
        raise ConfigError(
            f"the metadata {path} is not a CSV file: line {reader.line_num}: {error}; look for a quotation mark "
            "that is not closed"
        ) from error
    if not records:
        raise ConfigError(f"the metadata {path} is not a CSV file: it is empty")
    return records


def _frame(path: Path, records: list[tuple[int, list[str]]]) -> pd.DataFrame:
    """Make text columns of records; a value that a line does not have is empty."""
    columns = [name.strip() for name in records[0][1]]
    for line, values in records[1:]:
        if len(values) > len(columns):
            raise ConfigError(
                f"the metadata {path} has {len(values)} values in line {line} for {len(columns)} columns: delete "
                'a comma at the end of the line, or put a value that has a comma in quotation marks ("Basel, '
                'Switzerland"); the same in every line like it'
            )
    for name in columns:
        if name and columns.count(name) > 1:
            raise ConfigError(
                f"the metadata {path} has several columns '{name}' (blanks around a name do not count); rename or "
                "delete all but one"
            )
    rows = [values + [""] * (len(columns) - len(values)) for _, values in records[1:]]
    frame = pd.DataFrame(rows, columns=range(len(columns)), dtype=str)
    for place, name in enumerate(columns):
        if not name and (frame[place] != "").any():
            line = next(line for line, values in records[1:] if any(values[place : place + 1]))
            raise ConfigError(
                f"the metadata {path} has no name for column {place + 1}, which has a value in line {line}; name "
                "the column in the first line, or delete it"
            )
    named = [place for place, name in enumerate(columns) if name]
    return frame[named].set_axis([columns[place] for place in named], axis=1)


def _whole_numbers(values: pd.Series) -> pd.Series:
    """Turn text into Int64 where that loses nothing; empty becomes null in either case."""
    given = values.where(values != "", None)
    filled = given.dropna()
    if len(filled) and filled.str.fullmatch(r"0|-?[1-9]\d{0,17}").all():
        return pd.to_numeric(given).astype("Int64")
    return given


def _names(source: str) -> Iterator[str]:
    """Names a scan may go by, the surest first: its path, ends of it, and the same without the suffix."""
    parts = source.split("/")
    for begin in range(len(parts)):
        yield "/".join(parts[begin:])
    for begin in range(len(parts)):
        yield "/".join(parts[begin:]).rsplit(".", 1)[0]


def join_metadata(documents: pd.DataFrame, metadata: Metadata) -> tuple[pd.DataFrame, list[str]]:
    """Give every document the columns of its row in the metadata.

    Parameters
    ----------
    documents
        Table ``documents``; metadata columns it has already are replaced.
    metadata
        The user's file. Its key may be the path of a scan within the folder, the end of that path, or a
        longer path that ends in it, with or without suffix; a key that fits several scans fits none.

    Returns
    -------
    tuple
        The documents, and a warning for each kind of mismatch.
    """
    owner = _find_rows(sorted(set(documents["source"])), metadata.rows[metadata.key])
    uses = Counter(place for place in owner.values() if place is not None)
    shared = {place for place, count in uses.items() if count > 1}
    rows = [-1 if (row := owner[source]) is None or row in shared else row for source in documents["source"]]
    places = np.array(rows, np.int64)  # -1 where there is none
    joined = documents[[name for name in documents.columns if name in _OWN]].copy()
    for name in metadata.columns:
        joined[name] = take(metadata.rows[name].array, places, allow_fill=True)
    return joined, list(_warnings(metadata, owner, shared))


def _find_rows(sources: list[str], keys: pd.Series) -> dict[str, int | None]:
    """Find the row of each scan by the surest of the names it goes by."""
    paths = keys.str.replace("\\", "/").str.removeprefix("./")
    given = {str(path): place for place, path in enumerate(paths) if path}
    ends: dict[str, int | None] = {}
    for path, place in given.items():
        for name in _names(path):
            ends[name] = None if name in ends else place
    owner: dict[str, int | None] = {}
    for source in sources:
        found = next((given[name] for name in _names(source) if name in given), None)
        owner[source] = ends.get(source) if found is None else found
    return owner


def _warnings(metadata: Metadata, owner: dict[str, int | None], shared: set[int]) -> Iterator[str]:
    keys = metadata.rows[metadata.key]
    unknown = [str(key) for place, key in enumerate(keys) if place not in set(owner.values())]
    if unknown:
        yield f"{metadata.path}: {len(unknown)} rows name no scan of the corpus, the first: {unknown[0]}"
    for place in sorted(shared):
        yield f"{metadata.path}: {keys.iloc[place]} fits several scans; give the path within the folder"
    bare = [source for source, place in owner.items() if place is None]
    if bare:
        yield f"{metadata.path}: {len(bare)} scans have no row, the first: {bare[0]}"
