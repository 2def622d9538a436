"""PrintedPage: a document as tables of cells with their text, as formats for editors of text write it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import ceil, floor
from typing import Any

import pandas as pd

from tablekin.export.reading_frame import Box, Point, ReadingFrame, reading_frame
from tablekin.export.selection import Selection
from tablekin.export.text_line import FoundDigit, TextLine, text_lines
from tablekin.page import RegionKind
from tablekin.read import CRITERIA


@dataclass(frozen=True)
class PrintedRegion:
    """A cell, the head of a table, or a page number; ``row`` and ``col`` count from 0, -1 where there are none."""

    region_id: int
    kind: RegionKind
    row: int
    col: int
    box: Box  # of the region and all that stands in it, in pixels of the scan
    text: str  # as printed
    confidence: float
    lines: tuple[TextLine, ...]
    is_header: bool = False  # it names a row or columns


@dataclass(frozen=True)
class PrintedTable:
    """A table, its cells row by row."""

    table_id: int
    box: Box
    head: PrintedRegion | None  # the headings above its columns
    cells: tuple[PrintedRegion, ...]

    @property
    def rows(self) -> int:
        """Number of rows, the head left out."""
        return 1 + max((cell.row for cell in self.cells), default=-1)

    @property
    def columns(self) -> int:
        """Number of columns."""
        return 1 + max((cell.col for cell in self.cells), default=-1)


@dataclass(frozen=True)
class PrintedPage:
    """A document; its parts stand in the order in which they are read."""

    doc_id: str
    width: int
    height: int
    frame: ReadingFrame
    flags: tuple[str, ...]
    parts: tuple[PrintedTable | PrintedRegion, ...]

    def pixels(self, box: Box) -> tuple[int, int, int, int]:
        """Round a box outwards, within the page and no less than a pixel wide and high."""
        x0, y0 = min(max(floor(box[0]), 0), self.width - 1), min(max(floor(box[1]), 0), self.height - 1)
        x1, y1 = self.pixel((ceil(box[2]), ceil(box[3])))
        return x0, y0, max(x1, x0 + 1), max(y1, y0 + 1)

    def pixel(self, point: Point) -> tuple[int, int]:
        """Round a point, within the page."""
        x, y = round(point[0]), round(point[1])
        return min(max(x, 0), self.width), min(max(y, 0), self.height)


def printed_pages(selection: Selection) -> Iterator[PrintedPage]:
    """Yield each document that is exported."""
    for doc_id, rows in selection.rows_of("pages", "regions", "digits", "columns"):
        document = selection.documents.loc[doc_id].to_dict()
        columns = rows["columns"][rows["columns"]["role"] == "argument"]
        arguments = set(zip(columns["table_id"], columns["col"], strict=True))
        page = rows["pages"].iloc[0].to_dict()
        yield _page(document, page, rows["regions"], rows["digits"], arguments)


def _page(
    document: Mapping[str, Any],
    page: Mapping[str, Any],
    regions: pd.DataFrame,
    digits: pd.DataFrame,
    arguments: set[tuple[int, int]],
) -> PrintedPage:
    frame = reading_frame(document, page)
    found = _digits_by_region(digits, frame)
    tables: dict[int, list[PrintedRegion]] = {}
    heads: dict[int, PrintedRegion] = {}
    parts: list[PrintedTable | PrintedRegion] = []
    for row in regions[regions["kind"].isin(["cell", "header", "page_number"])].to_dict("records"):
        table_id = -1 if pd.isna(row["table_id"]) else int(row["table_id"])
        region = _region(row, found.get(row["region_id"], []), frame, arguments)
        if region.kind == RegionKind.CELL:
            tables.setdefault(table_id, []).append(region)
        elif region.kind == RegionKind.HEADER and table_id >= 0 and table_id not in heads:
            heads[table_id] = region
        elif region.text:
            parts.append(region)
    for table_id, cells in tables.items():
        head = heads.pop(table_id, None)
        boxes = [cell.box for cell in cells] + ([head.box] if head else [])
        in_order = tuple(sorted(cells, key=lambda cell: (cell.row, cell.col)))
        parts.append(PrintedTable(table_id, _hull(boxes), head, in_order))
    parts += [head for head in heads.values() if head.text]
    parts.sort(key=lambda part: (frame.upright(part.box)[1], frame.upright(part.box)[0]))
    return PrintedPage(
        str(document["doc_id"]), frame.width, frame.height, frame, tuple(page["flags"]), tuple(parts)
    )


def _digits_by_region(digits: pd.DataFrame, frame: ReadingFrame) -> dict[int, list[FoundDigit]]:
    boxes = digits[["x0", "y0", "x1", "y1"]].to_numpy(float)
    centres = frame.working_centres(boxes).tolist()
    found: dict[int, list[FoundDigit]] = {}
    for row, box, centre in zip(digits.to_dict("records"), boxes.tolist(), centres, strict=True):
        digit = FoundDigit(
            row["digit"], row["score"], row["other"], row["other_score"], tuple(box), tuple(centre)
        )
        found.setdefault(row["region_id"], []).append(digit)
    return found


def _region(
    row: Mapping[str, Any], digits: list[FoundDigit], frame: ReadingFrame, arguments: set[tuple[int, int]]
) -> PrintedRegion:
    box = (float(row["x0"]), float(row["y0"]), float(row["x1"]), float(row["y1"]))
    text = str(row["printed"] or row["text"])
    kind = RegionKind(row["kind"])
    confidence = float(row["confidence"])
    lines = text_lines(text, box, digits, confidence, frame, CRITERIA.line)
    is_cell = kind == RegionKind.CELL
    return PrintedRegion(
        int(row["region_id"]),
        kind,
        int(row["row"]) if is_cell else -1,
        int(row["col"]) if is_cell else -1,
        _hull([box, *(line.box for line in lines)]),
        text,
        confidence,
        lines,
        kind == RegionKind.HEADER or (is_cell and (row["table_id"], row["col"]) in arguments),
    )


def _hull(boxes: list[Box]) -> Box:
    x0, y0, x1, y1 = zip(*boxes, strict=True)
    return min(x0), min(y0), max(x1), max(y1)
