"""XMLTree: elements of XML files whose text is always legal, and the files themselves."""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Collection, Mapping
from pathlib import Path

from tablekin.corpus import replacing

XML_ID = "{http://www.w3.org/XML/1998/namespace}id"
SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
# https://www.w3.org/TR/xml/#charsets: what no XML 1.0 file may hold, not even escaped
_FORBIDDEN = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def make(
    tag: str, attributes: Mapping[str, object] | None = None, *children: ET.Element | None, text: str = ""
) -> ET.Element:
    """Make an element.

    Parameters
    ----------
    tag
        Its name; the root names its namespace with an attribute ``xmlns``.
    attributes
        Those that are None are left out; numbers are written as Python does, truth values as ``true`` and ``false``.
    children
        Its content; those that are None are left out.
    text
        Its text.
    """
    element = ET.Element(tag)
    for name, value in (attributes or {}).items():
        if value is not None:
            element.set(name, str(value).lower() if isinstance(value, bool) else legal(str(value)))
    element.extend(child for child in children if child is not None)
    if text:
        element.text = legal(text)
    return element


def legal(text: str) -> str:
    """Put U+FFFD, the replacement character, for every character that XML forbids."""
    return _FORBIDDEN.sub("\ufffd", text)


def write_xml(path: Path, root: ET.Element, mixed: Collection[str] = ()) -> Path:
    """Write a file, whole or not at all.

    Parameters
    ----------
    path
        The file; its folder is made.
    root
        Its root.
    mixed
        Names of elements whose text and elements stand together, so that no white space may be put between them.
    """
    _indent(root, "\n", mixed)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(b'<?xml version="1.0" encoding="UTF-8"?>\n')
        file.write(ET.tostring(root, encoding="utf-8", xml_declaration=False) + b"\n")
    return path


def _indent(element: ET.Element, line: str, mixed: Collection[str]) -> None:
    """Put each child on a line of its own, a blank further in than its parent."""
    if len(element) == 0 or element.tag in mixed:
        return
    element.text = line + " "
    for child in element:
        _indent(child, line + " ", mixed)
        child.tail = line + " "
    element[-1].tail = line
