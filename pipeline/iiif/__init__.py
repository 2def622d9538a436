"""IIIF: manifests of libraries become pages, fetched politely and kept."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.iiif.columns import add_columns as add_columns
    from tablekin.iiif.columns import number_columns as number_columns
    from tablekin.iiif.naming import is_manifest as is_manifest
    from tablekin.iiif.stage import FetchedPages as FetchedPages
    from tablekin.iiif.stage import fetch_pages as fetch_pages

__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "columns": ["add_columns", "number_columns"],
        "naming": ["is_manifest"],
        "stage": ["FetchedPages", "fetch_pages"],
    },
)
