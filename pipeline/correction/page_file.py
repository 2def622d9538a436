"""PageFile: corrections as PAGE-XML that was edited in Transkribus, eScriptorium or another program.

Cells are text regions of a table region with a role (2019), table cells (Transkribus), or lines of a text region
(eScriptorium). Their ids do not count: what is read is where they lie and what they say. A file may come from anywhere,
so that one with a document type, by which entities and other files could be drawn in, is refused.
"""

from __future__ import annotations

import math
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from pathlib import Path
from xml.parsers import expat

from tablekin.correction.proposal import Box, Complaint, CorrectionFile, Proposal, clean_reading
from tablekin.errors import UsageError

_MAX_BYTES = 100 << 20  # the largest page of the project's scans has 9 MB with all its glyphs
_CELLS = ("TextRegion", "TableCell")
_AGAIN = "export the page again as PAGE-XML"


def is_page_file(path: Path) -> bool:
    """Tell whether a file is to be read as PAGE-XML, by its name."""
    return path.suffix.casefold() == ".xml"


def read_page_file(path: Path) -> CorrectionFile:
    """Read a PAGE-XML file: what every cell says, and where it lies.

    Raises
    ------
    UsageError
        It cannot be read, is no PAGE-XML, or has a document type.
    """
    page = _page_of(path)
    names = _names(path, page)
    proposals: list[Proposal] = []
    complaints: list[Complaint] = []
    for element, is_loose in _elements(page):
        place = f"{path.name}, {element.get('id') or element.tag}"
        try:
            box = _box(element)
            readings = tuple(map(clean_reading, _readings(element)))
        except ValueError as error:
            if not is_loose:
                complaints.append(Complaint(place, str(error), _AGAIN))
            continue
        proposals.append(Proposal(place, names, readings, box=box, image=_size(page), is_loose=is_loose))
    return CorrectionFile(path.name, tuple(proposals), tuple(complaints))


def _page_of(path: Path) -> ET.Element:
    """Parse a file and give its page; names of elements have no namespace, which is another in every version."""
    try:
        if path.stat().st_size > _MAX_BYTES:
            raise UsageError(f"{path} is larger than {_MAX_BYTES >> 20} MB; a page is not, so it is not read")
        root = _parse(path.read_bytes())
    except OSError as error:
        raise UsageError(f"cannot read {path}: {error.strerror}; name a file that is there") from error
    except expat.ExpatError as error:
        raise UsageError(f"{path} is no XML: {error}; {_AGAIN}") from error
    except ValueError as error:
        raise UsageError(f"{path} {error}; PAGE-XML has none: {_AGAIN}") from error
    page = root.find("Page") if root.tag == "PcGts" else None
    if page is None:
        raise UsageError(f"{path} is no PAGE-XML: it begins with {root.tag}; {_AGAIN}")
    _note_document(page, root)
    return page


def _parse(content: bytes) -> ET.Element:
    builder = ET.TreeBuilder()
    parser = expat.ParserCreate(namespace_separator="}")

    def start(name: str, attributes: dict[str, str]) -> None:
        plain = {key.rpartition("}")[2]: value for key, value in attributes.items()}
        builder.start(name.rpartition("}")[2], plain)

    def refuse(*_: object) -> None:
        raise ValueError("has a document type")

    parser.StartElementHandler = start
    parser.EndElementHandler = lambda name: builder.end(name.rpartition("}")[2])
    parser.CharacterDataHandler = builder.data
    parser.StartDoctypeDeclHandler = refuse
    parser.Parse(content, True)
    return builder.close()


def _note_document(page: ET.Element, root: ET.Element) -> None:
    """Keep with the page which document of a corpus it is, where the metadata of the file say it."""
    for item in root.iterfind("Metadata/MetadataItem"):
        if item.get("name") == "doc_id" and item.get("value"):
            page.set("doc_id", str(item.get("value")))


def _names(path: Path, page: ET.Element) -> tuple[str, ...]:
    """Give the names by which the document may be found, the surest first."""
    picture = (page.get("imageFilename") or "").replace("\\", "/").rpartition("/")[2]
    names = [page.get("doc_id") or "", picture, picture.rpartition(".")[0], path.stem]
    return tuple(dict.fromkeys(name for name in names if name))


def _elements(page: ET.Element) -> Iterator[tuple[ET.Element, bool]]:
    """Yield cells of tables, and lines and regions beside these, which may lie on a cell of a corpus all the same."""
    waiting = [(page, False)]
    while waiting:
        parent, is_table = waiting.pop()
        for child in parent:
            if is_table and child.tag in _CELLS:
                yield child, _is_heading(child)
            elif child.tag == "TextRegion":
                lines = child.findall("TextLine")
                yield from ((line, True) for line in lines)
                if not lines and child.find("TextRegion") is None:
                    yield child, True
                waiting.append((child, False))
            elif child.tag.endswith("Region"):
                waiting.append((child, child.tag == "TableRegion"))


def _is_heading(cell: ET.Element) -> bool:
    """Tell whether a cell is a heading, or stands over several columns as headings do: the corpus has no such cells."""
    role = cell.find("Roles/TableCellRole")
    said = cell if role is None else role
    spans = {(said.get(name) or "1").strip() for name in ("rowSpan", "colSpan")}
    return (said.get("header") or "").casefold() in ("true", "1") or spans != {"1"}


def _readings(element: ET.Element) -> list[str]:
    """Give what an element says: by its lines, as a whole, and by its words, of which a program edits one."""
    lines = element.findall("TextLine")
    if element.tag == "TextLine":
        said = [_text(element), " ".join(filter(None, map(_text, element.findall("Word"))))]
        return [said[0]] if said[0] or not said[1] else [said[1]]
    by_lines = " ".join(filter(None, (_readings(line)[0] for line in lines)))
    whole = _text(element)
    return list(dict.fromkeys([by_lines, whole])) if lines and whole else [by_lines or whole]


def _text(element: ET.Element) -> str:
    """Give the text of an element, the first of its alternatives."""
    said = element.findall("TextEquiv")
    if not said:
        return ""
    first = min(
        said, key=lambda one: int(one.get("index") or 0) if (one.get("index") or "0").isdigit() else 0
    )
    return first.findtext("Unicode") or ""


def _box(element: ET.Element) -> Box:
    """Give the box around an element."""
    coords = element.find("Coords")
    points = "" if coords is None else coords.get("points") or ""
    try:
        pairs = [tuple(map(float, point.split(","))) for point in points.split()]
        xs, ys = [x for x, _ in pairs], [y for _, y in pairs]
        box = min(xs), min(ys), max(xs), max(ys)
    except ValueError as error:
        raise ValueError("has no outline of points x,y") from error
    if not all(map(math.isfinite, box)) or box[0] >= box[2] or box[1] >= box[3]:
        raise ValueError("has an outline without an inside")
    return box


def _size(page: ET.Element) -> tuple[float, float] | None:
    """Give the width and height of the picture in which the file counts pixels."""
    try:
        width, height = float(page.get("imageWidth") or 0), float(page.get("imageHeight") or 0)
    except ValueError:
        return None
    return (width, height) if width > 0 and height > 0 else None
