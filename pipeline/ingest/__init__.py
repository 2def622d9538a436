"""Ingest: files of scans become grey pages, named and checked."""

from tablekin.ingest.dialect import SEPARATORS, MetadataRecord, read_table
from tablekin.ingest.image import list_pages, load_image
from tablekin.ingest.listing import Listing, list_scans
from tablekin.ingest.metadata import Metadata, read_metadata
from tablekin.ingest.metadata_join import join_metadata, read_spreads
from tablekin.ingest.scans import (
    FileContent,
    FileQuestion,
    Scan,
    answer_from_known,
    identify,
    load_scan,
    look_at,
    pick_scan,
    printable,
    unreadable,
)

__all__ = [
    "SEPARATORS",
    "FileContent",
    "FileQuestion",
    "Listing",
    "Metadata",
    "MetadataRecord",
    "Scan",
    "answer_from_known",
    "identify",
    "join_metadata",
    "list_pages",
    "list_scans",
    "load_image",
    "load_scan",
    "look_at",
    "pick_scan",
    "printable",
    "read_metadata",
    "read_spreads",
    "read_table",
    "unreadable",
]
