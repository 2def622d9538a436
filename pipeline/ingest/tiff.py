"""Tiff: a file with a chain of images, its directories read first and each image decoded when it is asked for."""

from __future__ import annotations

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import tifffile
from numpy.typing import NDArray
from PIL import Image
from PIL.TiffImagePlugin import COMPRESSION_INFO, ImageFileDirectory_v2

from tablekin.errors import ScanError
from tablekin.ingest.complaints import complaints
from tablekin.ingest.pixels import (
    find_narrow_range,
    is_narrow,
    orientation_from,
    reduce,
    swaps_sides,
    to_8_bits,
    to_grey,
    turn,
)
from tablekin.ingest.raster import over_the_limit
from tablekin.ingest.thresholds import FILES, PYRAMID

_BEGINS = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")
_BIG = 43  # version of TIFF with offsets of 64 bits
_REDUCED = 1  # bit of NewSubfileType: the page is a smaller copy of another one
_SUBFILE, _WIDTH, _HEIGHT, _COMPRESSION, _ORIENTATION, _PLANAR = 254, 256, 257, 259, 0x0112, 284
_STRIPS, _STRIP_ROWS, _STRIP_BYTES, _TILE_WIDTH, _TILE_HEIGHT, _TILES, _TILE_BYTES = (
    273,
    278,
    279,
    322,
    323,
    324,
    325,
)
_BITS, _PHOTOMETRIC, _SAMPLES, _FORMAT = 258, 262, 277, 339
_MIN_IS_WHITE = 0
_BRIGHTNESS = np.array(
    [0.299, 0.587, 0.114], np.float32
)  # of red, green and blue (ITU-R 601-2, as Pillow has it)
_YCBCR_2000 = 33003  # JPEG 2000 whose first component is the brightness
_LOST_LINE = (
    "Bad code word"  # libtiff goes on with the next line of a fax and tells nobody but standard error
)
_FORMAT_OF_TILES = {33003: "JPEG2000", 33004: "JPEG2000", 33005: "JPEG2000", 34712: "JPEG2000", 50001: "WEBP"}
_NAMES = {
    32809: "ThunderScan",
    34661: "JBIG",
    34676: "SGI Log",
    34887: "LERC",
    50002: "JPEG XL",
    52546: "JPEG XL",
}


