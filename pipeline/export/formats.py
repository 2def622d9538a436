"""Formats: what a corpus can be exported as.

A format is a function from a selection to the files that it wrote into the selection's folder. It stands in a module
named after it, which is imported when it is asked for, and in the dict below.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path

from tablekin.export.selection import Selection

Writer = Callable[[Selection], Iterable[Path]]  # yields each file when it is written


@dataclass(frozen=True)
class ExportFormat:
    """A format and what it is good for."""

    about: str  # in the help of the command
    module: str  # of this room, whose function ``write`` writes it

    def load(self) -> Writer:
        """Import the function that writes it."""
        writer: Writer = import_module(f"tablekin.export.{self.module}").write
        return writer


FORMATS = {
    "iiif": ExportFormat("IIIF manifests and annotations, for Mirador and other viewers", "iiif"),
    "page": ExportFormat(
        "PAGE 2019 with tables and cells, for OCR-D and other readers of the standard", "page"
    ),
    "page-flat": ExportFormat("PAGE 2019 with a line a cell, for eScriptorium and LAREX", "page_flat"),
    "page-transkribus": ExportFormat("PAGE 2013 with the table cells of Transkribus", "page_transkribus"),
    "csv": ExportFormat("tables as CSV, as printed and as numbers", "csv_tables"),
    "xlsx": ExportFormat(
        "tables as workbooks for Excel and LibreOffice, with doubts and what is computed", "xlsx"
    ),
    "tei": ExportFormat("TEI with facsimiles, tables and an apparatus of each family", "tei"),
    "alto": ExportFormat("ALTO 4.4, as libraries keep what was read on their pages", "alto"),
    "gexf": ExportFormat("documents and works as networks for Gephi", "gexf"),
    "graphml": ExportFormat("documents and works as networks for other programs that draw them", "graphml"),
    "nexus": ExportFormat("what the witnesses of each family read, for programs of phylogenetics", "nexus"),
    "dot": ExportFormat("the stemma of each family, by the conventions of OpenStemmata", "dot"),
    "ro-crate": ExportFormat("the corpus as a package that can be cited: RO-Crate 1.1", "ro_crate"),
}
