"""Alto: documents in ALTO 4.4, as libraries keep what was read on their pages (https://www.loc.gov/standards/alto/).

A table is a ComposedBlock, a cell a TextBlock in it, whose row and column are tags: ALTO has no words of its own for
them.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path

from tablekin.export.page_files import write_beside_pictures
from tablekin.export.page_xml import part_id, region_id
from tablekin.export.printed_page import PrintedPage, PrintedRegion, PrintedTable
from tablekin.export.reading_frame import Box
from tablekin.export.selection import Selection
from tablekin.export.text_line import PrintedGlyph, PrintedWord, TextLine
from tablekin.export.xml_tree import SCHEMA_INSTANCE, make
from tablekin.page import FLAG_MEANINGS, PageFlag, RegionKind
from tablekin.version import __version__

_NAMESPACE = "http://www.loc.gov/standards/alto/ns-v4#"
_SCHEMA = "http://www.loc.gov/standards/alto/v4/alto-4-4.xsd"
_TAGS = {  # of blocks: label and what it means
    "page-number": "number of the page",
    "head": "headings above the columns of a table",
    "cell": "cell of a table",
    "argument": "cell of a column by which a table is entered",
}


def write(selection: Selection) -> Iterator[Path]:
    """Write the pictures and beside each its ALTO file.

    Yields
    ------
    Path
        Each file when it is written.
    """
    return write_beside_pictures(selection, alto_xml)


def alto_xml(page: PrintedPage, picture: str, made: str, said: dict[str, str]) -> ET.Element:
    """Make the root of a file.

    Parameters
    ----------
    page
        The document.
    picture
        Name of the file of its picture, beside that which is made.
    made
        Date and time, as XML Schema writes them.
    said
        What else is to be told of it: name -> value.
    """
    numbers = [
        part.text
        for part in page.parts
        if isinstance(part, PrintedRegion) and part.kind == RegionKind.PAGE_NUMBER
    ]
    turned = page.frame.turn_back
    layout = make(
        "Page",
        {
            "ID": "page",
            "PHYSICAL_IMG_NR": int(said.get("page_index", "0")) + 1,
            "PRINTED_IMG_NR": numbers[0] if numbers else None,
            "WIDTH": page.width,
            "HEIGHT": page.height,
            "ROTATION": f"{turned:.3f}" if abs(turned) >= 0.0005 else None,
        },
        make(
            "PrintSpace",
            _place(page, (0, 0, page.width, page.height)),
            *(_part(page, part) for part in page.parts),
        ),
    )
    return make(
        "alto",
        {
            "xmlns": _NAMESPACE,
            "xmlns:xsi": SCHEMA_INSTANCE,
            "xsi:schemaLocation": f"{_NAMESPACE} {_SCHEMA}",
            "SCHEMAVERSION": "4.4",
        },
        _description(page, picture, made, said),
        _tags(page),
        make("Layout", None, layout),
    )


def _description(page: PrintedPage, picture: str, made: str, said: dict[str, str]) -> ET.Element:
    facts = {"doc_id": page.doc_id, **said}
    software = make(
        "processingSoftware",
        None,
        make("softwareName", text="tablekin"),
        make("softwareVersion", text=__version__),
    )
    steps = [make("processingStepDescription", text=FLAG_MEANINGS[PageFlag(flag)]) for flag in page.flags]
    return make(
        "Description",
        None,
        make("MeasurementUnit", text="pixel"),
        make(
            "sourceImageInformation",
            None,
            make("fileName", text=picture),
            *(
                make("fileIdentifier", {"fileIdentifierLocation": name}, text=value)
                for name, value in facts.items()
            ),
        ),
        make(
            "Processing",
            {"ID": "tablekin"},
            make("processingDateTime", text=made),
            *steps,
            software,
        ),
    )


def _tags(page: PrintedPage) -> ET.Element | None:
    """Tell kinds of blocks, and the rows and columns of each table, counted from 1."""
    if not page.parts:
        return None
    tags = [
        make("LayoutTag", {"ID": name, "LABEL": name, "DESCRIPTION": about}) for name, about in _TAGS.items()
    ]
    for table in page.parts:
        if isinstance(table, PrintedTable):
            for kind, count in (("row", table.rows), ("col", table.columns)):
                tags += [
                    make("StructureTag", {"ID": f"{part_id(table)}_{kind}{at}", "TYPE": kind, "LABEL": at})
                    for at in range(1, count + 1)
                ]
    return make("Tags", None, *tags)


def _part(page: PrintedPage, part: PrintedTable | PrintedRegion) -> ET.Element:
    if isinstance(part, PrintedRegion):
        return _block(page, part, "page-number" if part.kind == RegionKind.PAGE_NUMBER else "head")
    name = part_id(part)
    cells = [
        _block(
            page,
            cell,
            f"{'argument' if cell.is_header else 'cell'} {name}_row{cell.row + 1} {name}_col{cell.col + 1}",
        )
        for cell in part.cells
    ]
    head = [_block(page, part.head, "head")] if part.head else []
    return make("ComposedBlock", {"ID": name, "TYPE": "table", **_place(page, part.box)}, *head, *cells)


def _block(page: PrintedPage, region: PrintedRegion, tags: str) -> ET.Element:
    name = region_id(region)
    lines = [_line(page, f"{name}_l{number}", line) for number, line in enumerate(region.lines, 1)]
    return make("TextBlock", {"ID": name, "TAGREFS": tags, **_place(page, region.box)}, *lines)


def _line(page: PrintedPage, name: str, line: TextLine) -> ET.Element:
    # words whose places are not known lie somewhere on the line
    words = line.words or [PrintedWord(text, line.box, ()) for text in line.text.split()]
    strings: list[ET.Element] = []
    for number, word in enumerate(words, 1):
        if strings:
            strings.append(make("SP"))
        sure = word.confidence if line.words else line.confidence
        strings.append(_string(page, f"{name}_w{number}", word, sure))
    (xa, ya), (xb, yb) = (page.pixel(point) for point in line.baseline)
    # with blanks alone, as eScriptorium and kraken want it
    return make(
        "TextLine", {"ID": name, "BASELINE": f"{xa} {ya} {xb} {yb}", **_place(page, line.box)}, *strings
    )


def _string(page: PrintedPage, name: str, word: PrintedWord, confidence: float | None) -> ET.Element:
    glyphs = [_glyph(page, f"{name}_g{number}", glyph) for number, glyph in enumerate(word.glyphs, 1)]
    return make(
        "String",
        {"ID": name, "CONTENT": word.text, "WC": _score(confidence), **_place(page, word.box)},
        *glyphs,
    )


def _glyph(page: PrintedPage, name: str, glyph: PrintedGlyph) -> ET.Element:
    other = {"CONTENT": glyph.other, "VC": _score(glyph.other_confidence)}
    return make(
        "Glyph",
        {"ID": name, "CONTENT": glyph.text, "GC": _score(glyph.confidence), **_place(page, glyph.box)},
        make("Variant", other) if glyph.other else None,
    )


def _score(confidence: float | None) -> str | None:
    return None if confidence is None else f"{min(max(confidence, 0.0), 1.0):.4f}"


def _place(page: PrintedPage, box: Box) -> dict[str, int]:
    x0, y0, x1, y1 = page.pixels(box)
    return {"HPOS": x0, "VPOS": y0, "WIDTH": x1 - x0, "HEIGHT": y1 - y0}
