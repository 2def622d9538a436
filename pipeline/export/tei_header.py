"""TEIHeader: what a TEI file is, of which documents, and what its marks mean (https://tei-c.org/guidelines/p5/)."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections.abc import Mapping

from tablekin.dating import Years
from tablekin.export.xml_tree import XML_ID, make
from tablekin.version import __version__

NAMESPACE = "http://www.tei-c.org/ns/1.0"
ODD = "tables.odd"  # beside the files
MIXED = frozenset({"cell", "fw", "witness"})  # elements with text and elements together
SOFTWARE = "tablekin"  # id of who read, or says that something is wrong
_IDNO = ("doc_id", "source", "page_index", "sha256", "iiif_manifest", "iiif_canvas", "iiif_address")
_CATEGORIES = {
    "computed": "what the function of the table has there",
    "otherwise": "other than what the function of the table has there",
}


def make_header(title: str, made: str, sources: list[ET.Element]) -> ET.Element:
    """Make the header of a file.

    Parameters
    ----------
    title
        Of the file.
    made
        When the corpus was made: date and time, as XML Schema writes them.
    sources
        What its description of sources holds.
    """
    category = [
        make("category", {XML_ID: name}, make("catDesc", text=about)) for name, about in _CATEGORIES.items()
    ]
    return make(
        "teiHeader",
        None,
        make(
            "fileDesc",
            None,
            make(
                "titleStmt",
                None,
                make("title", text=title),
                make(
                    "respStmt",
                    {XML_ID: SOFTWARE},
                    make("resp", text="read and computed by"),
                    make("name", text=f"tablekin {__version__}"),
                ),
            ),
            make("publicationStmt", None, make("p", None, _date(made))),
            make("sourceDesc", None, *sources),
        ),
        make(
            "encodingDesc",
            None,
            make("schemaRef", {"type": "odd", "url": ODD}),
            make("variantEncoding", {"method": "parallel-segmentation", "location": "internal"}),
            make(
                "appInfo",
                None,
                make(
                    "application",
                    {"ident": "tablekin", "version": __version__},
                    make("label", text="tablekin"),
                ),
            ),
            make("classDecl", None, make("taxonomy", None, *category)),
        ),
    )


def _date(made: str) -> ET.Element:
    return make("date", {"when": made}, text="Exported from a corpus that tablekin made")


def describe_source(said: Mapping[str, str]) -> ET.Element:
    """Say which scan a document is: identifiers, its title and rights, and all else as notes, by their names."""
    notes = [
        make("note", {"type": "metadata", "n": name}, text=value)
        for name, value in said.items()
        if name not in _IDNO and name != "label"
    ]
    title = said.get("label") or said.get("title") or said.get("doc_id", "")
    identifiers = [make("idno", {"type": name}, text=said[name]) for name in _IDNO if said.get(name)]
    return make("bibl", None, make("title", text=title), *identifiers, *notes)


def describe_witness(name: str, documents: Mapping[str, str], title: str, years: Years | None) -> ET.Element:
    """Name a witness.

    Parameters
    ----------
    name
        Its identifier.
    documents
        Its documents -> address of the file of each.
    title
        What it is called.
    years
        When it was printed, where that is known.
    """
    date = None
    if years is not None and (years.first is not None or years.last is not None):
        ends = {"notBefore": years.first, "notAfter": years.last}
        date = make(
            "origDate",
            {end: None if year is None else f"{year:04d}" for end, year in ends.items()},
            text=str(years),
        )
    links = [make("ref", {"target": target}, text=doc_id) for doc_id, target in documents.items()]
    return make("witness", {XML_ID: name}, make("title", text=title), date, *links)


def make_tei(header: ET.Element, *parts: ET.Element) -> ET.Element:
    """Make the root of a file."""
    return make("TEI", {"xmlns": NAMESPACE}, header, *parts)
