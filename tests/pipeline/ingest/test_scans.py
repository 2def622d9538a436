import hashlib

import numpy as np
import pytest
from PIL import Image

from tablekin.errors import ScanError
from tablekin.ingest.image import load_image
from tablekin.ingest.listing import list_scans
from tablekin.ingest.scans import identify

GREY = np.arange(6 * 8, dtype=np.uint8).reshape(6, 8) * 5


def names(folder, known=None):
    return [scan.doc_id for scan in identify(list_scans([folder]), known or {})]


def touch(path, image=GREY):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)
    return path


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
        "gone.tif": "is a link to a file that is not there",
    }
    scans = list(identify(list_scans([tmp_path]), {}))
    assert {scan.source for scan in scans} == set(reasons)
    for scan in scans:
        with pytest.raises(ScanError, match=rf"{scan.source}.*{reasons[scan.source]}"):
            load_image(scan.path, scan.file_page)


def test_a_name_that_looks_like_a_marked_one_is_no_rival(tmp_path):
    mark = hashlib.sha256(b"a.png").hexdigest()[:8]
    for name in ("a.jpg", "a.png", f"a_{mark}.png", f"a_{mark}.jpg"):
        touch(tmp_path / name)
    found = names(tmp_path)
    assert len(set(found)) == 4
    grown = names(tmp_path, {("a.png", 0): f"a_{mark}"})
    assert len(set(grown)) == 4


def test_a_name_that_is_no_text_or_steers_a_terminal_is_written_plainly(tmp_path):
    for name in (b"tab\xffle.png", b"red\x1b[31m.png"):
        with open(bytes(tmp_path) + b"/" + name, "wb") as file:  # noqa: PTH123
            file.write(touch(tmp_path / "ok.png").read_bytes())
    scans = list(identify(list_scans([tmp_path]), {}))
    assert {scan.source for scan in scans} == {"ok.png", r"red\x1b[31m.png", r"tab\udcffle.png"}
    assert all((load_image(scan.path) == GREY).all() for scan in scans)
