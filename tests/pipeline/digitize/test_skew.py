from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
import pytest

from tablekin.digitize.normalization import extract_ink
from tablekin.digitize.skew import find_skew
from tablekin.digitize.transform import working_frame
from tablekin.sample.degradation.degrade import degrade, random_degradation
from tablekin.sample.plan import plan_archive
from tablekin.sample.typesetting.typeset import set_page
from tests.support.openings import opening


def test_the_tilt_of_generated_pages_is_the_archives(true_pages) -> None:
    errors = [
        find_skew(np.rot90(page.ink, page.orientation // 90)) - page.skew_degrees for page in true_pages
    ]
    assert np.abs(errors).max() < 0.45  # a sheet is bent: its lines are not tilted alike
    assert np.median(np.abs(errors)) < 0.25


@pytest.mark.parametrize("skew", [-6.0, -2.5, 4.0])
def test_a_sheet_laid_askew_is_found_so(skew: float) -> None:
    planned = next(page for page in plan_archive(24, seed=2024).pages if page.metadata["kind"] == "table")
    rng = np.random.default_rng(planned.seed)
    clean = set_page(planned.content, planned.style, rng)
    scan = degrade(clean, replace(random_degradation(rng, 0.3, upright=True), skew_degrees=skew), rng)
    assert scan.skew_degrees == skew
    grey = scan.image if scan.image.ndim == 2 else scan.image.mean(2).astype(np.uint8)
    assert abs(find_skew(extract_ink(grey)) - skew) < 0.5


@pytest.mark.parametrize("tilt", [15.0, -20.0])
def test_a_page_far_askew_is_straightened_and_none_of_it_is_cut_off(tilt: float) -> None:
    page = opening("none")[:, :500]
    (height, width), turn = page.shape, cv2.getRotationMatrix2D((0, 0), -tilt, 1)
    corners = np.array([[0, 0], [width, 0], [0, height], [width, height]]) @ turn[:, :2].T
    turn[:, 2] = -corners.min(0)
    size = np.ceil(np.ptp(corners, axis=0)).astype(int)
    scan = cv2.warpAffine(page, turn, size.tolist(), borderValue=250)
    skew = find_skew(extract_ink(scan))
    assert abs(skew - tilt - find_skew(extract_ink(page))) < 0.5
    shape = (scan.shape[0], scan.shape[1])
    affine, (across, down) = working_frame(shape, 0, 1.2, skew, whole=True)
    inside = np.array(
        [[0, 0, 1], [shape[1] - 1, 0, 1], [0, shape[0] - 1, 1], [shape[1] - 1, shape[0] - 1, 1]]
    )
    x, y = affine @ inside.T
    assert min(x.min(), y.min()) > -2
    assert x.max() < across + 2 and y.max() < down + 2


def test_a_blank_page_is_level() -> None:
    assert find_skew(np.zeros((400, 300), np.float32)) == 0
