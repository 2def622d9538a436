"""A figure of pages and words: its letters, its lines, and the file it is written to."""

import pytest

from tablekin.errors import UsageError
from tablekin.report.drawing import Drawing, save_drawing


def test_a_title_with_dollar_signs_is_no_formula():
    drawing = Drawing(300, 200)
    drawing.write(10, 100, "$\\frac$\n\x1b[2J", fontsize=10)
    (text,) = drawing.canvas_axes.texts
    assert text.get_text() == "$\\frac$\n\\x1b[2J"
    drawing.canvas.draw()  # a formula that cannot be read is an error


def test_lines_are_folded_between_words_and_long_words_within():
    drawing = Drawing(300, 200)
    text = "the rows of a page " * 4 + "x" * 300
    lines = drawing.fold(text, 250, 12)
    assert all(drawing.text_width(line, 12) <= 250 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert lines[0].startswith("the rows of")
    assert lines[0].split(" ")[-1] in ("the", "rows", "of", "a", "page")


def test_a_text_of_many_lines_tells_where_the_next_begins():
    drawing = Drawing(300, 200)
    one, three = drawing.write_lines(0, 10, "a", 250), drawing.write_lines(0, 10, "a\nb\nc", 250)
    assert three - 10 == pytest.approx(3 * (one - 10))


def test_a_drawing_that_cannot_be_written_is_told(tmp_path):
    with pytest.raises(UsageError, match=r"pair\.xyz"):
        save_drawing(Drawing(30, 20), tmp_path / "pair.xyz")
