"""Metadata: what the user knows about the scans, as a table of columns, with the years that dates stand for."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa

from tablekin.dating import YEAR_COLUMNS, read_years, unread_dates, year_column
from tablekin.errors import ConfigError
from tablekin.ingest.dialect import SEPARATORS, MetadataTable, read_table
from tablekin.schemas import SCHEMAS

_KEYS = ("file", "source")
OWN_COLUMNS = frozenset(SCHEMAS["documents"].names)


@dataclass(frozen=True)
class Metadata:
    """The rows of a metadata file."""

    path: Path
    key: str  # the column that names the scan: file or source
    rows: pd.DataFrame  # every column as given, and years; whole numbers as Int64, all else as text
    notes: tuple[str, ...] = ()  # what was made of the file, for the user

    @property
    def columns(self) -> list[str]:
        """Columns added to the documents."""
        return [name for name in self.rows.columns if name not in OWN_COLUMNS]

    @property
    def fields(self) -> list[pa.Field]:
        """Names and types of the columns added to the documents."""
        whole = pd.Int64Dtype()
        return [
            pa.field(name, pa.int64() if self.rows[name].dtype == whole else pa.string())
            for name in self.columns
        ]


def read_metadata(path: Path) -> Metadata:
    """Read a CSV file with a column ``file`` or ``source``, as spreadsheet programs write it.

    A column becomes whole numbers where each value is written as one (``1531``, not ``01531``), or as one with ``.0``
    beside empty ones, which is how whole numbers with gaps are often exported. A column ``year`` is kept as written and
    read into ``year_from`` and ``year_to``.

    Raises
    ------
    ConfigError
        The file cannot be read, has no such column, names a scan or a column twice, has a line of more values than
        columns, or has a column that tablekin writes.
    """
    table = read_table(path, _KEYS)
    rows = _frame(path, table)
    key = next((name for known in _KEYS for name in rows.columns if name.casefold() == known), None)
    if key is None:
        raise ConfigError(
            f"the metadata {path} has no column 'file' or 'source' that names the scans; "
            f"its columns are: {', '.join(rows.columns)}"
        )
    _refuse_reserved(path, rows, key)
    twice = rows[key][rows[key].duplicated() & (rows[key] != "")]
    if len(twice):
        raise ConfigError(f"the metadata {path} names {twice.iloc[0]!r} more than once in column '{key}'")
    for name in rows.columns.drop(key):
        rows[name] = _whole_numbers(rows[name])
    notes = [table.note] if table.note else []
    if (dated := year_column([*rows.columns])) is not None:
        unread = unread_dates(rows[dated])
        rows[[*YEAR_COLUMNS]] = read_years(rows[dated])
        if unread:
            notes.append(
                f"{path}: {len(unread)} dates of the column '{dated}' are not understood, the first: {unread[0]}; "
                "they are kept as written and count as undated"
            )
    return Metadata(path, key, rows, tuple(notes))


def _refuse_reserved(path: Path, rows: pd.DataFrame, key: str) -> None:
    """Refuse columns of the user's by names that tables have already; capitals do not part names in databases."""
    reserved = {*OWN_COLUMNS, *YEAR_COLUMNS}
    clash = sorted(name for name in rows.columns if name.casefold() in reserved and name != key)
    if not clash:
        return
    years = (
        "; year_from and year_to are read from the column 'year', where '1550-1560' or 'after 1550' may stand"
        if any(name.casefold() in YEAR_COLUMNS for name in clash)
        else ""
    )
    raise ConfigError(
        f"the metadata {path} has columns that tablekin writes itself: {', '.join(clash)}; rename them{years}"
    )


def _frame(path: Path, table: MetadataTable) -> pd.DataFrame:
    """Make text columns of records; a value that a line does not have is empty."""
    columns, records = table.records[0].values, table.records[1:]
    name_of_separator = SEPARATORS[table.separator]
    for record in records:
        if len(record.values) > len(columns):
            raise ConfigError(
                f"the metadata {path} has {len(record.values)} values in line {record.line} for {len(columns)} "
                f"columns: delete a {name_of_separator} at the end of the line, or put a value that has a "
                f'{name_of_separator} in quotation marks ("Basel{table.separator.strip() or " "} Switzerland"); the '
                "same in every line like it"
            )
    for name in columns:
        if name and columns.count(name) > 1:
            raise ConfigError(
                f"the metadata {path} has several columns '{name}' (blanks around a name do not count); rename or "
                "delete all but one"
            )
    filled = [record.values + [""] * (len(columns) - len(record.values)) for record in records]
    frame = pd.DataFrame(filled, columns=range(len(columns)), dtype=str)
    for place, name in enumerate(columns):
        if not name and (frame[place] != "").any():
            line = next(record.line for record in records if any(record.values[place : place + 1]))
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
    if len(filled) and len(filled) < len(given) and filled.str.fullmatch(r"(?:0|-?[1-9]\d{0,14})\.0").all():
        given, filled = given.str.removesuffix(".0"), filled.str.removesuffix(".0")
    if len(filled) and filled.str.fullmatch(r"0|-?[1-9]\d{0,17}").all():
        return pd.to_numeric(given).astype("Int64")
    return given