@dataclass(frozen=True)
class TiffFile:
    """A TIFF, opened: its directories, of which the last is None where the chain breaks off."""

    path: Path
    directories: list[dict[int, Any] | None]
    is_big_endian: bool

    @property
    def count(self) -> int:
        """Images in the file."""
        return len(self.directories)

    @cached_property
    def pages(self) -> list[int]:
        """Images that are not smaller copies of others, whether they say so or it is seen."""
        pages = [0]
        before = self._sides(0)
        for index in range(1, self.count):
            sides = self._sides(index)
            directory = self.directories[index] or {}
            if _number(directory.get(_SUBFILE, 0)) & _REDUCED:
                continue
            if _is_half(sides, before) and self._shows_the_same(index, pages[-1]):
                before = sides
                continue
            pages.append(index)
            before = sides
        return pages

    def shape(self, page: int) -> tuple[float, float]:
        """Width and height in pixels."""
        return self.size(page)

    def size(self, page: int) -> tuple[int, int]:
        """Width and height in pixels, once it is turned."""
        width, height = self._sides(page)
        if width < 1 or height < 1:
            raise ScanError(
                f"page {page + 1} of {self.path.name} is missing or damaged; download or scan it again"
            )
        return (height, width) if swaps_sides(self._orientation(page)) else (width, height)

    def grey(self, page: int, max_pixels: int | None = None, longest: int | None = None) -> NDArray[np.uint8]:
        """Decode a page."""
        self.size(page)
        width, height = self._sides(page)
        if max_pixels is not None and width * height > max_pixels:
            raise ScanError(over_the_limit(self.path.name, width, height, max_pixels))
        directory = self.directories[page] or {}
        compression = _number(directory.get(_COMPRESSION, 1), 1)
        if compression in _FORMAT_OF_TILES:
            grey = self._decode_tiles(directory, _FORMAT_OF_TILES[compression])
        elif compression not in COMPRESSION_INFO:
            raise ScanError(self._unsupported(_NAMES.get(compression, f"number {compression}")))
        elif depth := _depth_beyond_pillow(directory):
            grey = self._decode_deep(page, (width, height), depth == "wrong" or self.is_big_endian)
        else:
            grey = self._decode(page, (width, height))
        return reduce(turn(grey, self._orientation(page)), longest)

    def is_stretched(self, page: int) -> bool:
        """Whether an image of one brightness uses so little of its depth that it was stretched."""
        if _number((self.directories[page] or {}).get(_BITS, 1), 1) <= 8:
            return False
        try:
            with tifffile.TiffFile(self.path) as file:
                values = file.pages[page].asarray()
        except ValueError:  # a compression that needs a library of its own
            with Image.open(self.path, formats=("TIFF",)) as image:
                image.seek(page)
                return is_narrow(image)
        return values.ndim == 2 and find_narrow_range(np.nan_to_num(values)) is not None

    def _sides(self, page: int) -> tuple[int, int]:
        """Width and height as stored; 0 where the page has none."""
        directory = self.directories[page] or {}
        return _number(directory.get(_WIDTH, 0)), _number(directory.get(_HEIGHT, 0))

    def _orientation(self, page: int) -> int:
        return orientation_from((self.directories[page] or {}).get(_ORIENTATION))

    def _decode(self, page: int, sides: tuple[int, int]) -> NDArray[np.uint8]:
        with Image.open(self.path, formats=("TIFF",)) as image:
            image.seek(page)
            # Pillow would turn the size before it maps the pixels of an uncompressed file, and the pixels after that
            image._size, image.load_end = sides, _do_nothing  # type: ignore[method-assign]
            try:
                with complaints() as heard:
                    grey = to_grey(image)
            except OSError as error:
                if "decoder" in str(error) and "not available" in str(error):
                    name = str(image.info.get("compression", "of it")).removeprefix("tiff_")
                    raise ScanError(self._unsupported(name)) from error
                raise
            if damaged := sum(_LOST_LINE in line for line in heard):
                raise ScanError(
                    f"{self.path.name} is damaged: {damaged} places of its fax compression cannot be decoded, and what "
                    "follows them on a line is lost; download or scan it again"
                )
            return grey

    def _decode_deep(self, page: int, sides: tuple[int, int], only_here: bool) -> NDArray[np.uint8]:
        """Decode numbers that Pillow lays over one another, takes for others, or does not know.

        Parameters
        ----------
        page
            Place of the image.
        sides
            Its width and height as stored.
        only_here
            Whether Pillow would read it wrongly.
        """
        try:
            with tifffile.TiffFile(self.path) as file:
                opened = file.pages[page]
                values, axes = opened.asarray(), opened.axes
        except ValueError as error:  # a compression that needs a library of its own
            if not only_here:
                return self._decode(page, sides)
            raise ScanError(
                f"{self.path.name} stores its pixels in a way that is not supported; save it again in grey, with 8 bits"
            ) from error
        if "S" in axes:
            values = np.moveaxis(values, axes.index("S"), -1)[..., :3].astype(np.float32)
            values = values @ _BRIGHTNESS if values.shape[-1] == 3 else values[..., 0]
        grey = to_8_bits(values.reshape(sides[::-1]))
        directory = self.directories[page] or {}
        return 255 - grey if _number(directory.get(_PHOTOMETRIC, 1), 1) == _MIN_IS_WHITE else grey

    def _decode_tiles(self, directory: dict[int, Any], kind: str) -> NDArray[np.uint8]:
        """Decode an image whose tiles or strips are images of another format."""
        if _number(directory.get(_PLANAR, 1), 1) != 1:
            raise ScanError(self._unsupported(f"{kind} of separate colours"))
        width, height = _number(directory.get(_WIDTH)), _number(directory.get(_HEIGHT))
        tiled = _TILES in directory
        offsets = _numbers(directory.get(_TILES if tiled else _STRIPS))
        lengths = _numbers(directory.get(_TILE_BYTES if tiled else _STRIP_BYTES))
        across = _number(directory.get(_TILE_WIDTH)) if tiled else width
        down = _number(directory.get(_TILE_HEIGHT)) if tiled else _number(directory.get(_STRIP_ROWS, height))
        down = min(down, max(height, 1)) if not tiled else down
        if min(across, down) < 1:
            raise ValueError("a tile without extent")
        grey = np.full((height, width), 255, np.uint8)
        places = [(x, y) for y in range(0, height, down) for x in range(0, width, across)]
        with self.path.open("rb") as file:
            for (x, y), offset, length in zip(places, offsets, lengths, strict=True):
                file.seek(offset)
                with Image.open(io.BytesIO(file.read(length)), formats=(kind,)) as tile:
                    if tile.size[0] > max(across, width) or tile.size[1] > max(down, height):
                        raise ValueError("a tile larger than its place")
                    first_is_grey = _number(directory.get(_COMPRESSION)) == _YCBCR_2000
                    part = np.asarray(tile.getchannel(0)) if first_is_grey else to_grey(tile)
                part = part[: height - y, : width - x][:down, :across]
                grey[y : y + part.shape[0], x : x + part.shape[1]] = part
        return grey

    def _unsupported(self, name: str) -> str:
        return (
            f"{self.path.name} uses a compression that is not supported inside a TIFF ({name}); save it again with LZW "
            "or without compression"
        )

    def _shows_the_same(self, page: int, larger: int) -> bool:
        """Whether two pages that differ in size show the same."""
        if (
            max(width * height for width, height in (self._sides(page), self._sides(larger)))
            > PYRAMID.max_pixels
        ):
            return True
        try:
            longest = min(PYRAMID.side, *map(max, (self.size(larger), self.size(page))))
            two = [self.grey(one, longest=longest).astype(np.float32) for one in (larger, page)]
        except Exception:  # of any kind: then each is told for itself
            return False
        rows, columns = (min(one.shape[axis] for one in two) for axis in (0, 1))
        difference = np.abs(two[0][:rows, :columns] - two[1][:rows, :columns])
        return float(difference.mean()) < PYRAMID.max_difference * 255


