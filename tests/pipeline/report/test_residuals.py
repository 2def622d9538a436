"""A page with the cells that do not fit: what the drawing says of them and where it shows them."""

import math

import pytest

from tablekin.report.recomputed_page import recompute_page
from tests.support.read_tables import page_of


def declinations(misprint=None):
    """Declination of the Sun in degrees and minutes, for the first thirty degrees."""
    table = []
    for degree in range(1, 31):
        value = math.degrees(math.asin(math.sin(math.radians(23.5)) * math.sin(math.radians(degree))))
        minutes = round(60 * value) + (10 if degree == misprint else 0)
        table.append([f"{degree}", f"{minutes // 60}", f"{minutes % 60}"])
    return table


@pytest.fixture(scope="module")
def recomputed():
    return recompute_page(page_of("a", declinations(misprint=19)))


def test_a_cell_that_does_not_fit_is_shown_with_what_is_due(recomputed):
    drawing = recomputed.plot()
    told = [text.get_text() for text in drawing.canvas_axes.texts]
    due = declinations()[18][2]
    assert recomputed.misfits["due"].tolist() == [due]
    assert any(line.startswith("The page prints declination; 1 of ") for line in told)
    assert "row 19, column 3" in told
    assert f"computed {due}   " in told
    assert any(line.startswith("misprint, ") for line in told)
    diagram = drawing.axes[1]
    assert diagram.get_title(loc="left").startswith("declination: obliquity 23;30")
    assert {one.get_paths()[0].vertices.shape[0] for one in diagram.collections} >= {
        4
    }  # a triangle: the misprint


def test_a_page_without_a_known_function_is_drawn_with_that_word():
    drawing = recompute_page(page_of("b", [["1", "2"], ["3", "4"]], without_tables=True)).plot()
    told = " ".join(text.get_text() for text in drawing.canvas_axes.texts)
    assert "prints no function of the library; no cell could be checked" in told
