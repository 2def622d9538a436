"""Digits as a hand writes them, and a reader that learns which digits those are."""

from pathlib import Path

import numpy as np
import pytest
import torch
from lib.penmanship import Penmanship, random_machine, random_penmanship
from matplotlib import get_data_path
from train_handwriting import measure, train

FACE = Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans.ttf"


def drawings(hand: Penmanship, count: int = 12) -> np.ndarray:
    """Draw an 8 again and again, each laid where it stands on the line."""
    rng, laid = np.random.default_rng(3), np.zeros((count, 200, 200))
    for sheet in laid:
        glyph = hand.draw(8, 20, rng)
        top, left = round(glyph.top) + 130, round(glyph.left) + 60
        height, width = glyph.coverage.shape
        sheet[top : top + height, left : left + width] = glyph.coverage
    return laid


def test_no_two_digits_of_a_hand_are_alike_and_those_of_a_machine_are():
    hand, machine = (draw(np.random.default_rng(1), [FACE]) for draw in (random_penmanship, random_machine))
    apart = [
        np.abs(drawn[1:] - drawn[:-1]).sum((1, 2)).mean() / drawn.sum((1, 2)).mean()
        for drawn in map(drawings, (hand, machine))
    ]
    assert apart[0] > 3 * apart[1]


def test_a_digit_stands_on_the_line_as_high_as_it_should_be_and_leans_as_it_should():
    (upright,), (leaning,) = drawings(Penmanship(FACE), 1), drawings(Penmanship(FACE, slant=0.3), 1)
    rows = np.flatnonzero(upright.max(1) > 0.5)
    assert rows[0] == pytest.approx(70, abs=2)  # 20 pixels of the page are 60 of the drawing
    assert rows[-1] == pytest.approx(129, abs=2)
    head, foot = slice(70, 80), slice(119, 129)
    x = np.arange(200)
    centres = [
        [(drawn[part].sum(0) * x).sum() / drawn[part].sum() for part in (head, foot)]
        for drawn in (upright, leaning)
    ]
    assert np.diff(centres[0]) == pytest.approx(0, abs=1)
    assert -np.diff(centres[1]) == pytest.approx(0.3 * 49, abs=2)


@pytest.mark.parametrize("stroke", [0.11, 0.17])
def test_strokes_are_as_wide_as_they_should_be(stroke):
    (drawn,) = drawings(Penmanship(FACE, stroke=stroke), 1)
    middle = drawn[:, 60:].sum(1)[100:115].min() / 2  # both sides of the lower ring, where they stand upright
    assert middle == pytest.approx(60 * stroke, rel=0.25)


def test_a_reader_learns_what_tells_digits_apart():
    torch.manual_seed(0)
    rng = np.random.default_rng(0)
    by_hand = rng.random(1024) < 0.4
    features = rng.normal(3, 1, (1024, 1200)).astype(np.float16)
    features[:, 7:47] += 2 * by_hand[:, None]
    reader = train(features, by_hand, 5, 1e-2)
    pages = np.repeat(np.arange(50), 21)[:1024]
    figures = measure(reader, features, by_hand, pages)
    assert figures["told rightly"] > 0.95
    assert figures["hand"]["pages"] == 20
