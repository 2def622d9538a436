from __future__ import annotations

import os
import struct
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin
from PIL.PngImagePlugin import PngInfo

from tablekin.errors import ScanError
from tablekin.ingest.image import image_size, load_image

GREY = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5


def touch(path: Path, image: np.ndarray = GREY) -> Path:
    Image.fromarray(image).save(path)
    return path


@pytest.mark.parametrize(
    ("image", "expected"),
    [
        (Image.fromarray(GREY), GREY),
        (Image.fromarray(np.repeat(GREY[..., None], 3, 2)), GREY),
        (Image.fromarray(GREY.astype(np.uint16) * 257), GREY / 235 * 255 * 235 / 255),
        (Image.fromarray(GREY.astype(np.int32)), GREY),
        (Image.fromarray(GREY.astype(np.float32) / 255), GREY),
        (Image.fromarray(np.dstack([GREY, np.full_like(GREY, 255)])), GREY),
        (Image.fromarray(np.dstack([GREY, np.zeros_like(GREY)])), np.full_like(GREY, 255)),
        (Image.fromarray(GREY > 100), np.where(GREY > 100, 255, 0)),
        (Image.fromarray(GREY).convert("P"), GREY),
    ],
    ids=["grey", "rgb", "16 bits", "32 bits", "float", "opaque", "transparent", "bilevel", "palette"],
)
def test_every_colour_mode_becomes_grey(tmp_path, image, expected):
    image.save(tmp_path / "page.tif" if image.mode in ("F", "I", "LA") else tmp_path / "page.png")
    path = next(tmp_path.iterdir())
    found = load_image(path)
    assert found.dtype == np.uint8
    assert np.abs(found.astype(float) - expected).max() <= 1


@pytest.mark.parametrize("compression", ["group4", "tiff_lzw", "tiff_adobe_deflate", "packbits"])
def test_every_compression_of_libraries_scans_is_read(tmp_path, compression):
    Image.fromarray(GREY > 100).save(tmp_path / "page.tif", compression=compression)
    assert np.array_equal(load_image(tmp_path / "page.tif"), np.where(GREY > 100, 255, 0))


def test_a_scan_that_may_not_be_read_is_told(tmp_path, monkeypatch):
    Image.fromarray(GREY).save(tmp_path / "page.png")

    def forbidden(*_args, **_options):
        raise PermissionError(13, "Permission denied", str(tmp_path / "page.png"))

    monkeypatch.setattr(Image, "open", forbidden)
    with pytest.raises(ScanError, match=r"page\.png.*[Pp]ermission"):
        load_image(tmp_path / "page.png")


def test_cmyk_is_black_where_there_is_ink(tmp_path):
    ink = np.zeros((6, 8, 4), np.uint8)
    ink[:, 4:, 3] = 255
    Image.fromarray(ink, "CMYK").save(tmp_path / "page.tif")
    assert load_image(tmp_path / "page.tif").tolist() == [[255] * 4 + [0] * 4] * 6


def test_scanners_12_bits_in_16_use_the_whole_range(tmp_path):
    Image.fromarray(np.array([[0, 2048, 4095]], np.uint16)).save(tmp_path / "page.tif")
    assert load_image(tmp_path / "page.tif").tolist() == [[0, 128, 255]]


@pytest.mark.parametrize(
    ("orientation", "turned"), [(3, np.rot90(GREY, 2)), (6, np.rot90(GREY, -1)), (8, np.rot90(GREY))]
)
def test_exif_orientation_is_obeyed(tmp_path, orientation, turned):
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(GREY).save(tmp_path / "page.png", exif=exif)
    assert (load_image(tmp_path / "page.png") == turned).all()


def test_a_scan_over_the_limit_is_not_decoded(tmp_path):
    touch(tmp_path / "page.png")
    with pytest.raises(ScanError, match=r"8 x 6 pixels.*max_pixels"):
        load_image(tmp_path / "page.png", max_pixels=47)
    assert load_image(tmp_path / "page.png", max_pixels=48).shape == (6, 8)


