"""PageXML: a document in PAGE, with the places and confidences of its cells, lines, words and glyphs.

https://github.com/PRImA-Research-Lab/PAGE-XML. The standard of 2019 has the cells of a table as text regions in it,
with their row and column as a role. Programs differ in what they read of that, so that there are dialects.
"""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from tablekin.export.printed_page import PrintedPage, PrintedRegion, PrintedTable
from tablekin.export.reading_frame import Box
from tablekin.export.text_line import PrintedGlyph, PrintedWord, TextLine
from tablekin.export.xml_tree import SCHEMA_INSTANCE, make
from tablekin.page import RegionKind
from tablekin.version import __version__

_SCHEMAS = "http://schema.primaresearch.org/PAGE/gts/pagecontent"
_TYPES = {RegionKind.PAGE_NUMBER: "page-number", RegionKind.HEADER: "heading"}


@dataclass(frozen=True)
class PageDialect:
    """What a program reads of PAGE."""

    version: str = "2019-07-15"
    cells: str = (
        "TextRegion"  # the element of a cell; empty where a table is a text region and its cells are lines
    )
    has_custom_order: bool = False  # reading order is an attribute of regions and lines, too
    has_alternatives: bool = True  # a glyph may have a second reading
    has_items: bool = True  # metadata have items, not comments alone
    confidences: tuple[float, float] = (0.0, 1.0)  # the least and the highest


STANDARD = PageDialect()
FLAT = PageDialect(cells="", has_custom_order=True)
TRANSKRIBUS = PageDialect("2013-07-15", "TableCell", True, False, False, (0.0001, 0.9999))


