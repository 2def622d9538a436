"""What becomes of the cells of a month, counted by hand."""

import json

import numpy as np
import pandas as pd
import pytest
from evaluate_weather_rescue import (
    KINDS,
    PUBLISHED,
    judge,
    judge_page,
    read_with_tesseract,
    spread_out,
    sum_up,
)

from tests.support.ocr_engine import fake_engine, printout

TRUE = pd.DataFrame([["9093", "9115"], ["9570", "9594"]])


@pytest.mark.parametrize(
    ("found", "kind"),
    [
        ("9093", "right"),
        ("", "missed"),
        ("093", "short"),
        ("99", "short"),
        ("9930", "wrong"),
        ("90937", "wrong"),
        ("9083", "wrong"),
    ],
)
def test_a_cell_is_one_of_four_things(found, kind):
    assert judge(found, "9093") == kind


def test_cells_are_judged_at_their_place_and_those_that_are_not_right_are_listed():
    grid = {(1, 2): "9093", (1, 3): "9175", (2, 2): "570"}
    assert judge_page(grid, TRUE, (1, 2)) == {
        **dict.fromkeys(KINDS, 1),
        "faults": [[1, 2, "9115", "9175"], [2, 1, "9570", "570"], [2, 2, "9594", ""]],
    }


def test_words_of_another_engine_are_put_into_the_cells_they_stand_in(monkeypatch, tmp_path):
    answer = printout(("9.", (2, 2, 10, 8), 90), ("093", (12, 2, 30, 8), 80), ("7", (90, 90, 95, 95), 80))
    fake_engine(tmp_path, monkeypatch, answer=answer)
    boxes = {"x0": [0, 40], "y0": [0, 0], "x1": [40, 80], "y1": [10, 10]}
    cells = pd.DataFrame({"kind": "cell", "row": 0, "col": [0, 1], "text": "", **boxes})
    image = tmp_path / "page.jpg"
    assert read_with_tesseract(str(tmp_path / "tesseract"), image, cells) == {(0, 0): "9093", (0, 1): ""}


def test_readers_are_summed_over_their_pages_beside_what_was_published():
    pages = [
        {"page": "a", "tablekin": dict(zip(KINDS, (6, 1, 2, 3), strict=True))},
        {
            "page": "b",
            "tablekin": dict(zip(KINDS, (8, 0, 0, 0), strict=True)),
            "tesseract": dict(zip(KINDS, (1, 2, 3, 2), strict=True)),
        },
    ]
    table = sum_up(pages, "Tesseract").set_index("reader")
    assert table.loc["tablekin", ["pages", "cells", "right", "missed"]].tolist() == [2, 20, 14, 3]
    assert table.loc["tablekin", "right, share"] == pytest.approx(0.7)
    assert table.loc["Tesseract", ["pages", "cells", "short"]].tolist() == [1, 8, 2]
    published = table[table["pages"] == 81]
    assert published["right, share"].round(3).tolist() == [0.924, 0.898]
    assert len(published) == len(PUBLISHED)
    json.loads(table.to_json())


def test_pages_are_taken_evenly():
    assert spread_out(list(range(10)), 3) == [0, 4, 9]
    assert spread_out(list(range(3)), 9) == [0, 1, 2]
    assert spread_out([], 2) == []
    assert len(set(spread_out(list(range(81)), 12))) == 12
    assert np.all(np.diff(spread_out(list(range(81)), 12)) > 0)
