"""Pages of the pool: their digits stand on their ink, and they are read as they were written."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from training_pool import in_fractions, load_page, make_training_page, save_page


def test_digits_stand_on_ink_and_pages_are_kept_as_they_are(tmp_path) -> None:
    page = make_training_page((1, 3))
    assert len(page.digit) == len(page.boxes) == len(page.ignore) > 0
    counted = page.boxes[~page.ignore]
    heights = counted[:, 3] - counted[:, 1]
    assert 10 < np.median(heights) < 30  # the frame of the network: digits about 20 pixels high
    inside = [
        page.ink[round(max(y0, 0)) : round(y1) + 1, round(max(x0, 0)) : round(x1) + 1].max()
        for x0, y0, x1, y1 in counted
    ]
    assert np.mean(np.array(inside) > 100) > 0.9
    save_page(page, tmp_path / "1-000003.png")
    again = load_page(tmp_path / "1-000003.png")
    for name in ("ink", "digit", "boxes", "ignore"):
        np.testing.assert_array_equal(getattr(again, name), getattr(page, name))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["1-000003.npz", "1-000003.png"]


def test_a_page_that_cannot_be_read_is_named(tmp_path) -> None:
    (tmp_path / "a.png").write_bytes(b"no image")
    with pytest.raises(FileNotFoundError, match=r"a\.png: not a readable page"):
        load_page(tmp_path / "a.png")


def test_digits_of_fractions_are_background_and_the_fraction_is_a_mark() -> None:
    digits = pd.DataFrame(
        {
            "digit": [5, 3, 4, 7],
            "x0": [0, 20, 26, 40],
            "y0": [0, 0, 9, 0],
            "x1": [9, 25, 33, 49],
            "y1": [20, 9, 20, 20],
        }
        | {"ignore": [False, True, True, True]}
    )
    marks = pd.DataFrame({"mark": ["¾", "."], "x0": [19, 39], "y0": [0, 0], "x1": [34, 50], "y1": [20, 20]})
    assert in_fractions(digits, marks).tolist() == [False, True, True, False]
