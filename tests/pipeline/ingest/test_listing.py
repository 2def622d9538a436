import os

import numpy as np
import pytest
from PIL import Image

from tablekin.errors import UsageError
from tablekin.ingest.listing import list_scans

GREY = np.zeros((6, 8), np.uint8)


def touch(path):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(GREY).save(path)
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


def test_what_programs_put_beside_scans_is_left_out(tmp_path):
    for name in (
        "1.png",
        ".thumbs/1.png",
        "@eaDir/1.png/thumb.jpg",
        "__MACOSX/1.png",
        "corpus/pictures/1.png",
    ):
        touch(tmp_path / name)
    (tmp_path / "corpus/run.json").write_text("{}")
    (tmp_path / "corpus/documents").mkdir()
    listing = list_scans([tmp_path])
    assert listing.sources == ("1.png",)
    assert len(listing.left_out) == 4
    assert list_scans([tmp_path / ".thumbs"]).sources == ("1.png",)  # named by the user


def test_links_to_folders_are_followed_once_and_not_back(tmp_path):
    touch(tmp_path / "volumes/one/1.png")
    scans = tmp_path / "scans"
    scans.mkdir()
    (scans / "one").symlink_to(tmp_path / "volumes/one")
    (scans / "again").symlink_to(tmp_path / "volumes/one")
    (scans / "up").symlink_to(tmp_path)
    (scans / "own").symlink_to(scans)
    listing = list_scans([scans])
    assert listing.sources == ("again/1.png",)
    assert listing.outward == (str(scans / "again/1.png"),)


def test_a_folder_of_links_to_no_file_says_what_they_are(tmp_path):
    for name, target in (("a", "nowhere"), ("b.txt", "nowhere.txt"), ("c.txt", "/dev/null")):
        (tmp_path / name).symlink_to(target)
    listing = list_scans([tmp_path])
    assert (listing.sources, listing.ignored) == ((), {"links to no file": 3})


def test_links_that_lead_out_are_told_and_pipes_left_out(tmp_path):
    touch(tmp_path / "elsewhere.png")
    touch(tmp_path / "scans/1.png")
    (tmp_path / "scans/2.png").symlink_to(tmp_path / "scans/1.png")
    (tmp_path / "scans/3.png").symlink_to(tmp_path / "elsewhere.png")
    os.mkfifo(tmp_path / "scans/4.png")
    listing = list_scans([tmp_path / "scans"])
    assert listing.sources == ("1.png", "2.png", "3.png")
    assert listing.outward == (str(tmp_path / "scans/3.png"),)
    assert listing.ignored == {"pipes and devices": 1}
