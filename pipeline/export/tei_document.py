"""TEIDocument: a document as a facsimile with zones and as tables whose cells refer to them."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import groupby
from typing import Any
from urllib.parse import quote

import pandas as pd

from tablekin.export.page_xml import part_id, region_id
from tablekin.export.printed_page import PrintedPage, PrintedRegion, PrintedTable
from tablekin.export.tei_header import SOFTWARE
from tablekin.export.text_line import TextLine
from tablekin.export.xml_tree import XML_ID, legal, make
from tablekin.page import RegionKind
from tablekin.report import verdicts_of

_SURE = 0.8  # score of a digit from which it is not called unclear
_ZONES = {RegionKind.CELL: "cell", RegionKind.HEADER: "head", RegionKind.PAGE_NUMBER: "page_number"}


@dataclass(frozen=True)
class CellCheck:
    """What recomputation says of a cell."""

    verdict: str  # misprint, misreading
    due: str  # the digits that should stand in it
    probability: float  # of the verdict


def checks_of_cells(checks: pd.DataFrame) -> dict[int, CellCheck]:
    """Say of each cell that is surely misprinted or misread, and whose due is known, what is likeliest."""
    found: dict[int, CellCheck] = {}
    for row in checks.assign(verdict=verdicts_of(checks)).to_dict("records"):
        if (
            row["verdict"] not in ("misprint", "misreading")
            or not isinstance(row["due"], str)
            or not row["due"]
        ):
            continue
        check = CellCheck(row["verdict"], row["due"], min(float(row[f"p_{row['verdict']}"]), 1.0))
        known = found.get(int(row["region_id"]))
        if known is None or check.probability > known.probability:
            found[int(row["region_id"])] = check
    return found


def make_facsimile(page: PrintedPage, picture: str, address: str | None) -> ET.Element:
    """Make the facsimile.

    Parameters
    ----------
    page
        The document.
    picture
        Name of the file of its picture, beside that which is made.
    address
        Where a library serves the picture; None where none does.
    """
    size = {"width": f"{page.width}px", "height": f"{page.height}px"}
    zones: list[ET.Element] = []
    for part in page.parts:
        zones.append(_zone(page, part_id(part), _kind(part), part))
        if isinstance(part, PrintedTable):
            regions = [*([part.head] if part.head else []), *part.cells]
            zones += [_zone(page, region_id(region), _ZONES[region.kind], region) for region in regions]
    return make(
        "facsimile",
        None,
        make(
            "surface",
            {XML_ID: "surface", "ulx": 0, "uly": 0, "lrx": page.width, "lry": page.height},
            make("graphic", {"url": quote(picture), **size}),
            make("graphic", {"url": address}) if address else None,
            *zones,
        ),
    )


def _kind(part: PrintedTable | PrintedRegion) -> str:
    return "table" if isinstance(part, PrintedTable) else _ZONES[part.kind]


def _zone(page: PrintedPage, name: str, kind: str, part: PrintedTable | PrintedRegion) -> ET.Element:
    x0, y0, x1, y1 = page.pixels(part.box)
    turned = page.frame.orientation or None
    return make(
        "zone", {XML_ID: name, "type": kind, "ulx": x0, "uly": y0, "lrx": x1, "lry": y1, "rotate": turned}
    )


def make_text(
    page: PrintedPage, checks: Mapping[int, CellCheck], columns: pd.DataFrame, functions: pd.DataFrame
) -> ET.Element:
    """Make the text: page number, tables, and what is known of their columns.

    Parameters
    ----------
    page
        The document.
    checks
        What recomputation says of cells that do not fit, by region.
    columns, functions
        Rows of these tables.
    """
    body = make("body", None, make("pb", {"facs": "#surface"}))
    for part in page.parts:
        if isinstance(part, PrintedTable):
            body.append(_table(part, checks))
            body.extend(_columns(part, columns[columns["table_id"] == part.table_id]))
            body.extend(_functions(part, functions[functions["table_id"] == part.table_id]))
        else:
            is_number = part.kind == RegionKind.PAGE_NUMBER
            kind = "pageNum" if is_number else "header"
            body.append(
                _filled(make("fw", {"type": kind, "facs": f"#{region_id(part)}"}), _lines(part.lines))
            )
    if not any(isinstance(part, PrintedTable) for part in page.parts):
        body.append(make("p"))  # a body has to have something
    return make("text", None, body)


def _table(table: PrintedTable, checks: Mapping[int, CellCheck]) -> ET.Element:
    rows = []
    if table.head:
        cell = make("cell", {"role": "label", "cols": table.columns, "facs": f"#{region_id(table.head)}"})
        rows.append(make("row", {"role": "label"}, _filled(cell, _lines(table.head.lines))))
    for number, cells in groupby(table.cells, key=lambda cell: cell.row):
        found = [_cell(cell, checks.get(cell.region_id)) for cell in cells]
        rows.append(make("row", {"n": number + 1}, *found))
    size = {"rows": len(rows), "cols": table.columns}
    return make("table", {XML_ID: _table_name(table), "facs": f"#{part_id(table)}", **size}, *rows)


def _table_name(table: PrintedTable) -> str:
    return f"table{table.table_id}"


def _cell(cell: PrintedRegion, check: CellCheck | None) -> ET.Element:
    role = "label" if cell.is_header else None
    sure = f"{min(cell.confidence, 1.0):.4f}" if cell.confidence else None
    made = make("cell", {"n": cell.col + 1, "role": role, "facs": f"#{region_id(cell)}", "cert": sure})
    if check is None or not cell.lines:
        return _filled(made, _lines(cell.lines))
    sure = f"{check.probability:.4f}"
    text = " ".join(line.text for line in cell.lines)
    if check.verdict == "misprint":
        sic = _filled(make("sic"), _lines(cell.lines))
        said = [sic, make("corr", {"cert": sure, "resp": f"#{SOFTWARE}"}, text=check.due)]
    else:
        rest = f"{1 - check.probability:.4f}"
        said = [
            make("unclear", {"cert": rest}, text=text),
            make("unclear", {"cert": sure, "resp": f"#{SOFTWARE}"}, text=check.due),
        ]
    made.append(make("choice", None, *said))
    return made


def _lines(lines: Iterable[TextLine]) -> Iterator[str | ET.Element]:
    """Yield text and elements of lines; digits that were not read surely are unclear."""
    for number, line in enumerate(lines):
        if number:
            yield make("lb")
        if not line.words:
            yield line.text
        for at, word in enumerate(line.words):
            if at:
                yield " "
            for glyph in word.glyphs:
                if glyph.confidence is None or glyph.confidence >= _SURE:
                    yield glyph.text
                    continue
                first = make("unclear", {"cert": f"{glyph.confidence:.4f}"}, text=glyph.text)
                if glyph.other:
                    second = make("unclear", {"cert": f"{glyph.other_confidence:.4f}"}, text=glyph.other)
                    yield make("choice", None, first, second)
                else:
                    yield first


def _filled(element: ET.Element, content: Iterable[str | ET.Element]) -> ET.Element:
    """Put text and elements, mixed, into an element."""
    last: ET.Element | None = None
    for part in content:
        if isinstance(part, ET.Element):
            element.append(part)
            last = part
        elif last is None:
            element.text = (element.text or "") + legal(part)
        else:
            last.tail = (last.tail or "") + legal(part)
    return element


def _columns(table: PrintedTable, columns: pd.DataFrame) -> Iterator[ET.Element]:
    """Yield what each number of a column is: TEI has no columns, so that they are feature structures."""
    for row in columns.sort_values(["col", "group"]).to_dict("records"):
        features = {
            "column": int(row["col"]) + 1,
            "group": int(row["group"]),
            "radix": row["radix"],
            "unit": row["unit"],
            "role": row["role"],
            "step": row["step"],
        }
        yield make("fs", {"type": "column", "corresp": f"#{_table_name(table)}"}, *_features(features))


def _functions(table: PrintedTable, functions: pd.DataFrame) -> Iterator[ET.Element]:
    for row in functions.sort_values("group").to_dict("records"):
        names = ("group", "function", "cells", "within_rounding", "log_odds", "rounding")
        parameters = [
            make("f", {"name": "parameter"}, make("fs", {"type": "parameter"}, *_features(_parameter(each))))
            for each in row["parameters"]
        ]
        features = [*_features({name: row[name] for name in names}), *parameters]
        yield make("fs", {"type": "function", "corresp": f"#{_table_name(table)}"}, *features)


def _parameter(parameter: Mapping[str, Any]) -> dict[str, Any]:
    known = parameter["known_as"]
    names = ("name", "value", "low", "high")
    return {
        **{name: parameter[name] for name in names},
        "known_as": "; ".join([] if known is None else known),
    }


def _features(said: Mapping[str, Any]) -> Iterator[ET.Element]:
    """Yield what is known of features; those of which nothing is are left out."""
    for name, value in said.items():
        if isinstance(value, str):
            if value:
                yield make("f", {"name": name}, make("string", text=value))
        elif not pd.isna(value):
            yield make("f", {"name": name}, make("numeric", {"value": f"{float(value):.12g}"}))
