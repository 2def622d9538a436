from __future__ import annotations

from contextlib import suppress
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import tifffile
from PIL import Image

from tablekin.errors import ScanError
from tablekin.ingest.image import image_size, list_pages, load_image, open_scans
from tests.support.places import SHARED

IMAGES = SHARED / "inputs/images"
GREY = (np.add.outer(np.arange(60), np.arange(40)) * 2).astype(np.uint8)
SEEN = {
    1: GREY,
    3: np.rot90(GREY, 2),
    5: GREY.T,
    6: np.rot90(GREY, -1),
    7: np.rot90(GREY, 2).T,
    8: np.rot90(GREY),
}


@pytest.mark.parametrize("orientation", SEEN)
@pytest.mark.parametrize(
    ("compression", "tile", "depth"),
    list(product((None, "deflate"), (None, (16, 16)), (np.uint8, np.uint16))),
)
def test_a_turned_page_is_seen_upright_however_it_is_stored(tmp_path, orientation, compression, tile, depth):
    stored = GREY if depth is np.uint8 else GREY.astype(depth) * 257
    path = tmp_path / "page.tif"
    turned = [(274, "H", 1, orientation, True)]
    tifffile.imwrite(
        path, stored, compression=compression, tile=tile, photometric="minisblack", extratags=turned
    )
    seen = SEEN[orientation]
    assert image_size(path) == seen.shape[::-1]
    assert np.array_equal(load_image(path), seen)


def test_an_orientation_that_is_no_number_does_no_harm(tmp_path):
    path = tmp_path / "page.tif"
    tifffile.imwrite(path, GREY, photometric="minisblack", extratags=[(274, "s", 0, "sideways", True)])
    assert np.array_equal(load_image(path), GREY)


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("kind", [np.uint8, np.uint16, np.float32])
@pytest.mark.parametrize("planar", ["contig", "separate"])
def test_colours_of_every_depth_and_layout_become_their_brightness(tmp_path, planar, kind, order):
    colours = np.dstack([GREY, GREY[::-1], 255 - GREY])
    expected = np.asarray(Image.fromarray(colours).convert("L"), int)
    deep = colours.astype(float) * {np.uint8: 1, np.uint16: 257, np.float32: 1 / 255}[kind]
    stored = (
        deep.astype(kind)
        if planar == "contig"
        else np.ascontiguousarray(np.moveaxis(deep, 2, 0).astype(kind))
    )
    path = tmp_path / "page.tif"
    tifffile.imwrite(path, stored, byteorder=order, planarconfig=planar, photometric="rgb", rowsperstrip=7)
    assert np.abs(load_image(path) - expected).max() <= 2


@pytest.mark.parametrize("order", "<>")
@pytest.mark.parametrize("compression", [None, "deflate"])
@pytest.mark.parametrize("kind", [np.int16, np.int32, np.uint32, np.float32, np.float64])
def test_numbers_of_every_kind_become_grey(tmp_path, kind, compression, order):
    stored = (GREY / 255 if np.dtype(kind).kind == "f" else GREY.astype(float) * 4).astype(kind)
    path = tmp_path / "page.tif"
    tifffile.imwrite(path, stored, byteorder=order, compression=compression, photometric="minisblack")
    assert np.corrcoef(load_image(path).ravel(), GREY.ravel())[0, 1] > 0.999


def test_a_narrow_range_of_16_bits_is_stretched(tmp_path):
    path = tmp_path / "page.tif"
    tifffile.imwrite(path, GREY.astype(np.uint16) * 8 + 20000, photometric="minisblack")
    found = load_image(path)
    assert found.min() == 0
    assert found.max() == 255
    assert np.corrcoef(found.ravel(), GREY.ravel())[0, 1] > 0.999


def test_libtiff_keeps_its_complaints_to_itself(tmp_path, capfd):
    path = tmp_path / "page.tif"
    Image.fromarray(GREY).save(path, compression="tiff_adobe_deflate")
    with Image.open(path) as image:
        (strip,) = image.tag_v2[273]
    content = bytearray(path.read_bytes())
    content[strip : strip + 4] = bytes(4)
    path.write_bytes(content)
    with Image.open(path) as image, suppress(OSError):
        image.load()
    assert "ZIPDecode" in capfd.readouterr().err
    with suppress(ScanError):
        load_image(path)
    assert capfd.readouterr().err == ""


