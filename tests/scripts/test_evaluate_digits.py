"""Scoring of digits by place, on a page counted by hand."""

from __future__ import annotations

import evaluate_digits
import numpy as np
import pandas as pd

from tablekin.page import Detections, WorkingPage


def printed() -> pd.DataFrame:
    """Four digits in a row, 12 px apart; then a digit of a fraction, and one that may be 3 or 8."""
    x = np.array([10, 22, 34, 46, 70, 90])
    return pd.DataFrame(
        {
            "digit": [1, 2, 3, 4, 5, 3],
            "x0": x - 5,
            "x1": x + 5,
            "y0": 10,
            "y1": 30,
            "counts": [True, True, True, True, False, False],
        }
    )


def page_of(digits: list[tuple[int, float, float]]) -> WorkingPage:
    """Digits found at places of the scan; the working page is twice as large."""
    digit, x, y = (np.array(column) for column in zip(*digits, strict=True))
    boxes = 2 * np.stack([x - 5, y - 10, x + 5, y + 10], 1).astype(np.float32)
    affine = np.array([[0.5, 0, 0], [0, 0.5, 0]])
    found = Detections.from_boxes(digit.astype(np.int8), np.ones(len(digit), np.float32), boxes)
    return WorkingPage(ink=np.zeros((80, 240), np.float32), to_original=affine, digits=found, scale=2.0)


def test_missed_misread_invented_and_doubtful_digits_are_counted() -> None:
    found = page_of(
        [(1, 11, 20), (7, 22, 20), (4, 46, 23), (8, 90, 20), (5, 70, 20), (6, 120, 20), (4, 46, 31)]
    )
    row, pairing = evaluate_digits.score_page(printed(), found)
    assert (row["printed"], row["missed"], row["misread"], row["invented"]) == (4, 1, 1, 2)
    assert row["recall"] == 2 / 4
    assert row["precision"] == 2 / 5
    assert pairing.missed.tolist() == [2]
    assert sorted(pairing.invented.tolist()) == [5, 6]


def test_a_perfect_reading_scores_one() -> None:
    found = page_of(
        [(d, x, 20) for d, x in zip(range(1, 5), (10, 22, 34, 46), strict=True)] + [(5, 70, 20), (3, 90, 20)]
    )
    row, _ = evaluate_digits.score_page(printed(), found)
    assert (row["recall"], row["precision"]) == (1, 1)
    assert row["bigram_correlation"] > 0.999
    assert row["bigram_total"] == 1


def test_every_transcribed_digit_stands_in_a_box_of_its_own() -> None:
    files = sorted(evaluate_digits.TRANSCRIPTIONS.glob("*.csv"))
    assert len(files) == 2
    for file in files:
        table = evaluate_digits.read_transcription(file)
        assert table["digit"].between(0, 9).all()
        assert ((table["x1"] > table["x0"]) & (table["y1"] > table["y0"])).all()
        assert not table.duplicated(["x0", "y0", "x1", "y1"]).any()
        assert table["counts"].mean() > 0.9
