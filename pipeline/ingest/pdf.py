"""Pdf: a PDF, opened, and its pages as grey images."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from itertools import islice
from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pypdfium2.raw as pdfium_c
from numpy.typing import NDArray

from tablekin.errors import ScanError
from tablekin.ingest.pdf_masks import find_mask_sizes
from tablekin.ingest.raster import over_the_limit
from tablekin.ingest.thresholds import FILES, PDF

_POINTS = 72.0  # an inch
_END = 1 << 16  # bytes at a file's end among which its end mark stands
_MAX_FORMS = 4  # forms within one another in which images are looked for


@dataclass(frozen=True)
class PdfPage:
    """A page, opened."""

    name: str  # for messages
    handle: pdfium.PdfPage
    images: tuple[pdfium.PdfImage, ...]  # that cover the page
    size: tuple[int, int]  # pixels: width, height


@dataclass(frozen=True)
class PdfFile:
    """A PDF, opened."""

    path: Path
    document: pdfium.PdfDocument

    @property
    def count(self) -> int:
        """Pages, as the PDF says."""
        return len(self.document)

    @cached_property
    def pages(self) -> list[int]:
        """Pages that are there, and those missing before one that is; of those missing at the end the first."""
        if self.count > FILES.max_pages:
            raise ScanError(
                f"{self.path.name} says that it has {self.count} pages, over the limit of {FILES.max_pages}; split it, "
                "or save it again if it is damaged"
            )
        last = self.count - 1
        while last > 0 and self.shape(last) == (0.0, 0.0):
            last -= 1
        return list(range(min(last + 2, self.count)))

    def shape(self, page: int) -> tuple[float, float]:
        """Width and height in points; 0 where the page is missing."""
        size = pdfium_c.FS_SIZEF()
        found = pdfium_c.FPDF_GetPageSizeByIndexF(self.document, page, size)
        return (float(size.width), float(size.height)) if found else (0.0, 0.0)

    def size(self, page: int) -> tuple[int, int]:
        """Width and height in pixels as :meth:`grey` renders the page."""
        with self._opened_page(page, None) as opened:
            return opened.size

    def grey(self, page: int, max_pixels: int | None = None, longest: int | None = None) -> NDArray[np.uint8]:
        """Render a page at the resolution of its scan, or at :attr:`PdfCriteria.dpi` where it is drawn.

        Parameters
        ----------
        page
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
        with self._opened_page(page, max_pixels) as opened:
            width, height = opened.size
            factor = min(1.0, longest / max(opened.size)) if longest else 1.0
            width, height = max(1, round(width * factor)), max(1, round(height * factor))
            bitmap = pdfium.PdfBitmap.new_native(width, height, pdfium_c.FPDFBitmap_Gray)
            bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
            flags = pdfium_c.FPDF_ANNOT | pdfium_c.FPDF_GRAYSCALE
            pdfium_c.FPDF_RenderPageBitmap(bitmap, opened.handle, 0, 0, width, height, 0, flags)
            grey = bitmap.to_numpy().reshape(height, -1)[:, :width].copy()
            bitmap.close()
            if grey.min() == grey.max():  # PDFium leaves white what it cannot decode
                _decode(opened)
            return grey

    def is_stretched(self, page: int) -> bool:
        """Whether it was stretched: no page of a PDF is."""
        return False

    @contextmanager
    def _opened_page(self, page: int, max_pixels: int | None) -> Iterator[PdfPage]:
        name = f"page {page + 1} of {self.path.name}"
        try:
            handle = self.document[page]
        except (pdfium.PdfiumError, IndexError) as error:
            raise ScanError(f"{name} is missing or damaged; download or save it again") from error
        try:
            found = _images(handle)
            images, scale, drawn = _resolution(handle, found, find_mask_sizes(self.path))
            across, down = handle.get_width(), handle.get_height()
            if drawn and max_pixels is not None:  # what is drawn has no pixels of its own
                scale = min(scale, (max_pixels / (max(across, 1) * max(down, 1))) ** 0.5 * 0.999)
            size = (max(1, round(across * scale)), max(1, round(down * scale)))
            for width, height in [size, *(image.get_px_size() for image in found)]:
                if max_pixels is not None and width * height > max_pixels:
                    raise ScanError(over_the_limit(name, width, height, max_pixels))
            yield PdfPage(name, handle, images, size)
        except pdfium.PdfiumError as error:
            raise ScanError(f"{name} is damaged; download or save it again") from error
        finally:
            handle.close()


