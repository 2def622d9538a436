from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tablekin.digitize.normalization import extract_ink
from tablekin.digitize.skew import find_skew
from tablekin.sample.degradation.degrade import degrade, random_degradation
from tablekin.sample.plan import plan_archive
from tablekin.sample.typesetting.typeset import set_page


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


def test_a_blank_page_is_level() -> None:
    assert find_skew(np.zeros((400, 300), np.float32)) == 0