@contextmanager
def open_tiff(path: Path) -> Iterator[TiffFile]:
    """Read the directories of a TIFF; no image is decoded.

    Raises
    ------
    ScanError
        It has too many.
    """
    found = path.stat()
    directories, is_big_endian = _read_directories(path, found.st_size, found.st_mtime_ns)
    with complaints():
        yield TiffFile(path, directories, is_big_endian)


@lru_cache(maxsize=2)
def _read_directories(path: Path, size: int, changed: int) -> tuple[list[dict[int, Any] | None], bool]:
    """Read all directories of a file, and whether it is big-endian; once, since each page of a book asks for them."""
    with path.open("rb") as file:
        directories = list(_walk(file, path.name))
        file.seek(0)
        return directories, file.read(2) == b"MM"


def is_tiff(path: Path) -> bool:
    """Whether a file begins as a TIFF does."""
    with path.open("rb") as file:
        return file.read(4) in _BEGINS


def _walk(file: BinaryIO, name: str) -> Iterator[dict[int, Any] | None]:
    """Follow the chain of directories until it ends, turns back or breaks off."""
    head = file.read(8)
    if _BIG in head[2:4]:
        head += file.read(8)
    directory = ImageFileDirectory_v2(head)
    seen: set[int] = set()
    while (offset := directory.next) and offset not in seen:
        if len(seen) == FILES.max_pages:
            raise ScanError(f"{name} has more than {FILES.max_pages} pages; split it")
        seen.add(offset)
        try:
            file.seek(offset)
            directory.load(file)
            found = {tag: _value(directory, tag) for tag in directory}
        except Exception:  # of any kind: the chain leads to what is no directory
            yield None
            return
        if not found:
            yield None
            return
        yield found
    if not seen:
        yield None


def _value(directory: ImageFileDirectory_v2, tag: int) -> Any:
    try:
        return directory[tag]
    except Exception:  # of any kind: an entry of metadata that is damaged
        return None


def _depth_beyond_pillow(directory: dict[int, Any]) -> str:
    """Tell whether Pillow reads the numbers of an image wrongly, or in some files; empty if it reads them right."""
    bits, kind = _number(directory.get(_BITS, 1), 1), _number(directory.get(_FORMAT, 1), 1)
    if bits <= 8 and kind == 1:
        return ""
    if _number(directory.get(_SAMPLES, 1), 1) > 1:
        return "wrong" if _number(directory.get(_PLANAR, 1), 1) == 2 or kind != 1 else ""
    return "doubtful" if bits > 16 or kind != 1 else ""


def _do_nothing() -> None:
    pass


def _number(value: Any, default: int = 0) -> int:
    """First number of an entry."""
    value = value[0] if isinstance(value, tuple) and value else value
    return int(value) if isinstance(value, (int, float)) else default


def _numbers(value: Any) -> tuple[int, ...]:
    return tuple(map(int, value)) if isinstance(value, tuple) else () if value is None else (int(value),)


def _is_half(sides: tuple[int, int], before: tuple[int, int]) -> bool:
    """Whether an image has half the width and the height of another one, to a pixel."""
    return min(sides) > 0 and all(abs(2 * one - other) <= 2 for one, other in zip(sides, before, strict=True))
