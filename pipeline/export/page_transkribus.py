"""PageTranskribus: documents in PAGE as Transkribus has it: that of 2013, with table cells of its own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tablekin.export.page_files import write_page_files
from tablekin.export.page_xml import TRANSKRIBUS
from tablekin.export.selection import Selection


def write(selection: Selection) -> Iterator[Path]:
    """Write the pictures and the PAGE files into the folder ``page`` beside them, where Transkribus looks for them."""
    yield from write_page_files(selection, TRANSKRIBUS, "page")
