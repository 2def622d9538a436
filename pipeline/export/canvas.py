"""PageOnCanvas: a document as a IIIF canvas: that of the library it is from, or one of its own."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd

from tablekin.export.selection import Selection


@dataclass(frozen=True)
class PageOnCanvas:
    """A document and the canvas that it lies on.

    Attributes
    ----------
    doc_id
        The document.
    canvas
        Id of the canvas; facing pages of a library's canvas share it.
    manifest
        Id of a manifest that has the canvas: the library's, or that which is written.
    label
        Of the canvas.
    width, height
        Of the canvas.
    scale
        Canvas units a pixel of the image.
    corner
        Where the upper left corner of the image lies on the canvas: not in that of the canvas where the two are of
        different shapes. The image is then as large as fits and lies in the middle, as viewers show it.
    image
        Address of the picture.
    image_service
        Id of the service that serves it in any size, and the version of its Image API; None for a mere file.
    is_own
        Whether the picture is to be written, because no library serves it.
    size
        Width and height of the picture in pixels.
    """

    doc_id: str
    canvas: str
    manifest: str
    label: str
    width: int
    height: int
    scale: float
    corner: tuple[float, float]
    image: str
    image_service: tuple[str, int] | None
    is_own: bool
    size: tuple[int, int]

    def place(self, box: Sequence[float]) -> str:
        """Write a box, x0, y0, x1, y1 in pixels of the image, as a media fragment of the canvas."""
        left, top = self.corner
        x, y = max(0, round(left + box[0] * self.scale)), max(0, round(top + box[1] * self.scale))
        right = min(self.width, round(left + box[2] * self.scale))
        bottom = min(self.height, round(top + box[3] * self.scale))
        return f"xywh={x},{y},{max(1, right - x)},{max(1, bottom - y)}"

    def target(self, box: Sequence[float] | None) -> str:
        """Give the address of a box on the canvas, or of the whole canvas."""
        return self.canvas if box is None else f"{self.canvas}#{self.place(box)}"

    def reference(self, box: Sequence[float] | None) -> dict[str, Any]:
        """Refer to a box on the canvas so that a viewer that does not know the canvas finds its manifest."""
        return {
            "id": self.target(box),
            "type": "Canvas",
            "partOf": [{"id": self.manifest, "type": "Manifest"}],
        }


def lay_on_canvases(selection: Selection) -> dict[str, PageOnCanvas]:
    """Find the canvas of each document."""
    return {str(row["doc_id"]): _lay(row, selection) for row in selection.documents.to_dict("records")}


def _lay(row: dict[str, Any], selection: Selection) -> PageOnCanvas:
    said = {
        name: None if pd.isna(value) else value for name, value in row.items() if not isinstance(value, list)
    }
    doc_id, width, height = str(row["doc_id"]), int(row["width"]), int(row["height"])
    canvas, across, down = said.get("iiif_canvas"), said.get("canvas_width"), said.get("canvas_height")
    if not (_is_address(canvas) and _is_address(said.get("iiif_address")) and across and down):
        own = f"{selection.base}/canvas/{doc_id}"
        image = f"{selection.base}/images/{doc_id}.jpg"
        manifest = f"{selection.base}/manifest.json"
        return PageOnCanvas(
            doc_id, own, manifest, doc_id, width, height, 1.0, (0.0, 0.0), image, None, True, (width, height)
        )
    manifest = (
        str(said["iiif_manifest"])
        if _is_address(said.get("iiif_manifest"))
        else f"{selection.base}/manifest.json"
    )
    label = "; ".join(str(said[name]) for name in ("label", "canvas_label") if said.get(name)) or doc_id
    address, service = str(said["iiif_address"]), str(said.get("iiif_image") or "")
    version = said.get("iiif_image_api")
    is_joined = address.startswith(f"{service}/info.json#")  # of tiles: no address gives the picture
    is_whole = is_joined or address.startswith(
        f"{service}/full/"
    )  # not where it is a part of what the service has
    scale = min(int(across) / width, int(down) / height)
    return PageOnCanvas(
        doc_id,
        str(canvas),
        manifest,
        label,
        int(across),
        int(down),
        scale,
        ((int(across) - width * scale) / 2, (int(down) - height * scale) / 2),
        f"{selection.base}/images/{doc_id}.jpg" if is_joined else address,
        (service, int(str(version))) if version is not None and is_whole else None,
        is_joined,
        (width, height),
    )


def _is_address(value: Any) -> bool:
    return isinstance(value, str) and value.startswith(("http://", "https://"))