@contextmanager
def open_pdf(path: Path) -> Iterator[PdfFile]:
    """Open a PDF.

    Raises
    ------
    ScanError
        It cannot be opened, or has no pages.
    """
    with path.open("rb") as file:  # says what the system says where it cannot be read
        begin = file.read(1024)
        length = file.seek(0, 2)
        file.seek(max(0, length - _END))
        end = file.read()
    try:
        document = pdfium.PdfDocument(path)
    except pdfium.PdfiumError as error:
        if b"%PDF" not in begin:
            raise ScanError(f"{path.name} is not a PDF, or is damaged; download or save it again") from error
        if b"/Encrypt" in end or b"/Encrypt" in path.read_bytes():
            raise ScanError(
                f"{path.name} is protected by a password; save it without one, or as images"
            ) from error
        if b"/Count 0" in end + begin:
            raise ScanError(f"{path.name} has no pages; download or save it again") from error
        raise ScanError(f"{path.name} is not a PDF, or is damaged; download or save it again") from error
    try:
        if b"%%EOF" not in end:
            raise ScanError(f"{path.name} is damaged or incomplete (it has no end); download it again")
        if not len(document):
            raise ScanError(f"{path.name} has no pages; download or save it again")
        yield PdfFile(path, document)
    finally:
        document.close()


def _objects(page: pdfium.PdfPage, kind: int) -> Iterator[pdfium.PdfObject]:
    """Objects of a page: not more than a page has, however often it repeats its forms."""
    return islice(page.get_objects(filter=[kind], max_depth=_MAX_FORMS), FILES.max_objects)


def _images(page: pdfium.PdfPage) -> list[pdfium.PdfImage]:
    return list(_objects(page, pdfium_c.FPDF_PAGEOBJ_IMAGE))


def _resolution(
    page: pdfium.PdfPage, images: list[pdfium.PdfImage], masks: dict[tuple[int, int], tuple[int, int]]
) -> tuple[tuple[pdfium.PdfImage, ...], float, bool]:
    """Find the images that cover a page, how many pixels a point has in the finest of them, and if that is not heeded.

    A layered scan has its letters in the mask of an image, which is finer than the image. Text that is seen is drawn:
    then a coarse picture behind it does not decide.
    """
    area = page.get_width() * page.get_height()
    covering, finest, is_scan = [], 0.0, False
    for image in images:
        matrix = image.get_matrix()
        container = image.container
        while container is not None:
            matrix = matrix.multiply(container.get_matrix())
            container = container.container
        if abs(matrix.a * matrix.d - matrix.b * matrix.c) >= PDF.min_covered * area:
            size = image.get_px_size()
            covering.append(image)
            across, down = np.hypot(matrix.a, matrix.b), np.hypot(matrix.c, matrix.d)
            for width, height in (size, masks.get(size, size)):
                finest = max(finest, float(width / across), float(height / down))
                is_scan = is_scan or min(width, height) >= PDF.min_side
    drawn = not covering or (
        not is_scan
        and any(
            pdfium_c.FPDFTextObj_GetTextRenderMode(text) != pdfium_c.FPDF_TEXTRENDERMODE_INVISIBLE
            for text in _objects(page, pdfium_c.FPDF_PAGEOBJ_TEXT)
        )
    )
    return tuple(covering), max(finest, PDF.dpi / _POINTS) if drawn else finest, drawn


def _decode(page: PdfPage) -> None:
    for image in page.images:
        try:
            image.get_bitmap()
        except pdfium.PdfiumError as error:
            raise ScanError(
                f"{page.name} is damaged (its image cannot be decoded); download or save it again"
            ) from error
