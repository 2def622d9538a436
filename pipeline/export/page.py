"""Page: documents in PAGE as its standard of 2019 has tables, for OCR-D and what else reads that."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tablekin.export.page_files import write_page_files
from tablekin.export.page_xml import STANDARD
from tablekin.export.selection import Selection


def write(selection: Selection) -> Iterator[Path]:
    """Write the pictures and beside each its PAGE file."""
    yield from write_page_files(selection, STANDARD)
