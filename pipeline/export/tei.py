"""Tei: documents and families in TEI: facsimiles with zones, tables, and an apparatus of all witnesses of a family."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from importlib.resources import files
from pathlib import Path
from typing import Any

import pandas as pd

from tablekin.corpus import replacing
from tablekin.dating import year_column
from tablekin.errors import UsageError
from tablekin.export.page_files import date_of, facts_of
from tablekin.export.printed_page import printed_pages
from tablekin.export.scan_files import place_picture
from tablekin.export.selection import Selection
from tablekin.export.tei_apparatus import FamilyApparatus
from tablekin.export.tei_document import checks_of_cells, make_facsimile, make_text
from tablekin.export.tei_header import MIXED, ODD, describe_source, make_header, make_tei
from tablekin.export.xml_tree import write_xml
from tablekin.kinship import find_families


def write(selection: Selection) -> Iterator[Path]:
    """Write a file a document, one a family, and the ODD that says what their marks mean.

    Yields
    ------
    Path
        Each file when it is written.
    """
    made = date_of(selection)
    titles: dict[str, str] = {}
    recomputed = selection.rows_of("checks", "columns", "functions")
    for page, (_, own) in zip(printed_pages(selection), recomputed, strict=True):
        name, written = place_picture(selection, page.doc_id, selection.out)
        yield from written
        said = {
            "doc_id": page.doc_id,
            **facts_of(selection, page.doc_id),
            **_metadata(selection, page.doc_id),
        }
        titles[page.doc_id] = said.get("label") or said.get("title") or page.doc_id
        header = make_header(f"Tables of {page.doc_id}", made, [describe_source(said)])
        facsimile = make_facsimile(page, name, said.get("iiif_address"))
        text = make_text(page, checks_of_cells(own["checks"]), own["columns"], own["functions"])
        yield write_xml(selection.out / f"{page.doc_id}.xml", make_tei(header, facsimile, text), MIXED)
    yield from _write_families(selection, titles, made)
    yield _write_odd(selection.out / ODD)


def _metadata(selection: Selection, doc_id: str) -> dict[str, str]:
    row: dict[str, Any] = selection.metadata.loc[doc_id].to_dict()
    return {str(name): str(value) for name, value in row.items() if not pd.isna(value) and value != ""}


def _write_families(selection: Selection, titles: Mapping[str, str], made: str) -> Iterator[Path]:
    year = year_column([*selection.corpus.read("documents").columns])
    try:
        families = list(find_families(selection.corpus, None, year, with_stemma=False))
    except UsageError:  # no two documents are kin
        return
    chosen = set(selection.doc_ids)
    for family in families:
        own = sorted(chosen & set(family.witness_of))
        if len(own) < 2:
            continue
        rows = selection.corpus.read("regions", own)
        regions = {str(doc_id): of_document for doc_id, of_document in rows.groupby("doc_id")}
        root = FamilyApparatus(family, regions, titles, made).make()
        if root is not None:
            yield write_xml(selection.out / f"family-{family.number:04d}.xml", root, MIXED)


def _write_odd(path: Path) -> Path:
    with replacing(path) as file:
        file.write((files("tablekin.data") / "tei" / ODD).read_bytes())
    return path
