"""Ingest: files of scans become grey pages, named and checked."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.ingest.dialect import SEPARATORS as SEPARATORS
    from tablekin.ingest.dialect import MetadataRecord as MetadataRecord
    from tablekin.ingest.dialect import read_table as read_table
    from tablekin.ingest.image import list_pages as list_pages
    from tablekin.ingest.image import load_image as load_image
    from tablekin.ingest.listing import Listing as Listing
    from tablekin.ingest.listing import list_scans as list_scans
    from tablekin.ingest.metadata import Metadata as Metadata
    from tablekin.ingest.metadata import read_metadata as read_metadata
    from tablekin.ingest.metadata_join import join_metadata as join_metadata
    from tablekin.ingest.metadata_join import read_spreads as read_spreads
    from tablekin.ingest.scans import FileContent as FileContent
    from tablekin.ingest.scans import FileQuestion as FileQuestion
    from tablekin.ingest.scans import Scan as Scan
    from tablekin.ingest.scans import answer_from_known as answer_from_known
    from tablekin.ingest.scans import identify as identify
    from tablekin.ingest.scans import load_scan as load_scan
    from tablekin.ingest.scans import look_at as look_at
    from tablekin.ingest.scans import pick_scan as pick_scan
    from tablekin.ingest.scans import printable as printable
    from tablekin.ingest.scans import unreadable as unreadable

# libraries that decode pictures are imported when a picture is
__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "dialect": ["MetadataRecord", "SEPARATORS", "read_table"],
        "image": ["list_pages", "load_image"],
        "listing": ["Listing", "list_scans"],
        "metadata": ["Metadata", "read_metadata"],
        "metadata_join": ["join_metadata", "read_spreads"],
        "scans": [
            "FileContent",
            "FileQuestion",
            "Scan",
            "answer_from_known",
            "identify",
            "load_scan",
            "look_at",
            "pick_scan",
            "printable",
            "unreadable",
        ],
    },
)
