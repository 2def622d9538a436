import math

import pytest

from tablekin.number import text_of, value_of
from tablekin.sample.training.cells import roman


@pytest.mark.parametrize(
    ("printed", "value"),
    [
        ("17", 17),
        ("+3", 3),
        ("−1·1", -1.1),
        ("– 5", -5),
        ("9·093", 9.093),
        ("2¾", 2.75),
        ("½", 0.5),
        ("99 1/2", 99.5),
        ("2,686", 2686),
        ("93 832", 93832),
        ("(84)", 84),
        ("81*", 81),
        ("66‡", 66),
        ("27%", 27),
        ("6° 30′", 6.5),
        ("6° 30′ 36″", 6.51),
        ("30′ 36″", 30.6),
        ("16ʰ 45ᵐ", 16.75),
        ("3l. 12s. 6d.", 3.625),
        ("£3", 3),
        ("19s. 6d.", 19.5),
        ("I", 1),
        ("XIV", 14),
        ("(xij.)", 12),
        ("IIII*", 4),
        ("MDLXXXV", 1585),
    ],
)
def test_a_reading_has_the_value_that_its_print_says(printed: str, value: float) -> None:
    assert value_of(printed) == pytest.approx(value)


@pytest.mark.parametrize(
    "printed", ["", ".", "+.", "—", "do.", "„", "9. 10. 57. 44", "12 30", "N. 37 E.", "A7"]
)
def test_what_only_the_column_can_count_or_is_no_number_has_no_value(printed: str) -> None:
    assert math.isnan(value_of(printed))


def test_roman_numerals_are_what_they_are_written_from() -> None:
    capital = {number: roman(number) for number in range(1, 400)}
    assert all(value_of(text) == number for number, text in capital.items() if text not in "LCDM")
    assert all(value_of(f"{capital[number].lower()}.") == number for number in range(1, 40))


@pytest.mark.parametrize(
    "word", ["M.", "MM", "D", "L", "C", "di", "mi", "li", "Vi", "mix", "IIX", "VV", "IC", "XII 3"]
)
def test_a_word_or_a_heading_of_the_same_letters_is_no_numeral(word: str) -> None:
    assert math.isnan(value_of(word))


@pytest.mark.parametrize(
    ("printed", "text"),
    [
        ("9° 10′", "9 10"),
        ("9°10′", "9 10"),
        ("-1·1", "11"),
        ("12.30", "1230"),
        ("12 30", "12 30"),
        ("2¾", "2"),
        ("3l. 12s. 6d.", "3 12 6"),
        ("1,234", "1234"),
        ("”", ""),
        ("♈ 05", "05"),
        ("", ""),
    ],
)
def test_text_has_the_digits_in_groups(printed, text):
    assert text_of(printed) == text
