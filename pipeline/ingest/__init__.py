"""Ingest: files of scans become grey pages, named and checked."""

from tablekin.ingest.image import list_pages, load_image
from tablekin.ingest.metadata import Metadata, join_metadata, read_metadata
from tablekin.ingest.scans import Listing, Scan, identify, list_scans, load_scan, pick_scan

__all__ = [
    "Listing",
    "Metadata",
    "Scan",
    "identify",
    "join_metadata",
    "list_pages",
    "list_scans",
    "load_image",
    "load_scan",
    "pick_scan",
    "read_metadata",
]
