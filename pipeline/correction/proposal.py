"""Proposal: what a file says that a cell should read, before it is known whether there is such a cell."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, field

Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels of the original image
MAX_READING = 200  # characters of a cell; tables of the project's scans have none of more than 40


@dataclass(frozen=True)
class PlaceInTable:
    """Where a cell stands; all count from 1, as a reader does."""

    table: int | None  # None if the page has one table only
    row: int
    column: int


@dataclass(frozen=True)
class Proposal:
    """What one place of a file says of one cell."""

    place: str  # of the file, for messages: cells.csv, line 12
    names: tuple[str, ...]  # of the document, as the file has them, the surest first
    readings: tuple[
        str, ...
    ]  # as printed; of several, those are meant that are not what is read there at present
    cell: PlaceInTable | None = None
    box: Box | None = None
    before: str | None = None  # what was read there when the file was written, if it says so
    image: tuple[float, float] | None = None  # width and height of the picture in which the box is
    is_loose: bool = False  # whether it may lie beside all cells, and be one of several lines of a cell


@dataclass(frozen=True)
class Complaint:
    """Why something in a file cannot be taken, and what to do; the rest of the file is."""

    place: str
    what: str
    remedy: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; {self.remedy}"


@dataclass(frozen=True)
class CorrectionFile:
    """What a file proposes."""

    source: str  # name of the file
    proposals: tuple[Proposal, ...]
    complaints: tuple[Complaint, ...] = ()
    notes: tuple[str, ...] = field(default=())  # how it was understood, for the user


def clean_reading(text: str) -> str:
    """Write a reading with its accents composed and single blanks, also where it has several lines.

    Raises
    ------
    ValueError
        It is too long for a cell, or has characters that cannot be printed.
    """
    cleaned = re.sub(r"\s+", " ", unicodedata.normalize("NFC", text)).strip()
    if len(cleaned) > MAX_READING:
        raise ValueError(f"has a reading of {len(cleaned)} characters, a cell has {MAX_READING} at most")
    if any(unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn") for character in cleaned):
        raise ValueError("has a reading with characters that cannot be printed")
    return cleaned
