import numpy as np
import pytest

from tablekin.export.reading_frame import ReadingFrame
from tablekin.export.text_line import FoundDigit, text_lines

UPRIGHT = ReadingFrame(0, 0.0, 400, 300, np.eye(3)[:2], 12.0)
BOX = (10.0, 20.0, 210.0, 120.0)


def digits_at(text, x=30.0, y=40.0):
    """Place the digits of a text, ten pixels from character to character."""
    found = []
    for place, character in enumerate(text):
        if character.isdigit():
            box = (x + 10 * place, y, x + 10 * place + 8, y + 12)
            found.append(FoundDigit(int(character), 0.9, -1, 0.0, box, ((box[0] + box[2]) / 2, y + 6)))
    return found


def lines_of(reading, digits, frame=UPRIGHT):
    return text_lines(reading, BOX, digits, 0.5, frame, 0.75)


def test_lines_are_told_from_the_digits():
    lower, upper = digits_at("34 5", y=70), digits_at("12")
    first, second = lines_of("12 34 5", [*lower, *upper])
    assert (first.text, [word.text for word in first.words]) == ("12", ["12"])
    assert (second.text, [word.text for word in second.words]) == ("34 5", ["34", "5"])
    assert first.box == (30, 40, 48, 52)
    assert second.baseline == ((30, 82), (68, 82))
    assert (first.confidence, second.confidence) == (pytest.approx(0.81), pytest.approx(0.729))


def test_other_characters_share_the_gaps_between_digits():
    [line] = lines_of("9·05", digits_at("9·05"))
    [word] = line.words
    assert "".join(glyph.text for glyph in word.glyphs) == "9·05"
    point = word.glyphs[1]
    assert (point.box, point.confidence) == ((38, 40, 50, 52), None)
    assert word.confidence == pytest.approx(0.9**3)
    [line] = lines_of("−12°", digits_at("12"))
    sign, _, _, degrees = line.words[0].glyphs
    assert sign.box == pytest.approx((30 - 0.6 * 12, 40, 30, 52))
    assert degrees.box == pytest.approx((48, 40, 48 + 0.6 * 12, 52))


@pytest.mark.parametrize("reading", ["13", "1", "123", "12 4"])
def test_digits_that_are_not_those_of_the_reading_place_the_line_alone(reading):
    [line] = lines_of(reading, digits_at("12"))
    assert (line.text, line.words, line.confidence) == (reading, (), 0.5)
    assert line.box == (30, 40, 48, 52)


def test_a_line_of_letters_reaches_to_the_edges_of_its_cell():
    [line] = lines_of("12 Ct. lib.", digits_at("12"))
    assert (line.words, line.box) == ((), (30, 40, 210, 52))
    [line] = lines_of("Januarius 3", digits_at("3"))
    assert line.box == (10, 40, 38, 52)


def test_without_a_digit_a_line_is_as_large_as_its_cell():
    [line] = lines_of("″ ″", [])
    assert (line.text, line.words, line.confidence, line.box) == ("″ ″", (), None, BOX)
    assert line.baseline == ((10, 95), (210, 95))
    assert lines_of("", []) == lines_of(" ", digits_at("1")) == ()


def test_baselines_fall_with_the_lines():
    """A page whose lines fall by 4 degrees: the frame in which it was read is turned back about the origin."""
    angle = np.radians(4)
    back = np.array([[np.cos(angle), np.sin(angle), 0], [-np.sin(angle), np.cos(angle), 0]])
    frame = ReadingFrame(0, 4.0, 400, 300, back, 12.0)
    level = [(x, 100.0) for x in range(0, 200, 20)]  # in that frame
    centres = np.array(level) @ back[:, :2]
    found = [
        FoundDigit(7, 0.9, -1, 0.0, (x - 4, y - 6, x + 4, y + 6), working)
        for (x, y), working in zip(centres.tolist(), level, strict=True)
    ]
    [line] = text_lines("7" * 10, BOX, found, 0.5, frame, 0.75)
    (x0, y0), (x1, y1) = line.baseline
    assert np.degrees(np.arctan2(y1 - y0, x1 - x0)) == pytest.approx(4)
    feet = centres[:, 1] + 6
    assert (y0 + y1) / 2 == pytest.approx(np.median(feet))
    assert frame.turn_back == pytest.approx(-4)
