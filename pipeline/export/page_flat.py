"""PageFlat: documents in PAGE whose tables are text regions with a line a cell, for eScriptorium and LAREX.

Both pass over regions that lie in other regions, and with them over the cells of a table region.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from tablekin.export.page_files import write_page_files
from tablekin.export.page_xml import FLAT
from tablekin.export.selection import Selection


def write(selection: Selection) -> Iterator[Path]:
    """Write the pictures and beside each its PAGE file."""
    yield from write_page_files(selection, FLAT)
