"""Dialect: how a file of metadata or corrections is written: its encoding, and what separates its values."""

from __future__ import annotations

import codecs
import csv
import io
from dataclasses import dataclass
from pathlib import Path

from tablekin.errors import ConfigError

SEPARATORS = {",": "comma", ";": "semicolon", "\t": "tab", "|": "vertical bar"}  # and their names
_MARKS = (  # byte order marks; that of UTF-32 begins as that of UTF-16
    (codecs.BOM_UTF8, "utf-8-sig", "UTF-8 with a byte order mark"),
    (codecs.BOM_UTF32_LE, "utf-32", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16", "UTF-16"),
)
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # of XLSX, ODS and Numbers; of old XLS
_WINDOWS = "Windows-1252, the old encoding of Western Europe (if letters look wrong, save it as CSV UTF-8)"


@dataclass(frozen=True)
class MetadataRecord:
    """One record of a file."""

    line: int  # on which it ends, from 1
    values: list[str]


@dataclass(frozen=True)
class MetadataTable:
    """A file of metadata as it was written: records of values without the blanks around them."""

    separator: str
    records: list[MetadataRecord]  # at least one; those without a value are left out
    note: str  # what is not as in a plain CSV file in UTF-8, for the user; empty if nothing


def read_table(path: Path, keys: tuple[str, ...], what: str = "metadata") -> MetadataTable:
    """Read a file whose values are parted by commas, semicolons, tabs or vertical bars.

    Parameters
    ----------
    path
        In UTF-8 or UTF-16, with or without a byte order mark, or in Windows-1252.
    keys
        Names of columns, one of which the first record should have: tells what separates values.
    what
        What the file holds, for messages.

    Raises
    ------
    ConfigError
        It cannot be read, is a workbook, is empty, or a quotation mark is not closed.
    """
    text, encoding = _decode(path, what)
    named, text = _named_separator(text)
    separator = named or _sniff(text, keys)
    records = _records(path, what, text, separator, first_line=2 if named else 1)
    said = [encoding] if encoding else []
    said += [f"values parted by {SEPARATORS[separator]}s"] if separator != "," else []
    return MetadataTable(separator, records, f"{path} is read as {', '.join(said)}" if said else "")


def _decode(path: Path, what: str) -> tuple[str, str]:
    """Give the text of a file and, unless it is plain UTF-8, its encoding in words."""
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ConfigError(f"cannot read the {what} {path}: {error.strerror}") from error
    if data.startswith(_WORKBOOKS):
        raise ConfigError(
            f"the {what} {path} is a workbook of a spreadsheet program, not a CSV file; save its sheet as "
            "CSV UTF-8 and name that file"
        )
    for encoding, name in _candidates(data):
        try:
            return data.decode(encoding), name
        except UnicodeDecodeError:
            continue
    raise ConfigError(
        f"the {what} {path} is not a CSV file: its text is neither in UTF-8, UTF-16 nor Windows-1252; save it as "
        "CSV UTF-8"
    )


def _candidates(data: bytes) -> list[tuple[str, str]]:
    for mark, encoding, name in _MARKS:
        if data.startswith(mark):
            return [(encoding, name)]
    if b"\0" in data:  # every second byte of Latin letters in UTF-16
        even, odd = data[::2].count(0), data[1::2].count(0)
        return [("utf-16-be" if even > odd else "utf-16-le", "UTF-16")]
    return [("utf-8", ""), ("cp1252", _WINDOWS)]


def _named_separator(text: str) -> tuple[str | None, str]:
    """Take off the line ``sep=;`` by which Excel is told the separator."""
    first, _, rest = text.partition("\n")
    name = first.rstrip("\r").strip('"').casefold()
    if name.startswith("sep=") and (separator := first.rstrip("\r").strip('"')[4:]) in SEPARATORS:
        return separator, rest
    return None, text


def _sniff(text: str, keys: tuple[str, ...]) -> str:
    """Find what separates values: what makes a key a column by itself, or else what parts the first record most."""
    parts: dict[str, list[str]] = {}
    for separator in SEPARATORS:
        reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True)
        try:
            parts[separator] = next((values for values in reader if any(values)), [])
        except csv.Error:
            continue

    def fitness(separator: str) -> tuple[bool, int]:
        names = [value.strip().casefold() for value in parts[separator]]
        return any(key in names for key in keys), len(names)

    return max(parts, key=fitness, default=",")


def _records(path: Path, what: str, text: str, separator: str, first_line: int) -> list[MetadataRecord]:
    reader = csv.reader(
        io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=separator != "\t", strict=True
    )
    before = first_line - 1
    try:
        stripped = [
            MetadataRecord(reader.line_num + before, [value.strip() for value in values]) for values in reader
        ]
    except csv.Error as error:
        raise ConfigError(
            f"the {what} {path} is not a CSV file: line {reader.line_num + before}: {error}; look for a quotation "
            "mark that is not closed"
        ) from error
    records = [record for record in stripped if any(record.values)]
    if not records:
        raise ConfigError(f"the {what} {path} is not a CSV file: it is empty")
    return records
