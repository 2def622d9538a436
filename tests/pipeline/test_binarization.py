from __future__ import annotations

import numpy as np
import pytest
from skimage.filters import threshold_otsu

from tablekin.binarization import BINARIZATION, binarize, darkness
from tablekin.digitize.normalization import extract_ink


def test_darkness_is_the_share_of_the_papers_light_that_is_missing() -> None:
    grey = np.array([[200, 100, 0, 255]], np.uint8)
    found = darkness(grey, np.full((1, 4), 200.0))
    assert found.dtype == np.float32
    assert found.tolist() == [[0, 0.5, 1, 0]]


def test_what_is_darker_than_the_threshold_is_ink() -> None:
    ink = np.array([[0, 0.3, 0.5, 1]], np.float32)
    assert binarize(ink).tolist() == [[0, 0, 1, 1]]
    assert binarize(ink, 0.25).tolist() == [[0, 1, 1, 1]]
    assert binarize(ink).dtype == np.uint8


@pytest.mark.parametrize("exposure", [1.0, 0.6])
def test_shaded_strokes_are_found_as_they_were_drawn(exposure: float) -> None:
    rng = np.random.default_rng(0)
    drawn = np.zeros((400, 500), bool)
    for y in range(40, 360, 24):
        for x in range(40, 460, 16):
            drawn[y : y + 14, x : x + 3] = rng.random() < 0.8
    light = exposure * np.linspace(240, 90, 500)[None] * np.where(drawn, 0.35, 1)
    page = np.clip(light + rng.normal(0, 3, light.shape), 0, 255).astype(np.uint8)
    found = binarize(extract_ink(page)).view(bool)
    assert (found != drawn).mean() < 0.001
    assert (
        (page < threshold_otsu(page)) != drawn
    ).mean() > 0.1  # one threshold for the grey of the page would not do


def test_otsus_threshold_of_the_ink_lies_between_paper_and_strokes_as_the_fixed_one_does() -> None:
    ink = np.concatenate([np.full(900, 0.02), np.full(100, 0.9)]).astype(np.float32)[None]
    assert np.array_equal(binarize(ink), binarize(ink, threshold_otsu(ink)))
    assert 0.02 < BINARIZATION.printed < 0.9
