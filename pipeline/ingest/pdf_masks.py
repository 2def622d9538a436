"""PdfMasks: the sizes of the masks of a PDF's images, which PDFium does not tell.

A layered scan (mixed raster content) keeps its letters in a mask at the full resolution, and their colour in an image
that is much coarser.
"""

from __future__ import annotations

import mmap
import re
from functools import lru_cache
from pathlib import Path

_MASK = re.compile(rb"/S?Mask\s+(\d{1,8})\s+\d{1,5}\s+R")
_OBJECT = re.compile(rb"(\d{1,8})\s+\d{1,5}\s+obj\b")
_WIDTH, _HEIGHT = re.compile(rb"/Width\s+(\d{1,7})\b"), re.compile(rb"/Height\s+(\d{1,7})\b")
_REACH = 4096  # bytes of an object that hold its dictionary

Size = tuple[int, int]


def find_mask_sizes(path: Path) -> dict[Size, Size]:
    """Find the largest mask of the images of each size: their widths and heights in pixels, images to masks.

    Dictionaries of images stand in a PDF as plain text, also where it is encrypted, since a stream never is in a
    compressed object.
    """
    found = path.stat()
    return _find(path, found.st_size, found.st_mtime_ns)


@lru_cache(maxsize=4)
def _find(path: Path, size: int, changed: int) -> dict[Size, Size]:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
        if data.find(b"/SMask") < 0 and data.find(b"/Mask") < 0:
            return {}
        starts = [(one.start(), int(one[1])) for one in _OBJECT.finditer(data)]
        place = {number: start for start, number in starts}
        masks: dict[Size, Size] = {}
        for start, _ in starts:
            dictionary = _dictionary(data, start)
            mask, image = _MASK.search(dictionary), _size(dictionary)
            if mask is None or image is None or int(mask[1]) not in place:
                continue
            of_mask = _size(_dictionary(data, place[int(mask[1])]))
            if of_mask is not None:
                masks[image] = max(of_mask, masks.get(image, of_mask))
        return masks


def _dictionary(data: mmap.mmap, start: int) -> bytes:
    return data[start : start + _REACH].split(b"stream", 1)[0].split(b"endobj", 1)[0]


def _size(dictionary: bytes) -> Size | None:
    width, height = _WIDTH.search(dictionary), _HEIGHT.search(dictionary)
    return None if width is None or height is None else (int(width[1]), int(height[1]))
