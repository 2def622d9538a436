"""Raster: a file with one image, opened with Pillow."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from tablekin.errors import ScanError
from tablekin.ingest.pixels import is_narrow, orientation_of, reduce, to_grey, turn
from tablekin.ingest.pixels import swaps_sides as swaps

FORMATS = ("JPEG", "PNG", "TIFF", "JPEG2000", "WEBP")
_PNG = b"\x89PNG\r\n\x1a\n"
_MAX_CHUNKS = 100_000  # of a PNG that are passed over in search of its EXIF
_MAX_EXIF = 1 << 20  # bytes
_MIN_SIZE = 12  # bytes of a chunk without content


def over_the_limit(name: str, width: int, height: int, max_pixels: int) -> str:
    """Say that an image is too large, and what to do."""
    return (
        f"{name} has {width} x {height} pixels, over the limit of {max_pixels} (max_pixels "
        "in section [ingest] of the config); scan it at a lower resolution or raise the limit"
    )


@dataclass(frozen=True)
class RasterFile:
    """A file with one image, opened."""

    name: str
    image: Image.Image
    orientation: int  # EXIF, 1 to 8
    pages: list[int]
    count: int = 1

    def shape(self, page: int) -> tuple[float, float]:
        """Width and height in pixels."""
        return self.size(page)

    def size(self, page: int) -> tuple[int, int]:
        """Width and height in pixels, once it is turned."""
        width, height = self.image.size
        return (height, width) if swaps(self.orientation) else (width, height)

    def grey(self, page: int, max_pixels: int | None = None, longest: int | None = None) -> NDArray[np.uint8]:
        """Read it."""
        image = self.image
        width, height = image.size
        if max_pixels is not None and width * height > max_pixels:
            raise ScanError(over_the_limit(self.name, width, height, max_pixels))
        if longest:
            image.draft("L", (min(longest, width), min(longest, height)))
        return reduce(turn(to_grey(image), self.orientation), longest)

    def is_stretched(self, page: int) -> bool:
        """Whether it uses so little of its depth that it was stretched."""
        return is_narrow(self.image)


@contextmanager
def open_raster(path: Path) -> Iterator[RasterFile]:
    """Open a file with one image; nothing is decoded."""
    with Image.open(path, formats=FORMATS) as image:
        if image.format == "PNG":
            with path.open("rb") as file:
                orientation = _orientation_of_png(file)
        else:
            orientation = orientation_of(image)
        yield RasterFile(path.name, image, orientation, [0])


def _orientation_of_png(file: BinaryIO) -> int:
    """Find the EXIF of a PNG, which may stand behind the pixels: Pillow would decode these to get there."""
    file.seek(len(_PNG))
    for _ in range(_MAX_CHUNKS):
        head = file.read(8)
        length, kind = int.from_bytes(head[:4]), head[4:]
        if len(head) < 8 or kind == b"IEND":
            break
        if kind == b"eXIf":
            return orientation_of(file.read(min(length, _MAX_EXIF)))
        file.seek(length + _MIN_SIZE - 8, 1)
    return 1
