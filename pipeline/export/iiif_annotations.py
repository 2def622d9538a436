"""IIIFAnnotations: what was read on a page, and what matches on others, as annotations of Presentation 3."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd

from tablekin.export.canvas import PageOnCanvas

_SHOWN = "commenting"  # the motivation that viewers show unasked: Mirador shows neither of the others
Box = tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels of the image


def cell_annotations(page: PageOnCanvas, regions: pd.DataFrame, address: str) -> Iterator[dict[str, Any]]:
    """Yield an annotation for each cell and header in which something was read.

    Parameters
    ----------
    page
        The document.
    regions
        Its rows of table regions.
    address
        Of the annotations: their ids begin so.
    """
    for row in regions[regions["kind"].isin(["cell", "header", "page_number"])].to_dict("records"):
        reading = row["printed"] or row["text"]
        if not reading:
            continue
        yield {
            "id": f"{address}/region-{row['region_id']}",
            "type": "Annotation",
            "motivation": ["supplementing", _SHOWN],
            "body": {"type": "TextualBody", "value": str(reading), "format": "text/plain"},
            "target": page.target(box_of(row)),
        }


def link_annotations(
    page: PageOnCanvas, partner: PageOnCanvas, matches: list[tuple[Box, Box]], address: str
) -> Iterator[dict[str, Any]]:
    """Yield an annotation for each match of a page with another, which leads to that place.

    Parameters
    ----------
    page, partner
        The documents.
    matches
        The box on the page and that on the partner, the strongest first.
    address
        Of the annotations: their ids begin so.
    """
    for place, (here, there) in enumerate(matches, 1):
        yield {
            "id": f"{address}/{partner.doc_id}-{place}",
            "type": "Annotation",
            "motivation": ["linking", _SHOWN],
            "body": [
                {"type": "TextualBody", "value": f"matches {partner.doc_id}", "format": "text/plain"},
                partner.reference(there) | {"label": {"none": [partner.label]}},
            ],
            "target": page.target(here),
        }


def box_of(row: dict[str, Any]) -> Box:
    """Give the box of a region."""
    return row["x0"], row["y0"], row["x1"], row["y1"]
