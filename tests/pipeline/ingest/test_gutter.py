from __future__ import annotations

import cv2
import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tablekin.config import IngestConfig, RunConfig
from tablekin.errors import UsageError
from tablekin.ingest.gutter import find_gutter
from tablekin.ingest.image import load_image
from tablekin.ingest.listing import list_scans
from tablekin.ingest.scans import identify, load_scan, pick_scan
from tablekin.ingest.thresholds import GUTTER
from tablekin.orchestration.documents import analyse_scan
from tests.support.openings import opening
from tests.support.places import SCANS


@pytest.mark.parametrize("gutter", ["shadow", "bed", "edge"])
def test_two_facing_pages_are_told_by_what_lies_between_them(gutter):
    found = find_gutter(opening(gutter))
    assert found is not None
    assert 0.48 < found[0] < found[1] < 0.53


@pytest.mark.parametrize(
    "page",
    [
        opening("none"),  # two columns of one page
        opening("rule"),  # with a rule between them
        opening("shadow", across=True),  # a table that runs over the fold
        opening("shadow", right=False),  # beside an empty strip
        opening("shadow")[:, 200:800],  # no wider than high
        np.full((700, 1000), 225, np.uint8),
    ],
    ids=["columns", "rule", "across", "empty", "upright", "blank"],
)
def test_what_is_not_plainly_two_pages_is_one(page):
    assert find_gutter(page) is None


@pytest.mark.skipif(not SCANS.is_dir(), reason="the scans are not part of the project")
def test_of_the_real_scans_those_of_openings_are_split():
    scans = [*(SCANS / "early-modern").glob("*.jpg"), *(SCANS / "sphaera-pages").glob("*.jpg")]
    scans += sorted((SCANS / "fort-william").glob("*.jpg"))[::12]
    split = {scan.stem for scan in scans if find_gutter(load_image(scan, longest=GUTTER.side))}
    assert split == {"chase_1866", "seller_pocket_book_1677", "2188_barozzi_cosmografia_1607_p113"}


def test_both_pages_are_documents_and_share_their_coordinates_with_the_image(tmp_path):
    Image.fromarray(opening("shadow")).save(tmp_path / "book.png")
    left, right = identify(list_scans([tmp_path]), {})
    assert [(scan.doc_id, scan.page_index) for scan in (left, right)] == [("book_left", 0), ("book_right", 1)]
    loaded = load_scan(right)
    image, page, begin = loaded.image, loaded.page, loaded.left
    assert (image[:, begin:] == page).all()

    def analyse(page, doc_id, config, device):
        box = dict(zip(("x0", "y0", "x1", "y1"), ([0.0], [0.0], [float(page.shape[1])], [9.0]), strict=True))
        return {
            "regions": pd.DataFrame(box),
            "digits": pd.DataFrame(box),
            "pages": pd.DataFrame({"transform": [np.array([1.0, 0, 0, 0, 1, 0])]}),
        }

    tables = analyse_scan(right, analyse, RunConfig(), "cpu")
    assert tables["regions"][["x0", "x1"]].iloc[0].tolist() == [begin, 1000]
    assert tables["pages"]["transform"].iloc[0][2] == begin
    assert tables["documents"][["width", "height"]].iloc[0].tolist() == [1000, 700]


def test_a_spread_stays_one_document_where_the_config_says_so(tmp_path):
    Image.fromarray(opening("bed")).save(tmp_path / "book.png")
    (scan,) = identify(list_scans([tmp_path]), {}, IngestConfig(split_spreads=False))
    assert (scan.doc_id, scan.page_index, scan.share) == ("book", 0, None)


def test_the_user_says_which_images_show_two_pages(tmp_path):
    def names(**spreads):
        known = {(scan.source, scan.page_index): scan.doc_id for scan in before}
        settled = {scan.doc_id: scan.sha256 for scan in before}
        said = {f"{name}.png": is_spread for name, is_spread in spreads.items()}
        return list(identify(list_scans([tmp_path]), known, IngestConfig(), settled, spreads=said))

    Image.fromarray(opening("shadow")).save(tmp_path / "plain.png")
    Image.fromarray(opening("none")).save(tmp_path / "faint.png")
    before = []
    before = names()
    assert [scan.doc_id for scan in before] == ["faint", "plain_left", "plain_right"]
    again = names(plain=False, faint=True)  # though both were analysed
    assert [scan.doc_id for scan in again] == ["faint_left", "faint_right", "plain"]
    assert [scan.page_index for scan in again] == [0, 1, 0]
    assert (
        again[0].share[1] == again[1].share[0] == pytest.approx(0.5, abs=0.02)
    )  # in the white between columns


def test_indices_of_a_file_do_not_depend_on_what_its_images_show(tmp_path):
    pages = [Image.fromarray(opening(gutter)) for gutter in ("none", "shadow", "none")]
    pages[0].save(tmp_path / "book.tif", save_all=True, append_images=pages[1:])
    scans = list(identify(list_scans([tmp_path]), {}))
    assert [(scan.doc_id, scan.page_index, scan.file_page) for scan in scans] == [
        ("book_p0001", 0, 0),
        ("book_p0002_left", 1, 1),
        ("book_p0002_right", 4, 1),
        ("book_p0003", 2, 2),
    ]


def test_a_page_picked_is_the_document_that_a_run_makes_of_it(tmp_path):
    path = tmp_path / "book.tif"
    pages = [Image.fromarray(opening(gutter)) for gutter in ("none", "shadow", "none")]
    pages[0].save(path, save_all=True, append_images=pages[1:])
    picked = [pick_scan(path, page, side) for page, side in ((1, None), (2, "left"), (2, "right"), (3, None))]
    assert picked == list(identify(list_scans([path]), {}))
    for page, side, word in (
        (None, None, "has 3 pages; say which"),
        (4, None, "no page 4; it has 3"),
        (0, None, "no page 0"),
        (2, None, "two pages; say side"),
        (1, "left", "one page; leave the side out"),
    ):
        with pytest.raises(UsageError, match=word):
            pick_scan(path, page, side)


def test_a_spread_analysed_before_is_not_looked_at_again(tmp_path, monkeypatch):
    Image.fromarray(opening("bed")).save(tmp_path / "book.png")
    scans = list(identify(list_scans([tmp_path]), {}))
    known = {(scan.source, scan.page_index): scan.doc_id for scan in scans}
    settled = {scan.doc_id: scan.sha256 for scan in scans}
    monkeypatch.setattr("tablekin.ingest.scans.find_gutter", lambda image: pytest.fail("looked at it again"))
    again = list(identify(list_scans([tmp_path]), known, IngestConfig(), settled))
    assert [scan.doc_id for scan in again] == ["book_left", "book_right"]


def test_a_fold_between_rows_of_shadow_is_followed_when_it_leans():
    page = opening("shadow")
    lean = cv2.getRotationMatrix2D((500, 350), 1.2, 1.0)
    found = find_gutter(cv2.warpAffine(page, lean, (1000, 700), borderValue=225.0))
    assert found is not None
