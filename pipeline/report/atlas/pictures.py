"""Pictures: what an atlas shows of the scans: files of its own, tiles, or addresses of a library."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from PIL import Image

from tablekin.corpus import replacing
from tablekin.errors import TablekinError
from tablekin.ingest import list_pages, load_image
from tablekin.report.atlas.upright import UprightPage

_THUMBNAIL = 200  # pixels, longer side
_QUALITY = 82  # of JPEG
TILE = 512  # pixels


class PictureKind(StrEnum):
    """What is shown of a scan."""

    TILES = "tiles"
    SCALED = "scaled"
    LINK = "link"
    NONE = "none"


@dataclass(frozen=True)
class PictureTask:
    """A page whose pictures are to be written.

    Attributes
    ----------
    scan
        Its file.
    page_index
        Of the document; of facing pages, the right one counts on.
    frame
        In which it is shown.
    name
        Of its files, without their endings.
    folder
        For the files.
    kind
        ``tiles`` or ``scaled``; of a page that a library serves, ``link``: then a thumbnail is all that is written.
    longest
        Longer side of the scaled picture in pixels.
    """

    scan: Path
    page_index: int
    frame: UprightPage
    name: str
    folder: Path
    kind: PictureKind
    longest: int


@dataclass(frozen=True)
class PictureResult:
    """What was written of a page: names below the folder, or the reason why nothing was."""

    files: tuple[str, ...]
    reason: str = ""


def write_pictures(task: PictureTask) -> PictureResult:
    """Write the pictures of a page; those that are there from before are left."""
    wanted = [f"{task.name}-small.jpg"]
    if task.kind is not PictureKind.LINK:
        wanted.append(f"{task.name}.jpg")
    tiles = tile_names(task.frame.size) if task.kind is PictureKind.TILES else []
    wanted += [f"{task.name}/{tile}" for tile in tiles]
    if all((task.folder / name).is_file() for name in wanted):
        return PictureResult(tuple(wanted))
    try:
        place = task.page_index % list_pages(task.scan)[1]
        upright = task.frame.turn(load_image(task.scan, place))
    except TablekinError as error:
        return PictureResult((), str(error))
    (task.folder / task.name).parent.mkdir(parents=True, exist_ok=True)
    if task.kind is not PictureKind.LINK:
        _save(_reduced(upright, task.longest), task.folder / f"{task.name}.jpg")
    if tiles:
        _write_tiles(upright, task.folder / task.name)
    _save(_reduced(upright, _THUMBNAIL), task.folder / wanted[0])
    return PictureResult(tuple(wanted))


def _reduced(image: NDArray[np.uint8], longest: int) -> NDArray[np.uint8]:
    scale = longest / max(image.shape)
    if scale >= 1:
        return image
    size = (max(1, round(image.shape[1] * scale)), max(1, round(image.shape[0] * scale)))
    return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)


def _save(image: NDArray[np.uint8], path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        Image.fromarray(image).save(file, "JPEG", quality=_QUALITY, optimize=True)


def levels_of(size: tuple[int, int]) -> list[tuple[int, int]]:
    """List the sizes of a pyramid of tiles, from the page itself down to one that fits into a tile."""
    sizes = [size]
    while max(sizes[-1]) > TILE:
        width, height = sizes[-1]
        sizes.append((-(-width // 2), -(-height // 2)))
    return sizes


def tile_names(size: tuple[int, int]) -> list[str]:
    """Name the tiles of a page: level (0 is the smallest), column and row."""
    sizes = levels_of(size)[::-1]
    return [
        f"{level}/{column}-{row}.jpg"
        for level, (width, height) in enumerate(sizes)
        for row in range(-(-height // TILE))
        for column in range(-(-width // TILE))
    ]


def _write_tiles(image: NDArray[np.uint8], folder: Path) -> None:
    sizes = levels_of((image.shape[1], image.shape[0]))
    for level, size in zip(range(len(sizes) - 1, -1, -1), sizes, strict=True):
        if (image.shape[1], image.shape[0]) != size:
            image = np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA), np.uint8)
        for row in range(0, size[1], TILE):
            for column in range(0, size[0], TILE):
                tile = image[row : row + TILE, column : column + TILE]
                _save(tile, folder / str(level) / f"{column // TILE}-{row // TILE}.jpg")


def picture_of(
    document: pd.Series, frame: UprightPage, result: PictureResult | None, kind: PictureKind
) -> dict[str, Any]:
    """Say in the shard of a document where its picture is found."""
    if kind is PictureKind.LINK and (service := service_of(document, frame)):
        return {"kind": "service", "service": service, "small": _named(result, "-small.jpg")}
    if result is None or not result.files:
        return {"kind": "none", "reason": result.reason if result else ""}
    picture: dict[str, Any] = {
        "kind": "file",
        "file": _named(result, ".jpg", "-small.jpg"),
        "small": _named(result, "-small.jpg"),
    }
    if any(name.endswith("/0/0-0.jpg") for name in result.files):
        levels = [list(size) for size in levels_of(frame.size)[::-1]]
        picture |= {
            "tiles": _named(result, ".jpg", "-small.jpg").removesuffix(".jpg"),
            "levels": levels,
            "tile": TILE,
        }
    return picture


def _named(result: PictureResult | None, ending: str, but: str = " ") -> str:
    names = result.files if result else ()
    return next((name for name in names if name.endswith(ending) and not name.endswith(but)), "")


def service_of(document: pd.Series, frame: UprightPage) -> dict[str, Any] | None:
    """Find the image service of a library that serves a page as it was analysed: upright and whole."""
    service, version = document.get("iiif_image"), document.get("iiif_image_api")
    width, height = int(document["width"]), int(document["height"])
    if not isinstance(service, str) or not service.startswith(("https://", "http://")) or pd.isna(version):
        return None
    if frame.orientation or frame.size != (width, height):
        return None
    fetched = str(document.get("iiif_address"))
    if not fetched.startswith((f"{service}/full/", f"{service}/info.json#")):
        return None  # the page is a part of what the service has
    return {"address": service, "version": int(str(version)[0])}
