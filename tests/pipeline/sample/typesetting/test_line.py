from dataclasses import replace

import numpy as np
import pytest

from tablekin.sample.typesetting.faces import FACES, has_character
from tablekin.sample.typesetting.line import Compositor
from tablekin.sample.typesetting.sheet import SetPage, Sheet
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


def test_slanted_fractions_stand_side_by_side_and_cast_ones_are_one_sort() -> None:
    def set_in(fractions: str) -> SetPage:
        style = replace(PLAIN, digits="old-standard-tt/roman", fractions=fractions)
        sheet = Sheet(120, 80, np.random.default_rng(3))
        sheet.put_line(plain_compositor(style).set_line("5¾"), 20, 50)
        return sheet.finish(22.0)

    slanted, cast = set_in("slanted"), set_in("cast")
    three, four = slanted.digits.iloc[1], slanted.digits.iloc[2]
    assert three["x1"] <= four["x1"] and three["y1"] < four["y1"]
    fraction = slanted.marks.iloc[0]
    assert list(slanted.marks["mark"]) == list(cast.marks["mark"]) == ["¾"]
    assert fraction["x0"] <= three["x0"] and fraction["x1"] >= four["x1"]
    assert list(cast.digits["digit"]) == [5]


def test_a_sign_that_a_face_borrows_is_named_as_it_is_drawn() -> None:
    line = plain_compositor().set_line("3′")  # in a face that has no primes
    assert [placed.mark for placed in line.placed] == ["", "'"]
    line = plain_compositor(replace(PLAIN, digits="dejavu-serif/roman")).set_line("3′ʰ")
    assert [placed.mark for placed in line.placed] == ["", "′", "ʰ"]


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
