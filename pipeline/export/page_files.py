"""PageFiles: a folder of PAGE files and the pictures they speak of, in one of the dialects."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pandas as pd

from tablekin.export.page_xml import PageDialect, page_xml
from tablekin.export.printed_page import PrintedPage, printed_pages
from tablekin.export.scan_files import place_picture
from tablekin.export.selection import Selection
from tablekin.export.xml_tree import write_xml

# of a document, the name of its picture, when the corpus was made, and what else is to be told of it
RootOf = Callable[[PrintedPage, str, str, dict[str, str]], ET.Element]

_UNDATED = "1970-01-01T00:00:00+00:00"  # of a corpus that does not say when it was made
_SAID = ("source", "page_index", "sha256")
_SAID_BY_LIBRARIES = ("iiif_manifest", "iiif_canvas", "iiif_address", "label", "canvas_label", "rights")


def write_page_files(selection: Selection, dialect: PageDialect, folder: str = "") -> Iterator[Path]:
    """Write the folder.

    Parameters
    ----------
    selection
        What is exported.
    dialect
        For which programs.
    folder
        For the PAGE files, beside the pictures; they lie among these where it is empty.

    Yields
    ------
    Path
        Each file when it is written.
    """
    return write_beside_pictures(selection, partial(page_xml, dialect=dialect), folder)


def write_beside_pictures(selection: Selection, root_of: RootOf, folder: str = "") -> Iterator[Path]:
    """Write the pictures and a file of XML for each, whose root ``root_of`` makes; ``folder`` is for these files."""
    made = date_of(selection)
    for page in printed_pages(selection):
        name, written = place_picture(selection, page.doc_id, selection.out)
        yield from written
        root = root_of(page, name, made, facts_of(selection, page.doc_id))
        yield write_xml(selection.out / folder / f"{page.doc_id}.xml", root)


def date_of(selection: Selection) -> str:
    """Tell when the corpus was made, as XML Schema writes it; the clock is not asked, so that files stay the same."""
    return str(selection.corpus.read_record().get("started") or _UNDATED)


def facts_of(selection: Selection, doc_id: str) -> dict[str, str]:
    """Tell where a document is from: column of table documents -> value."""
    row: dict[str, Any] = selection.documents.loc[doc_id].to_dict()
    names = [name for name in (*_SAID, *_SAID_BY_LIBRARIES) if name in row]
    return {name: str(row[name]) for name in names if not pd.isna(row[name]) and row[name] != ""}
