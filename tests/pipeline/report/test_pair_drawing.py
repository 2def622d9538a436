"""Two pages side by side: what the drawing says and shows, and that it is written as it is asked for."""

import re

import numpy as np
import pytest
from PIL import Image

from tablekin.corpus import CorpusStore
from tablekin.report.connections import LIMITS
from tablekin.report.drawing import save_drawing
from tablekin.report.pair import open_pair
from tablekin.report.pair_drawing import draw_pair
from tablekin.report.pairing import pair_lines
from tests.support.printed_factors import page_with_factors
from tests.support.runs import start, write_scan


def words(drawing):
    return " ".join(text.get_text() for text in drawing.canvas_axes.texts)


def coloured(drawing):
    """Pixels that are rather red."""
    drawing.canvas.draw()
    picture = np.asarray(drawing.canvas.buffer_rgba())[..., :3].astype(int)
    return (picture[..., 0] > picture[..., 1] + 12) & (picture[..., 0] > picture[..., 2] + 12)


def test_the_drawing_says_what_it_shows_and_what_it_leaves_out():
    a, b = page_with_factors("a", 20, 4), page_with_factors("b", 20, 4)
    drawing, pairing = draw_pair(a, b, "cosine 0.900"), pair_lines(a, b)
    told = words(drawing)
    assert "20 of 20 rows of A match rows of B, in the same order" in told
    assert f"{pairing.share:.1%} lies between matching rows" in told
    assert f"the {LIMITS.max_connections} rows that set the pair apart most" in told
    strongest = sorted(pairing.matches, key=lambda one: one.excess, reverse=True)[:12]
    drawn = sum(one.relevance for one in strongest) / pairing.score
    assert f"the lines are {drawn:.1%}" in told.replace("\n", " ")
    assert "1 run of matching rows" in told
    assert "over each column: its part of the score" in told
    assert "cosine 0.900" in told
    assert coloured(drawing).mean() > 0.01


@pytest.mark.parametrize("is_turned", [False, True])
def test_all_that_is_drawn_lies_within_the_drawing(is_turned):
    drawing = draw_pair(page_with_factors("a", 8, 6), page_with_factors("b", 8, 6, is_turned=is_turned), "")
    width, height = drawing.extent
    drawing.canvas.draw()
    for text in drawing.canvas_axes.texts:
        box = text.get_window_extent()
        assert box.x0 >= 0 and box.x1 <= width
        assert box.y0 >= 0 and box.y1 <= height
    kind = "columns" if is_turned else "rows"
    assert f"8 of 8 rows of A match {kind} of B" in words(drawing)


def test_pages_that_share_no_rows_are_said_to():
    told = words(draw_pair(page_with_factors("a", 8, 4), page_with_factors("b", 8, 4, seed=5), ""))
    assert "No run of rows or columns of A matches one of B" in told
    assert "often accidents" in told
    met = float(re.search(r"any two parts of these pages have: (\d+\.\d)% of the score", told)[1])
    assert 0 < met < 100
    assert "matching rows" not in told


def test_a_pair_of_a_corpus_is_drawn(tmp_path):
    for number in range(2):
        write_scan(tmp_path / "scans" / f"page{number}.png", number)
    start(tmp_path / "scans", tmp_path / "corpus")
    corpus = CorpusStore.open(tmp_path / "corpus")
    drawing = open_pair(corpus, "page1", "page0.png").plot()
    for name in ("one.svg", "other.svg"):
        save_drawing(drawing, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
    save_drawing(drawing, tmp_path / "new/pair.png")
    with Image.open(tmp_path / "new/pair.png") as picture:
        assert picture.size == drawing.extent
    assert coloured(drawing).any()