@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif"])
@pytest.mark.parametrize("share", [0.1, 0.5, 0.95])
def test_a_truncated_scan_is_told_from_a_sound_one(tmp_path, suffix, share):
    noise = np.random.default_rng(0).integers(0, 256, (200, 200)).astype(np.uint8)
    path = touch(tmp_path / f"page{suffix}", noise)
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * share)])
    with pytest.raises(ScanError, match=r"damaged or incomplete"):
        load_image(path)


@pytest.mark.parametrize("content", [b"Dear Sir,", b"GIF89a" + bytes(100), b"%PDF-1.4"])
def test_what_is_no_scan_whatever_its_name_is_told(tmp_path, content):
    (tmp_path / "page.jpg").write_bytes(content)
    with pytest.raises(ScanError, match=r"page\.jpg is not a JPEG"):
        load_image(tmp_path / "page.jpg")


def test_a_link_to_nothing_is_told(tmp_path):
    (tmp_path / "a.png").symlink_to("nowhere.png")
    with pytest.raises(ScanError, match=r"a\.png is a link to a file that is not there"):
        load_image(tmp_path / "a.png")


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ScanError, match="cannot be read: No such file"):
        load_image(tmp_path / "gone.png")


def test_cmyk_jpeg_of_photoshop_is_not_inverted(tmp_path):
    ink = np.zeros((16, 16, 4), np.uint8)
    ink[:, 8:, 3] = 255
    Image.fromarray(ink, "CMYK").save(tmp_path / "page.jpg", quality=100)
    found = load_image(tmp_path / "page.jpg")
    assert found[:, :6].min() > 240
    assert found[:, 10:].max() < 15


def test_a_png_stored_linear_is_shown_as_it_was_seen(tmp_path):
    info = PngInfo()
    info.add(b"gAMA", (100000).to_bytes(4, "big"))
    Image.fromarray(np.array([[0, 55, 255]], np.uint8)).save(tmp_path / "page.png", pnginfo=info)
    assert load_image(tmp_path / "page.png").tolist() == [[0, 127, 255]]


@pytest.mark.parametrize(
    "error",
    [TypeError("'NAType'"), AssertionError(), OverflowError(), struct.error("unpack"), RecursionError()],
)
def test_whatever_is_raised_by_a_library_is_a_reason_for_a_historian(tmp_path, monkeypatch, error):
    path = touch(tmp_path / "page.png")

    def broken(*_args, **_options):
        raise error

    monkeypatch.setattr(Image, "open", broken)
    with pytest.raises(ScanError) as raised:
        load_image(path)
    assert str(raised.value) == "page.png is damaged or incomplete; download or scan it again"


def test_a_scan_that_needs_too_much_memory_is_told(tmp_path, monkeypatch):
    path = touch(tmp_path / "page.png")

    def hungry(*_args, **_options):
        raise MemoryError

    monkeypatch.setattr(Image, "open", hungry)
    with pytest.raises(ScanError, match=r"page\.png needs more memory"):
        load_image(path)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "page.png").symlink_to(tmp_path / "pipe")
    with pytest.raises(ScanError, match=r"page\.png is a pipe or a device"):
        load_image(tmp_path / "page.png")


def test_the_size_of_a_png_is_known_without_decoding_it(tmp_path, monkeypatch):
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.fromarray(GREY).save(tmp_path / "page.png", exif=exif)

    def decode(*_args):
        raise AssertionError("was decoded")

    monkeypatch.setattr(PngImagePlugin.PngImageFile, "load", decode)
    assert image_size(tmp_path / "page.png") == (6, 8)


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_is_none_does_no_harm(tmp_path, value):
    exif = Image.Exif()
    exif[0x0112] = value
    Image.fromarray(GREY).save(tmp_path / "page.jpg", quality=100, exif=exif)
    assert load_image(tmp_path / "page.jpg").shape == GREY.shape


@pytest.mark.parametrize(("suffix", "options"), [("jp2", {}), ("webp", {"lossless": True})])
def test_jpeg_2000_and_webp_are_read(tmp_path, suffix, options):
    Image.fromarray(np.dstack([GREY] * 3)).save(tmp_path / f"page.{suffix}", **options)
    assert np.abs(load_image(tmp_path / f"page.{suffix}").astype(int) - GREY).max() <= 1
