"""ContentState: a link by which a viewer opens the two pages of a pair.

https://iiif.io/api/content-state/1.0/: an annotation whose targets are canvases, encoded so that it fits into an
address, as in ``https://viewer.example/?iiif-content=...``.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote

from tablekin.export.canvas import PageOnCanvas

_UNCHANGED = "!~*'()"  # what encodeURIComponent leaves as it is, besides letters, digits and -_.


def pair_state(
    address: str, pages: Sequence[PageOnCanvas], boxes: Sequence[Sequence[float] | None]
) -> dict[str, Any]:
    """Make the annotation that opens pages side by side.

    Parameters
    ----------
    address
        Its id.
    pages
        Usually two.
    boxes
        What is to be seen of each, x0, y0, x1, y1 in pixels of the image; all of it where that is None.
    """
    return {
        "@context": "http://iiif.io/api/presentation/3/context.json",
        "id": address,
        "type": "Annotation",
        "motivation": ["contentState"],
        "target": [page.reference(box) for page, box in zip(pages, boxes, strict=True)],
    }


def encode_state(state: Mapping[str, Any]) -> str:
    """Encode a Content State for the address of a viewer (section 6 of the specification)."""
    text = quote(json.dumps(state, separators=(",", ":"), ensure_ascii=False), safe=_UNCHANGED)
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")
