"""Description: what a library says of a book or a page, as values of columns of table ``documents``."""

from __future__ import annotations

import re
import unicodedata
from typing import Any

from tablekin.iiif.language import as_list, plain_text
from tablekin.schemas import SCHEMAS

ABOUT = (  # columns of their own meaning, in the order in which the table has them
    *("iiif_manifest", "iiif_canvas", "iiif_image", "iiif_address", "iiif_image_api"),
    *("canvas_width", "canvas_height"),
    *("label", "canvas_label", "collection", "provider", "rights", "required_statement", "nav_date"),
)
_RESERVED = frozenset((*SCHEMAS["documents"].names, *ABOUT, "file"))
_LONGEST = 40  # letters of the name of a column


def describe(content: dict[str, Any]) -> dict[str, str]:
    """Gather what a manifest or canvas of version 3 says of itself, besides its label.

    Returns
    -------
    dict
        Columns and their values; each pair of the list ``metadata`` is one, by the name that :func:`column_name` makes.
    """
    found: dict[str, list[str]] = {}
    for pair in as_list(content.get("metadata")):
        if isinstance(pair, dict) and (name := column_name(plain_text(pair.get("label")))):
            found.setdefault(name, []).append(plain_text(pair.get("value")))
    required = content.get("requiredStatement")
    own = {
        "provider": [plain_text(_label(each)) for each in as_list(content.get("provider"))],
        "rights": [each for each in as_list(content.get("rights")) if isinstance(each, str)],
        "required_statement": [plain_text(required.get("value"))] if isinstance(required, dict) else [],
        "nav_date": [plain_text(content.get("navDate"))],
    }
    joined = {name: "; ".join(dict.fromkeys(filter(None, texts))) for name, texts in (found | own).items()}
    return {name: text for name, text in joined.items() if text}


def column_name(label: str) -> str:
    """Make the name of a column of what a library calls a piece of metadata: ``Date Created`` is ``date_created``.

    One that another column has gets ``metadata_`` before it.
    """
    letters = unicodedata.normalize("NFC", label).casefold()
    name = re.sub(r"\W+", "_", letters).strip("_")[:_LONGEST].strip("_")
    return f"metadata_{name}" if name in _RESERVED else name


def _label(agent: Any) -> Any:
    return agent.get("label") if isinstance(agent, dict) else None
