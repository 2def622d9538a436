import numpy as np
import pytest

from tablekin.sample.typesetting.prose import set_centred, set_paragraph, widest
from tablekin.sample.typesetting.sheet import Sheet
from tests.support.printing import PLAIN, plain_compositor

TEXT = " ".join(
    ["the", "declination", "of", "the", "sun", "in", "the", "year", "1543", "by", "twelve", "signs"] * 6
)


def test_a_paragraph_is_as_wide_as_its_measure_and_loses_no_number() -> None:
    block = set_paragraph(TEXT, 840, plain_compositor(), 40)
    assert len(block.lines) > 3
    ends = np.array([start + line.width for start, line in block.lines[:-1]])
    assert (ends < 840 + 11).all()
    assert (
        np.abs(ends - 840) < 11
    ).mean() > 0.8  # a line whose words would stand too far apart is left ragged
    sheet = Sheet(880, int(block.height) + 40, np.random.default_rng(0))
    block.draw(sheet, 20, 10)
    digits = sheet.finish(22.0).digits
    assert sorted(digits["digit"]) == sorted([1, 5, 4, 3] * 6)


def test_a_drop_capital_takes_the_first_letter_and_room_in_two_lines() -> None:
    block = set_paragraph(TEXT, 420, plain_compositor(), 40, plain_compositor(scale=2.6))
    assert block.initial is not None
    indents = [start for start, _ in block.lines]
    assert indents[0] == indents[1] == pytest.approx(block.initial.width + 0.3 * 22)
    assert indents[2] == 0


def test_centred_lines_have_equal_room_on_both_sides() -> None:
    block = set_centred("Tabula declinationum", 600, plain_compositor())
    [(start, line)] = block.lines
    assert 2 * start + line.width == pytest.approx(600)
    assert widest([block]) == pytest.approx(start + line.width)
    assert widest([]) == 0
    assert PLAIN.digit_height == block.unit
