from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial import KDTree

from tablekin.config import RunConfig
from tablekin.digitize import digitize, load_readers, to_original
from tablekin.digitize.stage import drop_parts
from tablekin.digitize.thresholds import SCALE
from tablekin.document import analyse_document
from tablekin.models.networks.marks import mark_index
from tablekin.page import Detections, MarkDetections, PageFlag
from tablekin.sample.degradation.degrade import degrade, random_degradation
from tablekin.sample.plan import plan_archive
from tablekin.sample.typesetting.typeset import set_page

BED = 120  # pixels of it on each side


@pytest.fixture(scope="module")
def sheet():
    """A generated page with a table, scanned without anything around it."""
    planned = next(page for page in plan_archive(8, 3).pages if page.metadata["kind"] == "table")
    rng = np.random.default_rng(planned.seed)
    clean = set_page(planned.content, planned.style, rng)
    aging = replace(random_degradation(rng, 0.3, upright=True), neighbour=0.0, border=(0.0,) * 4)
    image = degrade(clean, aging, rng).image
    return image if image.ndim == 2 else image.mean(2).astype(np.uint8)


def cells(image):
    tables = analyse_document(image, "page", RunConfig())
    regions, digits = tables["regions"], tables["digits"]
    return regions[regions["kind"] == "cell"].reset_index(drop=True), digits


@pytest.mark.parametrize("dark", [4, 60])
def test_a_bed_of_any_darkness_changes_no_cell(sheet, dark):
    height, width = sheet.shape
    noise = np.random.default_rng(0).normal(dark, 4, (height + 2 * BED, width + 2 * BED))
    scan = np.clip(noise, 0, 255).astype(np.uint8)
    scan[BED : BED + height, BED : BED + width] = sheet
    alone, _ = cells(sheet)
    found, digits = cells(scan)
    assert found[["table_id", "row", "col"]].equals(alone[["table_id", "row", "col"]])
    assert (found["text"] == alone["text"]).mean() > 0.98
    inside = digits["x0"].between(BED - 2, BED + width) & digits["y0"].between(BED - 2, BED + height)
    assert inside.all()
    for side in ("x0", "y0", "x1", "y1"):
        assert (found[side] - alone[side] - BED).abs().median() < 3


def test_the_pixels_and_the_digits_of_a_page_are_bounded(true_pages, monkeypatch):
    grey = true_pages[0].grey
    plain, _ = digitize(grey, load_readers(), threshold=0.17)
    size = plain.ink.size
    bound = replace(SCALE, usual_pixels=size // 4, max_pixels=size // 2, max_detections=60)
    monkeypatch.setattr("tablekin.digitize.stage.SCALE", bound)
    page, _ = digitize(grey, load_readers(), threshold=0.17)
    assert plain.flags == ()
    assert page.flags == (PageFlag.REDUCED, PageFlag.CROWDED)
    assert page.ink.size == pytest.approx(plain.ink.size / 2, rel=0.01)
    assert 30 < len(page.digits) <= 60
    assert len(page.marks) <= 60
    monkeypatch.setattr("tablekin.digitize.stage.SCALE", replace(SCALE, usual_pixels=round(0.9 * size)))
    little, _ = digitize(grey, load_readers(), threshold=0.17)
    assert little.ink.size == pytest.approx(0.9 * size, rel=0.01)


@pytest.mark.parametrize("turned", [0, 1])
def test_the_digits_of_a_turned_page_are_found_where_they_are_printed(true_pages, turned):
    true = true_pages[turned]
    page, _ = digitize(true.grey, load_readers(), threshold=0.17)
    boxes = to_original(page.digits.boxes, page.to_original)
    printed = true.digits[["x0", "y0", "x1", "y1"]].to_numpy()
    distance, nearest = KDTree((boxes[:, :2] + boxes[:, 2:]) / 2).query((printed[:, :2] + printed[:, 2:]) / 2)
    right = (distance < true.digit_height / 3) & (page.digits.digit[nearest] == true.digits["digit"])
    legible = ~true.digits["ignore"].to_numpy()
    assert legible.sum() > 100
    assert right[legible].mean() > 0.97
    assert len(page.digits) < 1.05 * len(printed)


def test_the_small_digits_of_a_fraction_are_left_out_and_its_neighbours_stay() -> None:
    boxes = np.array([[0, 0, 10, 20], [12, 0, 18, 9], [22, 11, 29, 20], [30, 0, 40, 20]], np.float32)
    digits = Detections.from_boxes(np.array([5, 3, 4, 7], np.int8), np.ones(4, np.float32), boxes)
    fraction = np.array([[12, 0, 28, 20]], np.float32)
    mark = MarkDetections(np.array([mark_index("¾")], np.int16), np.full(1, 0.9, np.float32), fraction)
    assert drop_parts(digits, mark).digit.tolist() == [5, 7]
    assert len(drop_parts(digits, replace(mark, score=np.full(1, 0.5, np.float32)))) == 4
    assert len(drop_parts(digits, replace(mark, mark=np.array([mark_index("+")], np.int16)))) == 4
