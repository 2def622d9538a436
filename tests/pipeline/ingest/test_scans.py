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
