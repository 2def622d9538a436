"""Image: from a file to grey pixels, or to the reason why there are none."""

from __future__ import annotations

import struct
import warnings
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError
from skimage.exposure import adjust_gamma

from tablekin.errors import ScanError
from tablekin.ingest import pdf
from tablekin.ingest.thresholds import GAMMA

_FORMATS = ("JPEG", "PNG", "TIFF")
_SIGNATURES = (b"\xff\xd8", b"\x89PNG", b"II*\0", b"MM\0*")  # how files of these formats begin
_REDUCED = 1  # bit of TIFF's NewSubfileType: the page is a thumbnail of another one
_NEW_SUBFILE_TYPE, _PHOTOMETRIC, _ORIENTATION = 254, 262, 0x0112
_MIN_IS_WHITE = 0
_TEXT = 512  # bytes at a file's beginning that tell whether it is text
Image.MAX_IMAGE_PIXELS = None  # the config's own limit is checked before any pixel is decoded


def is_pdf(path: Path) -> bool:
    """Whether a file's name says that it is a PDF."""
    return path.suffix.lower() == ".pdf"


def list_pages(path: Path) -> tuple[list[int], int]:
    """List the indices of a file's pages, without thumbnails, and count them with thumbnails.

    Raises
    ------
    ScanError
        They cannot be counted.
    """
    if is_pdf(path):
        with _reasons(path):
            count = pdf.count_pages(path)
        return list(range(count)), count
    if path.suffix.lower() not in (".tif", ".tiff"):
        return [0], 1
    pages = []
    with _opened(path) as image:
        count = getattr(image, "n_frames", 1)
        for index in range(count):
            image.seek(index)
            tags = getattr(image, "tag_v2", {})
            if index == 0 or not int(tags.get(_NEW_SUBFILE_TYPE, 0)) & _REDUCED:
                pages.append(index)
    return pages, count


def image_size(path: Path, page_index: int = 0) -> tuple[int, int]:
    """Width and height in pixels of a page as :func:`load_image` reads it; nothing is decoded.

    Raises
    ------
    ScanError
        The file cannot be read.
    """
    if is_pdf(path):
        with _reasons(path):
            return pdf.page_size(path, page_index)
    with _opened(path) as image:
        image.seek(page_index)
        width, height = image.size
        return (height, width) if image.getexif().get(_ORIENTATION, 1) >= 5 else (width, height)


def load_image(
    path: Path, page_index: int = 0, max_pixels: int | None = None, longest: int | None = None
) -> NDArray[np.uint8]:
    """Read a scan as grey, turned as its EXIF orientation says.

    Parameters
    ----------
    path
        JPEG, PNG or TIFF of any colour mode, or PDF; 16 bits are brought to 8, transparency to white paper.
    page_index
        Page of a TIFF or PDF with several.
    max_pixels
        Largest scan that is decoded.
    longest
        Longer side of a reduced image, which costs less to read.

    Returns
    -------
    ndarray
        ``(height, width)`` uint8, 0 black, 255 white.

    Raises
    ------
    ScanError
        The file cannot be read, is no image, is damaged, or is too large.
    """
    if is_pdf(path):
        with _reasons(path):
            return pdf.render_page(path, page_index, max_pixels, longest)
    with _opened(path) as image:
        image.seek(page_index)
        width, height = image.size
        if max_pixels is not None and width * height > max_pixels:
            raise ScanError(pdf.over_the_limit(path.name, width, height, max_pixels))
        if longest:
            image.draft("L", (min(longest, width), min(longest, height)))
        ImageOps.exif_transpose(image, in_place=True)
        grey = _grey(image)
    if longest and max(grey.shape) > longest:
        factor = longest / max(grey.shape)
        size = (max(1, round(grey.shape[1] * factor)), max(1, round(grey.shape[0] * factor)))
        grey = np.asarray(cv2.resize(grey, size, interpolation=cv2.INTER_AREA), np.uint8)
    return grey


@contextmanager
def _opened(path: Path) -> Iterator[Image.Image]:
    with _reasons(path), warnings.catch_warnings():
        warnings.simplefilter(
            "ignore", UserWarning
        )  # of metadata that are damaged; the pixels tell for themselves
        with Image.open(path, formats=_FORMATS) as image:
            yield image


@contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into words for its owner."""
    try:
        if path.stat().st_size == 0:
            raise ScanError(f"{path.name} is empty (0 bytes); download or scan it again")
        yield
    except IsADirectoryError as error:
        raise ScanError(f"{path.name} is a folder, not a scan; rename it, or put scans into it") from error
    except UnidentifiedImageError as error:
        with path.open("rb") as file:
            if file.read(4).startswith(_SIGNATURES):
                raise ScanError(f"{path.name} is damaged or incomplete; download or scan it again") from error
        raise ScanError(
            f"{path.name} is not a JPEG, PNG or TIFF image, whatever its name says{_content(path)}; look at it in "
            "an image viewer and download or save it again"
        ) from error
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise ScanError(
                f"{path.name} cannot be read: {error.strerror}; check the disk and permissions"
            ) from error
        raise ScanError(
            f"{path.name} is damaged or incomplete ({error}); download or scan it again"
        ) from error


def _content(path: Path) -> str:
    """Say what a file is that was saved in the place of a scan, where that is easily seen."""
    with path.open("rb") as file:
        begin = file.read(_TEXT)
    if begin.startswith(b"%PDF"):
        return " (it is a PDF: name it so)"
    if b"<html" in begin.lower():
        return " (it is a web page)"
    return " (it is text)" if begin.isascii() and b"\0" not in begin else ""


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I") or image.mode == "F":
        grey = _to_8_bits(np.asarray(image, np.float64))
        inverted = getattr(image, "tag_v2", {}).get(_PHOTOMETRIC) == _MIN_IS_WHITE
        return _as_displayed(255 - grey if inverted else grey, image)
    if image.mode == "LAB":
        return np.asarray(image.getchannel("L"))
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return np.asarray(Image.alpha_composite(paper, coloured).convert("L"))
    return _as_displayed(np.asarray(image.convert("L")), image)


def _as_displayed(grey: NDArray[np.uint8], image: Image.Image) -> NDArray[np.uint8]:
    """Undo the gamma that a PNG says it was stored with (its gAMA chunk), unless it is the usual one."""
    gamma = float(image.info.get("gamma", 0)) if image.format == "PNG" else 0.0
    if not gamma or "srgb" in image.info or "icc_profile" in image.info:
        return grey
    exponent = 1 / (GAMMA.display * gamma)
    if abs(exponent - 1) < GAMMA.tolerance:
        return grey
    return np.asarray(adjust_gamma(grey, exponent), np.uint8)


def _to_8_bits(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Map deep pixels to 8 bits by the smallest usual depth that holds them: scanners store 12 bits in 16."""
    brightest = float(np.nan_to_num(values).max(initial=0))
    depths = [1.0, *(2.0**bits - 1 for bits in (8, 10, 12, 14, 16))]
    white = next((depth for depth in depths if brightest <= depth), brightest)
    return np.round(np.clip(np.nan_to_num(values) / white, 0, 1) * 255).astype(np.uint8)