def page_xml(
    page: PrintedPage, picture: str, made: str, said: Mapping[str, str], dialect: PageDialect
) -> ET.Element:
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
    dialect
        For which programs.
    """
    namespace = f"{_SCHEMAS}/{dialect.version}"
    writer = _Writer(page, dialect)
    turned = page.frame.turn_back
    return make(
        "PcGts",
        {
            "xmlns": namespace,
            "xmlns:xsi": SCHEMA_INSTANCE,
            "xsi:schemaLocation": f"{namespace} {namespace}/pagecontent.xsd",
        },
        _metadata(page, made, said, dialect),
        make(
            "Page",
            {
                "imageFilename": picture,
                "imageWidth": page.width,
                "imageHeight": page.height,
                "orientation": f"{turned:.3f}" if dialect.has_items and abs(turned) >= 0.0005 else None,
            },
            _reading_order(page),
            *(writer.part(index, part) for index, part in enumerate(page.parts)),
        ),
    )


def _metadata(page: PrintedPage, made: str, said: Mapping[str, str], dialect: PageDialect) -> ET.Element:
    facts = {"doc_id": page.doc_id, **said, **({"flags": ", ".join(page.flags)} if page.flags else {})}
    comments = "; ".join(f"{name}: {value}" for name, value in facts.items())
    items = [
        make("MetadataItem", {"type": "other", "name": name, "value": value}) for name, value in facts.items()
    ]
    return make(
        "Metadata",
        None,
        make("Creator", text=f"tablekin {__version__}"),
        make("Created", text=made),
        make("LastChange", text=made),
        *(items if dialect.has_items else [make("Comments", text=comments)]),
    )


def _reading_order(page: PrintedPage) -> ET.Element | None:
    """Order the parts of the page; cells stand in the file in the order in which they are read."""
    if not page.parts:
        return None
    references = [
        make("RegionRefIndexed", {"index": index, "regionRef": part_id(part)})
        for index, part in enumerate(page.parts)
    ]
    return make("ReadingOrder", None, make("OrderedGroup", {"id": "order"}, *references))


def part_id(part: PrintedTable | PrintedRegion) -> str:
    """Id of a part of the page in the file."""
    return f"t{part.table_id}" if isinstance(part, PrintedTable) else region_id(part)


def region_id(region: PrintedRegion) -> str:
    """Id of a region in the file, by which it is found again in the corpus."""
    return f"r{region.region_id}"


@dataclass(frozen=True)
class _Writer:
    page: PrintedPage
    dialect: PageDialect

    def part(self, index: int, part: PrintedTable | PrintedRegion) -> ET.Element:
        order = self._order(index)
        if isinstance(part, PrintedRegion):
            return self._text_region(
                part, {"id": region_id(part), "type": _TYPES.get(part.kind), "custom": order}
            )
        if not self.dialect.cells:
            return self._flat_table(part, order)
        head = [self._cell(part, part.head)] if part.head else []
        cells = [self._cell(part, cell) for cell in part.cells]
        size = {"rows": part.rows + len(head), "columns": part.columns}
        identity = {"id": part_id(part), "custom": order}
        return make("TableRegion", {**identity, **size}, self._coords(part.box), *head, *cells)

    def _order(self, index: int) -> str | None:
        return f"readingOrder {{index:{index};}}" if self.dialect.has_custom_order else None

    def _cell(self, table: PrintedTable, cell: PrintedRegion) -> ET.Element:
        """Make a cell; the head of a table is its first row, one cell over all columns."""
        is_head = cell is table.head
        row, column = (0, 0) if is_head else (cell.row + (table.head is not None), cell.col)
        span = table.columns if is_head and table.columns > 1 else None
        if self.dialect.cells == "TextRegion":
            role = {"rowIndex": row, "columnIndex": column, "colSpan": span, "header": cell.is_header or None}
            roles = make("Roles", None, make("TableCellRole", role))
            return self._text_region(cell, {"id": region_id(cell)}, roles)
        x0, y0, x1, y1 = self.page.pixels(cell.box)
        corners = [
            (x0, y0),
            (x0, y1),
            (x1, y1),
            (x1, y0),
        ]  # as Transkribus orders them; CornerPts counts them
        attributes = {"row": row, "col": column, "rowSpan": 1, "colSpan": span or 1, "id": region_id(cell)}
        return make(
            self.dialect.cells,
            attributes,
            make("Coords", {"points": _points(corners)}),
            *self._lines(cell),
            make("CornerPts", text="0 1 2 3"),
        )

    def _flat_table(self, table: PrintedTable, order: str | None) -> ET.Element:
        cells = [*([table.head] if table.head else []), *table.cells]
        lines = [(cell, at, line) for cell in cells for at, line in enumerate(cell.lines)]
        return make(
            "TextRegion",
            {"id": part_id(table), "custom": f"{order} structure {{type:table;}}"},
            self._coords(table.box),
            *(self._line(region_id(cell), at, line, index) for index, (cell, at, line) in enumerate(lines)),
            self._text("\n".join(line.text for _, _, line in lines)),
        )

    def _text_region(
        self, region: PrintedRegion, attributes: dict[str, str | None], roles: ET.Element | None = None
    ) -> ET.Element:
        said = "\n".join(line.text for line in region.lines)
        text = self._text(said, region.confidence or None)  # 0 where there is no digit
        return make("TextRegion", attributes, self._coords(region.box), roles, *self._lines(region), text)

    def _lines(self, region: PrintedRegion) -> Iterator[ET.Element]:
        for at, line in enumerate(region.lines):
            yield self._line(region_id(region), at, line, at)

    def _line(self, region: str, at: int, line: TextLine, index: int) -> ET.Element:
        name = f"{region}_l{at + 1}"
        return make(
            "TextLine",
            {"id": name, "custom": self._order(index)},
            self._coords(line.box),
            make("Baseline", {"points": _points([self.page.pixel(point) for point in line.baseline])}),
            *(self._word(f"{name}_w{number}", word) for number, word in enumerate(line.words, 1)),
            self._text(line.text, line.confidence),
        )

    def _word(self, name: str, word: PrintedWord) -> ET.Element:
        glyphs = [self._glyph(f"{name}_g{number}", glyph) for number, glyph in enumerate(word.glyphs, 1)]
        return make(
            "Word", {"id": name}, self._coords(word.box), *glyphs, self._text(word.text, word.confidence)
        )

    def _glyph(self, name: str, glyph: PrintedGlyph) -> ET.Element:
        other = None
        if glyph.other and self.dialect.has_alternatives:
            other = self._text(glyph.other, glyph.other_confidence, 1)
        first = None if other is None else 0
        return make(
            "Glyph",
            {"id": name},
            self._coords(glyph.box),
            self._text(glyph.text, glyph.confidence, first),
            other,
        )

    def _text(
        self, text: str, confidence: float | None = None, index: int | None = None
    ) -> ET.Element | None:
        if not text:
            return None
        if confidence is not None:
            lowest, highest = self.dialect.confidences
            confidence = min(max(confidence, lowest), highest)
        said = {"index": index, "conf": None if confidence is None else f"{confidence:.4f}"}
        return make("TextEquiv", said, make("Unicode", text=text))

    def _coords(self, box: Box) -> ET.Element:
        x0, y0, x1, y1 = self.page.pixels(box)
        return make("Coords", {"points": _points([(x0, y0), (x1, y0), (x1, y1), (x0, y1)])})


def _points(points: list[tuple[int, int]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)
