"""WrittenFile: a file of an export, whole or not at all, and text that spreadsheets may hold."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from tablekin.corpus import replacing
from tablekin.export.xml_tree import legal

_FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]")
_SIGNED = re.compile(r"[+-]?\d+(?:[.,]\d+)?")


def one_line(text: str) -> str:
    """Make a text legal, and one line of it."""
    return " ".join(legal(text).split())


def guarded(text: str) -> str:
    """Make a text one that no spreadsheet takes for a formula when it opens a CSV file.

    What begins as a formula does, and is no number, gets an apostrophe before it
    (https://owasp.org/www-community/attacks/CSV_Injection).
    """
    text = one_line(text)
    return f"'{text}" if _FORMULA.match(text) and not _SIGNED.fullmatch(text) else text


def write_file(path: Path, content: bytes) -> Path:
    """Write a file, and the folders that it lies in."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(content)
    return path


def write_csv(path: Path, columns: Sequence[object], rows: Iterable[Sequence[object]]) -> Path:
    """Write a CSV file that spreadsheets and programs open alike: UTF-8 with a mark that says so, texts guarded."""
    text = io.StringIO(newline="")
    table = csv.writer(text)
    for row in (columns, *rows):
        table.writerow([guarded(value) if isinstance(value, str) else value for value in row])
    return write_file(path, text.getvalue().encode("utf-8-sig"))
