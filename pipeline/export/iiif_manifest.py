"""IIIFManifest: the pages of a corpus as a manifest of Presentation 3 (https://iiif.io/api/presentation/3.0/)."""

from __future__ import annotations

import mimetypes
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import pandas as pd

from tablekin.export.canvas import PageOnCanvas
from tablekin.export.selection import Selection
from tablekin.schemas import SCHEMAS

CONTEXT = "http://iiif.io/api/presentation/3/context.json"
_PLACES = ("canvas_width", "canvas_height", "iiif_address", "iiif_image_api", "iiif_canvas")  # said elsewhere
_RIGHTS = (  # the only statements that version 3 takes as such; they begin with http
    "http://creativecommons.org/licenses/",
    "http://creativecommons.org/publicdomain/",
    "http://rightsstatements.org/vocab/",
)
_OWN = frozenset((*SCHEMAS["documents"].names, *_PLACES, "required_statement"))


def make_manifest(
    selection: Selection, pages: Mapping[str, PageOnCanvas], lists: Mapping[str, Sequence[str]]
) -> dict[str, Any]:
    """Make the manifest.

    Parameters
    ----------
    selection
        What is exported.
    pages
        The canvas of each document; several may lie on one.
    lists
        Names of the files of annotations of each document.
    """
    canvases: dict[str, dict[str, Any]] = {}
    for doc_id, page in pages.items():
        if page.canvas not in canvases:
            said = selection.documents.loc[doc_id].to_dict()
            canvases[page.canvas] = _canvas(page, said, selection.base)
        references = [
            {"id": f"{selection.base}/annotations/{name}", "type": "AnnotationPage"} for name in lists[doc_id]
        ]
        canvases[page.canvas]["annotations"] += references
    return {
        "@context": CONTEXT,
        "id": f"{selection.base}/manifest.json",
        "type": "Manifest",
        "label": {"en": [f"Tables of {selection.corpus.root.resolve().name}"]},
        "items": [*canvases.values()],
    }


def _canvas(page: PageOnCanvas, said: dict[str, Any], base: str) -> dict[str, Any]:
    body: dict[str, Any] = {
        "id": page.image,
        "type": "Image",
        "format": mimetypes.guess_type(urlsplit(page.image).path)[0] or "image/jpeg",
        "width": page.size[0],
        "height": page.size[1],
    }
    if page.image_service:
        body["service"] = [_service(*page.image_service)]
    painting = {
        "id": f"{base}/painting/{page.doc_id}",
        "type": "Annotation",
        "motivation": "painting",
        "body": body,
        "target": page.canvas,
    }
    canvas: dict[str, Any] = {
        "id": page.canvas,
        "type": "Canvas",
        "label": {"none": [page.label]},
        "width": page.width,
        "height": page.height,
        "metadata": [
            {"label": {"none": [name]}, "value": {"none": [str(value)]}}
            for name, value in said.items()
            if name not in _OWN and not pd.isna(value) and value != ""
        ],
        "items": [
            {"id": f"{base}/painting/{page.doc_id}/page", "type": "AnnotationPage", "items": [painting]}
        ],
        "annotations": [],
    }
    rights, required = (
        str(said.get("rights") or "").replace("https://", "http://", 1),
        said.get("required_statement"),
    )
    if rights.startswith(_RIGHTS):
        canvas["rights"] = rights
    if isinstance(required, str) and required:
        canvas["requiredStatement"] = {"label": {"en": ["Attribution"]}, "value": {"none": [required]}}
    return canvas


def _service(address: str, version: int) -> dict[str, str]:
    if version == 2:
        return {"@id": address, "@type": "ImageService2", "profile": "http://iiif.io/api/image/2/level0.json"}
    return {"id": address, "type": "ImageService3", "profile": "level0"}