def test_it_is_told_which_images_were_stretched(tmp_path):
    for name, values in (
        ("narrow.tif", GREY.astype(np.uint16) * 8 + 20000),
        ("narrow.png", GREY.astype(np.uint16) * 8 + 20000),
        ("wide.tif", GREY.astype(np.uint16) * 200),
        ("plain.tif", GREY),
    ):
        if name.endswith("tif"):
            tifffile.imwrite(tmp_path / name, values, photometric="minisblack")
        else:
            Image.fromarray(values).save(tmp_path / name)
        with open_scans(tmp_path / name) as file:
            file.grey(0)
            assert file.is_stretched(0) == name.startswith("narrow")


def test_smaller_copies_that_do_not_say_so_are_no_pages_and_small_pages_are(tmp_path):
    half = GREY[::2, ::2]
    for name, images in {
        "copies": [GREY, half, half[::2, ::2]],
        "pages": [GREY, 255 - half, GREY[::-1]],
    }.items():
        with tifffile.TiffWriter(tmp_path / f"{name}.tif") as file:
            for image in images:
                file.write(np.ascontiguousarray(image), photometric="minisblack", metadata=None)
    assert list_pages(tmp_path / "copies.tif") == ([0], 3)
    assert list_pages(tmp_path / "pages.tif") == ([0, 1, 2], 3)


def test_a_chain_that_breaks_off_has_a_page_more_that_fails(tmp_path):
    path = tmp_path / "book.tif"
    tifffile.imwrite(path, np.stack([GREY, GREY]), photometric="minisblack", metadata=None)
    with tifffile.TiffFile(path) as file:
        second = file.pages[1].offset
    path.write_bytes(path.read_bytes().replace(second.to_bytes(4, "little"), (1 << 30).to_bytes(4, "little")))
    assert list_pages(path) == ([0, 1], 2)
    assert np.array_equal(load_image(path, 0), GREY)
    with pytest.raises(ScanError, match=r"page 2 of book\.tif is missing or damaged"):
        load_image(path, 1)


def test_a_book_is_opened_once_for_all_its_pages(tmp_path, monkeypatch):
    path = tmp_path / "book.tif"
    tifffile.imwrite(path, np.stack([GREY] * 50), photometric="minisblack", metadata=None)
    opened = []
    open_file = Path.open
    monkeypatch.setattr(Path, "open", lambda self, *args: opened.append(self) or open_file(self, *args))
    with open_scans(path) as file:
        assert [file.shape(page) for page in file.pages] == [(40, 60)] * 50
    assert len(opened) <= 3


def test_more_pages_than_a_book_has_are_refused(tmp_path, monkeypatch):
    monkeypatch.setattr("tablekin.ingest.tiff.FILES", type("Few", (), {"max_pages": 2}))
    path = tmp_path / "book.tif"
    tifffile.imwrite(path, np.stack([GREY] * 3), photometric="minisblack", metadata=None)
    with pytest.raises(ScanError, match="more than 2 pages; split it"):
        list_pages(path)


@pytest.mark.parametrize("name", ["tf_jpeg2000.tif", "tf_webp.tif", "f_exif6.tif", "f_tifffile_o6_None.tif"])
def test_the_layouts_of_libraries_are_read_as_the_page_they_were_made_of(name):
    if not IMAGES.is_dir():
        pytest.skip("needs the shared inputs")
    assert np.array_equal(load_image(IMAGES / name), load_image(IMAGES / "00_base.png"))


def test_a_compression_that_cannot_be_read_is_named(tmp_path):
    path = tmp_path / "page.tif"
    Image.fromarray(GREY).save(path, compression="tiff_lzw")
    raw = bytearray(path.read_bytes())
    with tifffile.TiffFile(path) as file:
        place = file.pages[0].tags["Compression"].valueoffset
    raw[place : place + 2] = (34661).to_bytes(2, "little")
    path.write_bytes(raw)
    with pytest.raises(
        ScanError, match=r"page\.tif uses a compression that is not supported inside a TIFF \(JBIG\)"
    ):
        load_image(path)


def test_a_fax_whose_lines_are_damaged_is_refused_and_not_read_as_if_nothing_were(tmp_path):
    good, damaged = tmp_path / "good.tif", tmp_path / "page.tif"
    page = np.kron(np.random.default_rng(0).random((30, 20)) < 0.7, np.ones((6, 6))) > 0
    Image.fromarray(page).save(good, compression="group4")
    content = bytearray(good.read_bytes())
    with tifffile.TiffFile(good) as file:
        middle = file.pages[0].dataoffsets[0] + file.pages[0].databytecounts[0] // 2
    content[middle : middle + 4] = b"\xff" * 4
    damaged.write_bytes(content)
    np.testing.assert_array_equal(load_image(good) > 128, page)
    with pytest.raises(ScanError, match="fax compression cannot be decoded"):
        load_image(damaged)
