"""PDF: its pages as grey images, one at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from tablekin.errors import ScanError
from tablekin.ingest.thresholds import PDF

_POINTS = 72.0  # an inch
_END = 1 << 16  # bytes at a file's end among which its end mark stands


@dataclass(frozen=True)
class PdfPage:
    """A page, opened."""

    name: str  # for messages
    handle: pdfium.PdfPage
    images: tuple[pdfium.PdfImage, ...]  # that cover the page
    size: tuple[int, int]  # pixels: width, height


def count_pages(path: Path) -> int:
    """Count the pages of a PDF.

    Raises
    ------
    ScanError
        It cannot be opened.
    """
    with _opened(path) as document:
        return len(document)


def page_size(path: Path, page_index: int) -> tuple[int, int]:
    """Width and height in pixels of a page as :func:`render_page` renders it.

    Raises
    ------
    ScanError
        The page cannot be read.
    """
    with _opened_page(path, page_index, None) as page:
        return page.size


def render_page(
    path: Path, page_index: int, max_pixels: int | None = None, longest: int | None = None
) -> NDArray[np.uint8]:
    """Render a page at the resolution of its scan, or at :attr:`PdfCriteria.dpi` where it is drawn.

    Parameters
    ----------
    path
        The PDF.
    page_index
        Page, from 0.
    max_pixels
        Largest page, and largest image on it, that is decoded.
    longest
        Longer side of a smaller rendering.

    Returns
    -------
    ndarray
        ``(height, width)`` uint8, 0 black, 255 white.

    Raises
    ------
    ScanError
        The page cannot be read, or is too large.
    """
    with _opened_page(path, page_index, max_pixels) as page:
        width, height = page.size
        factor = min(1.0, longest / max(page.size)) if longest else 1.0
        width, height = max(1, round(width * factor)), max(1, round(height * factor))
        bitmap = pdfium.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_Gray)
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_GRAYSCALE
        pdfium_c.FPDF_RenderPageBitmap(bitmap, page.handle, 0, 0, width, height, 0, flags)
        grey = bitmap.to_numpy().reshape(height, -1)[:, :width].copy()
        bitmap.close()
        if grey.min() == grey.max():  # PDFium leaves white what it cannot decode
            _decode(page)
        return grey


@contextmanager
def _opened(path: Path) -> Iterator[pdfium.PdfDocument]:
    with path.open("rb") as file:  # says what the system says where it cannot be read
        length = file.seek(0, 2)
        file.seek(max(0, length - _END))
        end = file.read()
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if error.err_code == pdfium_c.FPDF_ERR_PASSWORD:
            raise ScanError(
                f"{path.name} is protected by a password; save it without one, or as images"
            ) from error
        raise ScanError(
            f"{path.name} is not a PDF, or is damaged ({error}); download or save it again"
        ) from error
    try:
        if b"%%EOF" not in end or not len(document):
            raise ScanError(f"{path.name} is damaged or incomplete (it has no end); download it again")
        yield document
    finally:
        document.close()


@contextmanager
def _opened_page(path: Path, page_index: int, max_pixels: int | None) -> Iterator[PdfPage]:
    name = f"page {page_index + 1} of {path.name}"
    with _opened(path) as document:
        try:
            handle = document[page_index]
        except (pdfium.PdfiumError, IndexError) as error:
            raise ScanError(f"{name} is missing or damaged ({error}); download or save it again") from error
        try:
            images, scale = _resolution(handle)
            size = (max(1, round(handle.get_width() * scale)), max(1, round(handle.get_height() * scale)))
            for width, height in [size, *(image.get_px_size() for image in _images(handle))]:
                if max_pixels is not None and width * height > max_pixels:
                    raise ScanError(over_the_limit(name, width, height, max_pixels))
            yield PdfPage(name, handle, images, size)
        except pdfium.PdfiumError as error:
            raise ScanError(f"{name} is damaged ({error}); download or save it again") from error
        finally:
            handle.close()


def over_the_limit(name: str, width: int, height: int, max_pixels: int) -> str:
    """Say that an image is too large, and what to do."""
    return (
        f"{name} has {width} x {height} pixels, over the limit of {max_pixels} (max_pixels "
        "in section [ingest] of the config); scan it at a lower resolution or raise the limit"
    )


def _images(page: pdfium.PdfPage) -> list[pdfium.PdfImage]:
    return list(page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_IMAGE]))


def _resolution(page: pdfium.PdfPage) -> tuple[tuple[pdfium.PdfImage, ...], float]:
    """Find the images that cover a page, and how many pixels a point has in the finest of them.

    Text that is seen is drawn: then a coarse picture behind it does not decide.
    """
    area = page.get_width() * page.get_height()
    covering, finest = [], 0.0
    for image in _images(page):
        matrix = image.get_matrix()
        container = image.container
        while container is not None:
            matrix = matrix.multiply(container.get_matrix())
            container = container.container
        if abs(matrix.a * matrix.d - matrix.b * matrix.c) >= PDF.min_covered * area:
            width, height = image.get_px_size()
            covering.append(image)
            across, down = np.hypot(matrix.a, matrix.b), np.hypot(matrix.c, matrix.d)
            finest = max(finest, float(width / across), float(height / down))
    drawn = not covering or any(
        pdfium_c.FPDFTextObj_GetTextRenderMode(text) != pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
        for text in page.get_objects(filter=[pdfium_c.FPDF_PAGEOBJ_TEXT])
    )
    return tuple(covering), max(finest, PDF.dpi / _POINTS) if drawn else finest


def _decode(page: PdfPage) -> None:
    for image in page.images:
        try:
            image.get_bitmap().close()
        except pdfium.PdfiumError as error:
            raise ScanError(
                f"{page.name} is damaged (its image cannot be decoded); download or save it again"
            ) from error
