import numpy as np
import pytest
from PIL import Image

from tablekin.errors import ScanError, UsageError
from tablekin.ingest.image import load_image
from tablekin.ingest.scans import identify, list_scans

GREY = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5


def names(folder, known=None):
    return [scan.doc_id for scan in identify(list_scans([folder]), known or {})]


def touch(path, image=GREY):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return path


def test_folders_are_searched_at_any_depth_and_other_files_counted(tmp_path):
    for name in ("b/2.PNG", "a.jpg", "b/c/3.tif", ".thumbs/x.txt"):
        touch(tmp_path / name) if not name.endswith("txt") else None
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / "book.djvu").write_text("")
    (tmp_path / "._a.jpg").write_text("what macOS leaves behind")
    listing = list_scans([tmp_path])
    assert listing.sources == ("a.jpg", "b/2.PNG", "b/c/3.tif")
    assert listing.ignored == {".djvu": 1, ".txt": 1}


def test_files_and_folders_share_their_common_folder_as_root(tmp_path):
    touch(tmp_path / "x/one/1.png")
    touch(tmp_path / "x/two/2.png")
    listing = list_scans([tmp_path / "x/one/1.png", tmp_path / "x/two"])
    assert listing.root == tmp_path / "x"
    assert listing.sources == ("one/1.png", "two/2.png")


def test_what_cannot_be_a_scan_is_refused_when_named(tmp_path):
    (tmp_path / "book.djvu").write_text("")
    with pytest.raises(UsageError, match=r"book\.djvu is not a JPEG"):
        list_scans([tmp_path / "book.djvu"])
    with pytest.raises(UsageError, match="does not exist"):
        list_scans([tmp_path / "nowhere"])


def test_names_are_safe_and_distinct_on_any_file_system(tmp_path):
    sources = ["Tabulæ à/1r.png", "con.png", "a b.png", "a_b.png", "A_B.jpg", "星.png", "x" * 120 + ".png"]
    for source in sources:
        touch(tmp_path / source)
    found = names(tmp_path)
    assert len({name.casefold() for name in found}) == len(sources)
    assert all(
        set(name) <= set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-")
        for name in found
    )
    assert max(map(len, found)) <= 100
    assert "con" not in found
    assert found == names(tmp_path)


def test_a_known_name_stays_when_a_rival_comes(tmp_path):
    touch(tmp_path / "1.png")
    (first,) = names(tmp_path)
    touch(tmp_path / "1.jpg")  # sorted before the png
    known = {("1.png", 0): first}
    found = names(tmp_path, known)
    assert found[1] == first == "1"
    assert found[0].startswith("1_")


def test_pages_of_a_tiff_are_documents_but_thumbnails_are_not(tmp_path):
    pages = [Image.fromarray(GREY + shift) for shift in (0, 1, 2)]
    thumbnail = Image.fromarray(GREY[:2, :2])
    thumbnail.encoderinfo = {"tiffinfo": {254: 1}}
    pages[0].save(tmp_path / "book.tif", save_all=True, append_images=[*pages[1:], thumbnail])
    scans = list(identify(list_scans([tmp_path]), {}))
    assert [(scan.doc_id, scan.page_index) for scan in scans] == [
        ("book_p0001", 0),
        ("book_p0002", 1),
        ("book_p0003", 2),
    ]
    for shift, scan in enumerate(scans):
        assert (load_image(scan.path, scan.page_index) == GREY + shift).all()


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


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ScanError, match="cannot be read: No such file"):
        load_image(tmp_path / "gone.png")


def test_every_kind_of_useless_scan_has_a_reason_of_its_own(tmp_path):
    (tmp_path / "empty.jpg").touch()
    (tmp_path / "folder.jpg").mkdir()
    (tmp_path / "page.jpg").write_text("<html><body>404</body></html>")
    (tmp_path / "gone.tif").symlink_to(tmp_path / "nowhere.tif")
    reasons = {
        "empty.jpg": r"is empty \(0 bytes\)",
        "folder.jpg": "is a folder, not a scan",
        "page.jpg": r"is a web page",
        "gone.tif": "cannot be read: No such file",
    }
    scans = list(identify(list_scans([tmp_path]), {}))
    assert {scan.source for scan in scans} == set(reasons)
    for scan in scans:
        with pytest.raises(ScanError, match=rf"{scan.source}.*{reasons[scan.source]}"):
            load_image(scan.path, scan.file_page)


def test_cmyk_jpeg_of_photoshop_is_not_inverted(tmp_path):
    ink = np.zeros((16, 16, 4), np.uint8)
    ink[:, 8:, 3] = 255
    Image.fromarray(ink, "CMYK").save(tmp_path / "page.jpg", quality=100)
    found = load_image(tmp_path / "page.jpg")
    assert found[:, :6].min() > 240
    assert found[:, 10:].max() < 15


def test_a_png_stored_linear_is_shown_as_it_was_seen(tmp_path):
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add(b"gAMA", (100000).to_bytes(4, "big"))
    Image.fromarray(np.array([[0, 55, 255]], np.uint8)).save(tmp_path / "page.png", pnginfo=info)
    assert load_image(tmp_path / "page.png").tolist() == [[0, 127, 255]]
