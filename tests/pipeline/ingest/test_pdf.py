from __future__ import annotations

from pathlib import Path

import numpy as np
import pypdfium2 as pdfium
import pytest
from PIL import Image, ImageDraw

from tablekin.config import IngestConfig
from tablekin.errors import ScanError
from tablekin.ingest.image import image_size, list_pages, load_image
from tablekin.ingest.listing import list_scans
from tablekin.ingest.scans import identify
from tests.support.places import FIXTURES, SHARED

LOCKED = FIXTURES / "locked.pdf"  # an empty page, made with pypdf, RC4 of 128 bits
PDFS = SHARED / "inputs/pdf"
NOISE = np.random.default_rng(0).integers(0, 256, (60, 40)).astype(np.uint8)


def scanned(path: Path, *pages: np.ndarray, **options: str) -> Path:
    """Write a PDF whose pages are images and nothing else."""
    first, *others = [Image.fromarray(page) for page in pages]
    first.save(path, save_all=True, append_images=others, resolution=72, quality=95, **options)
    return path


def test_a_scanned_page_is_read_at_the_resolution_of_its_scan(tmp_path):
    smooth = np.add.outer(np.arange(60), np.arange(40)).astype(np.uint8) * 2
    path = scanned(tmp_path / "book.pdf", smooth, np.ascontiguousarray(smooth.T))
    assert image_size(path, 0) == (40, 60)
    assert np.abs(load_image(path, 0).astype(int) - smooth).max() <= 6  # JPEG inside
    assert load_image(path, 1).shape == (40, 60)


def test_a_page_without_a_scan_is_drawn_at_300_dpi(tmp_path):
    document = pdfium.PdfDocument.new()
    document.new_page(144, 72)
    document.save(tmp_path / "drawn.pdf")
    assert image_size(tmp_path / "drawn.pdf") == (600, 300)
    assert (load_image(tmp_path / "drawn.pdf") == 255).all()


def test_every_page_is_a_document_with_a_lasting_name(tmp_path):
    scanned(tmp_path / "book.pdf", NOISE, NOISE, NOISE)
    scans = list(identify(list_scans([tmp_path]), {}, IngestConfig()))
    assert [(scan.doc_id, scan.page_index) for scan in scans] == [
        ("book_p0001", 0),
        ("book_p0002", 1),
        ("book_p0003", 2),
    ]


def test_a_page_over_the_limit_is_not_decoded(tmp_path):
    path = scanned(tmp_path / "book.pdf", NOISE)
    with pytest.raises(ScanError, match=r"page 1 of book\.pdf has 40 x 60 pixels.*max_pixels"):
        load_image(path, 0, max_pixels=2399)
    assert load_image(path, 0, max_pixels=2400).shape == (60, 40)


@pytest.mark.parametrize("share", [0.2, 0.6, 0.95])
def test_a_truncated_file_is_told_from_a_sound_one(tmp_path, share):
    path = scanned(tmp_path / "book.pdf", NOISE)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ScanError, match=r"book\.pdf is .*damaged.*download"):
        load_image(path)


def test_what_a_server_added_behind_the_end_does_no_harm(tmp_path):
    path = scanned(tmp_path / "book.pdf", NOISE)
    path.write_bytes(path.read_bytes() + bytes(8000))
    assert load_image(path).shape == (60, 40)


def test_what_is_no_pdf_is_told(tmp_path):
    (tmp_path / "book.pdf").write_text("Dear Sir,")
    with pytest.raises(ScanError, match=r"book\.pdf is not a PDF"):
        load_image(tmp_path / "book.pdf")


def test_a_locked_file_is_told():
    with pytest.raises(ScanError, match=r"locked\.pdf is protected by a password; save it without"):
        load_image(LOCKED)


def test_a_reduced_image_shows_the_same(tmp_path):
    page = Image.new("L", (1200, 800), 255)
    ImageDraw.Draw(page).rectangle((300, 200, 899, 599), fill=0)
    path = scanned(tmp_path / "book.pdf", np.asarray(page))
    small = load_image(path, 0, longest=300)
    assert small.shape == (200, 300)
    assert abs(float((small < 128).mean()) - 0.25) < 0.02


def empty_pdf(path: Path, count: int) -> Path:
    """Write a PDF of one empty page that says it has ``count``."""
    kids = b"[3 0 R]" if count else b"[]"
    path.write_bytes(
        b"%%PDF-1.7\n1 0 obj\n<</Type/Catalog/Pages 2 0 R>>\nendobj\n2 0 obj\n<</Type/Pages/Kids%b/Count %d>>\nendobj\n"
        b"3 0 obj\n<</Type/Page/Parent 2 0 R/MediaBox[0 0 300 300]>>\nendobj\ntrailer<</Size 4/Root 1 0 R>>\n%%%%EOF\n"
        % (kids, count)
    )
    return path


def test_a_file_without_pages_is_told_from_a_locked_one(tmp_path):
    with pytest.raises(ScanError, match=r"book\.pdf has no pages"):
        list_pages(empty_pdf(tmp_path / "book.pdf", 0))


def test_pages_that_are_not_there_are_told_once(tmp_path):
    path = empty_pdf(tmp_path / "book.pdf", 900)
    assert list_pages(path) == ([0, 1], 900)
    assert load_image(path, 0).shape == (1250, 1250)
    with pytest.raises(ScanError, match=r"page 2 of book\.pdf is missing or damaged"):
        load_image(path, 1)
    with pytest.raises(ScanError, match=r"says that it has 100000 pages"):
        list_pages(empty_pdf(tmp_path / "long.pdf", 100_000))


@pytest.mark.parametrize(
    ("name", "size"),
    [
        ("b103_bg3_fg1.pdf", (4175, 6368)),
        ("b103_bg4_fg12.pdf", (4175, 6368)),
        ("ocr_text_under_image_72dpi.pdf", (3000, 5545)),
        ("page3000px_72dpi_footer.pdf", (3000, 5545)),
    ],
)
def test_the_finest_layer_of_a_scan_decides_whatever_is_printed_on_it(name, size):
    if not PDFS.is_dir():
        pytest.skip("needs the shared inputs")
    assert image_size(PDFS / name) == size
