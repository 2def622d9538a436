from dataclasses import replace

import numpy as np
import pytest

from tablekin.sample.typesetting.faces import FACES, has_character
from tablekin.sample.typesetting.line import Compositor
from tablekin.sample.typesetting.sheet import Sheet
from tablekin.sample.typesetting.typecase import TypeCase
from tests.support.printing import PLAIN, plain_compositor


def test_fractions_are_stacked_and_ignored() -> None:
    rng = np.random.default_rng(3)
    compositor = plain_compositor()
    sheet = Sheet(120, 80, rng)
    sheet.put_line(compositor.set_line("5¾"), 20, 50)
    digits = sheet.finish(22.0).digits
    assert list(digits["digit"]) == [5, 3, 4]
    assert list(digits["ignore"]) == [False, True, True]
    three, four = digits.iloc[1], digits.iloc[2]
    assert three["y1"] <= four["y0"]
    assert max(three["x0"], four["x0"]) < min(three["x1"], four["x1"])


def test_long_s_stands_inside_words_only() -> None:
    style = replace(PLAIN, long_s=True, v_for_u=True)
    rng = np.random.default_rng(6)
    compositor = Compositor(TypeCase(style.text, style, 20.0, rng), style, rng)
    assert compositor.spell("seas us passus Vus") == "ſeas vs paſſus Vus"
    assert has_character(FACES[style.text], "ſ")


def test_a_line_is_as_wide_as_its_sorts_and_the_spaces_between_them() -> None:
    line = plain_compositor().set_line("1543")
    space = PLAIN.letter_spacing * 22.0
    expected = sum(placed.sort.advance for placed in line.placed) + 3 * space
    assert line.width == pytest.approx(expected)
    assert plain_compositor().set_line("").width == 0


def test_raised_digits_and_those_of_display_size_are_not_to_be_read() -> None:
    line = plain_compositor().set_line("1²")
    assert [(placed.digit, placed.ignore) for placed in line.placed] == [(1, False), (2, True)]
    assert line.placed[1].y < line.placed[0].y - 5
    large = plain_compositor(scale=1.7).set_line("7")
    assert large.placed[0].ignore
