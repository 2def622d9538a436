from __future__ import annotations

import cv2
import numpy as np
import pytest

from tablekin.segment.ruling import find_rules, find_stretches

HEIGHT = 20.0


def blank() -> np.ndarray:
    return np.zeros((600, 500), np.float32)


@pytest.mark.parametrize("slope", [-0.04, 0.0, 0.03])
@pytest.mark.parametrize("turned", [False, True])
def test_a_rule_is_found_along_its_length_and_taken_out_of_the_text(slope: float, turned: bool) -> None:
    ink = blank()
    start, end = (50, 300), (450, round(300 + slope * 400))
    cv2.line(ink, start[::-1] if turned else start, end[::-1] if turned else end, 1.0, 2)
    ruling = find_rules(ink, HEIGHT)
    along, across = (ruling.vertical, ruling.horizontal) if turned else (ruling.horizontal, ruling.vertical)
    assert along.any(0 if not turned else 1).sum() > 0.97 * 400
    assert not across.any()
    assert not ruling.text.any()


def test_a_broken_rule_is_whole_and_strokes_of_letters_are_none() -> None:
    ink = blank()
    for x in range(50, 450, 60):  # pieces of two digit heights, breaks of one
        cv2.line(ink, (x, 100), (x + 40, 100), 1.0, 2)
    for x in range(50, 450, 24):
        cv2.line(ink, (x, 200), (x + 14, 200), 1.0, 2)
        cv2.line(ink, (x, 220), (x, 240), 1.0, 2)
    ruling = find_rules(ink, HEIGHT)
    assert ruling.horizontal[90:110].any(0)[50:440].mean() > 0.6
    assert not ruling.horizontal[150:].any()
    assert not ruling.vertical.any()
    assert ruling.text[195:245].sum() == (ink[195:245] > 0.4).sum()


def test_a_piece_of_a_rule_by_itself_is_none() -> None:
    ink = blank()
    cv2.line(ink, (100, 300), (138, 300), 1.0, 2)
    assert not find_rules(ink, HEIGHT).horizontal.any()


def test_a_dark_border_is_no_rule() -> None:
    ink = blank()
    ink[:, :40] = 1
    ink[560:] = 1
    ruling = find_rules(ink, HEIGHT)
    assert not ruling.vertical.any()
    assert not ruling.horizontal.any()


def test_long_vertical_rules_are_cut_into_stretches_that_follow_them() -> None:
    ink = blank()
    cv2.line(ink, (100, 50), (112, 550), 1.0, 2)
    cv2.line(ink, (300, 50), (300, 110), 1.0, 2)  # too short to say how the page leans
    ends = find_stretches(find_rules(ink, HEIGHT).vertical, HEIGHT)
    assert len(ends) > 15
    (x0, y0), (x1, y1) = ends.mean(0)
    assert (x1 - x0) / (y1 - y0) == pytest.approx(12 / 500, abs=0.003)
    assert np.abs(ends[..., 0] - (100 + (ends[..., 1] - 50) * 12 / 500)).max() < 2
    assert not len(find_stretches(np.zeros((600, 500), np.uint8), HEIGHT))
