"""Image: from a file to grey pixels, or to the reason why there are none."""

from __future__ import annotations

import logging
import os
import stat
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from PIL import Image, UnidentifiedImageError

from tablekin.errors import ScanError
from tablekin.ingest import pdf, raster, tiff
from tablekin.ingest.thresholds import FILES

_LOGGER = logging.getLogger(__name__)
_SIGNATURES = (
    b"\xff\xd8",
    b"\x89PNG",
    b"II",
    b"MM",
    b"RIFF",
    b"\0\0\0\x0c",
    b"\xff\x4f",
)  # how files of images begin
_TEXT = 512  # bytes at a file's beginning that tell whether it is text
for _library in ("PIL", "tifffile", "pypdfium2"):  # what is damaged is told once, by whoever opened the file
    logging.getLogger(_library).setLevel(logging.CRITICAL)
Image.MAX_IMAGE_PIXELS = None  # the config's own limit is checked before any pixel is decoded


class ScanFile(Protocol):
    """A file of scans, opened; its pages are counted from 0."""

    @property
    def pages(self) -> list[int]:
        """Pages of the file, without the smaller copies of others."""

    @property
    def count(self) -> int:
        """Pages of the file, with the smaller copies of others."""

    def shape(self, page: int) -> tuple[float, float]:
        """Width and height of a page in any unit; costs next to nothing."""

    def size(self, page: int) -> tuple[int, int]:
        """Width and height of a page in pixels; nothing is decoded."""

    def grey(self, page: int, max_pixels: int | None = None, longest: int | None = None) -> NDArray[np.uint8]:
        """Read a page, as :func:`load_image` does."""

    def is_stretched(self, page: int) -> bool:
        """Whether a page uses so little of its depth that it was stretched."""


def is_pdf(path: Path) -> bool:
    """Whether a file's name says that it is a PDF."""
    return path.suffix.lower() == ".pdf"


@contextmanager
def open_scans(path: Path) -> Iterator[ScanFile]:
    """Open a file of scans; whatever goes wrong meanwhile becomes an error that its owner can understand.

    Raises
    ------
    ScanError
        The file cannot be read, is no image, is damaged, or is too large.
    """
    with _reasons(path), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of metadata that are damaged; the pixels tell for themselves
        opened = (
            pdf.open_pdf if is_pdf(path) else tiff.open_tiff if tiff.is_tiff(path) else raster.open_raster
        )
        with opened(path) as file:
            yield file


def list_pages(path: Path) -> tuple[list[int], int]:
    """List the indices of a file's pages, without smaller copies of others, and count them with these.

    Raises
    ------
    ScanError
        They cannot be counted.
    """
    with open_scans(path) as file:
        return file.pages, file.count


def image_size(path: Path, page_index: int = 0) -> tuple[int, int]:
    """Width and height in pixels of a page as :func:`load_image` reads it; nothing is decoded.

    Raises
    ------
    ScanError
        The file cannot be read.
    """
    with open_scans(path) as file:
        return file.size(page_index)


def load_image(
    path: Path, page_index: int = 0, max_pixels: int | None = None, longest: int | None = None
) -> NDArray[np.uint8]:
    """Read a scan as grey, turned as its EXIF orientation says.

    Parameters
    ----------
    path
        JPEG, PNG, TIFF, JPEG 2000 or WebP of any colour mode, or PDF; 16 bits are brought to 8, transparency to white
        paper.
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
    with open_scans(path) as file:
        return file.grey(page_index, max_pixels, longest)


@contextmanager
def _reasons(path: Path) -> Iterator[None]:
    """Turn what goes wrong while a file is read into words for its owner."""
    try:
        _check_kind(path)
        yield
    except ScanError:
        raise
    except UnidentifiedImageError as error:
        with path.open("rb") as file:
            if file.read(4).startswith(_SIGNATURES):
                raise ScanError(f"{path.name} is damaged or incomplete; download or scan it again") from error
        raise ScanError(
            f"{path.name} is not a JPEG, PNG, TIFF, JPEG 2000 or WebP image, whatever its name says{_content(path)}; "
            "look at it in an image viewer and download or save it again"
        ) from error
    except MemoryError as error:
        raise ScanError(
            f"{path.name} needs more memory than there is for a file; save it again at a lower resolution"
        ) from error
    except Exception as error:  # libraries raise errors of all kinds where a file is not what it should be
        if isinstance(error, OSError) and error.errno is not None:
            raise ScanError(
                f"{path.name} cannot be read: {error.strerror}; check the disk and permissions"
            ) from error
        _LOGGER.debug("%s cannot be read", path, exc_info=True)
        raise ScanError(f"{path.name} is damaged or incomplete; download or scan it again") from error


def _check_kind(path: Path) -> None:
    """Refuse what has no content of its own, before it is opened: a pipe would be waited for without end."""
    if path.is_symlink() and not path.exists():
        raise ScanError(f"{path.name} is a link to a file that is not there; mend the link, or leave it out")
    found = path.stat()
    if stat.S_ISDIR(found.st_mode):
        raise ScanError(f"{path.name} is a folder, not a scan; rename it, or put scans into it")
    if not stat.S_ISREG(found.st_mode):
        raise ScanError(f"{path.name} is a pipe or a device, not a scan; leave it out")
    if found.st_size == 0:
        raise ScanError(f"{path.name} is empty (0 bytes); download or scan it again")
    if found.st_size > FILES.max_bytes:
        raise ScanError(
            f"{path.name} has {found.st_size >> 30} GiB, over the limit of {FILES.max_bytes >> 30} GiB; split it"
        )
    if not os.access(path, os.R_OK):
        raise PermissionError(13, "Permission denied", str(path))


def _content(path: Path) -> str:
    """Say what a file is that was saved in the place of a scan, where that is easily seen."""
    with path.open("rb") as file:
        begin = file.read(_TEXT)
    if begin.startswith(b"%PDF"):
        return " (it is a PDF: name it so)"
    if b"<html" in begin.lower():
        return " (it is a web page)"
    return " (it is text)" if begin.isascii() and b"\0" not in begin else ""
