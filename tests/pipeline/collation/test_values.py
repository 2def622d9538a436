import numpy as np
import pytest

from tablekin.collation.values import as_groups, as_number, is_argument_column, is_same_value, without_zeros


def column(*numbers):
    return np.array([str(number) for number in numbers], object)


@pytest.mark.parametrize(
    ("text", "groups", "number"),
    [("05 07", "5|7", "507"), ("5 7", "5|7", "57"), ("0", "0", "0"), ("000", "0", "0"), ("", "", "")],
)
def test_a_reading_is_written_by_groups_and_as_one_number(text, groups, number):
    assert as_groups(text) == groups
    assert as_number(text) == number


def test_a_number_without_zeros_says_nothing_where_little_is_left():
    assert without_zeros("9 02 7") == "927"
    assert without_zeros("902") == ""


def spellings(places):
    """Ways in which a value may be printed: with zeros before its places or without, with spaces or without."""
    padded = [f"{place:02}" for place in places]
    plain = [str(place) for place in places]
    return {" ".join(padded), " ".join(plain), "".join([plain[0], *padded[1:]])}


@pytest.mark.parametrize("places", [(5, 7), (23, 30), (1, 0), (12, 4, 59)])
def test_spellings_of_a_value_are_of_the_same_value(places):
    for one in spellings(places):
        for other in spellings(places):
            assert is_same_value(one, other)
    away = (*places[:-1], places[-1] + 1)
    assert not any(is_same_value(one, other) for one in spellings(places) for other in spellings(away))


def test_nothing_is_the_same_as_nothing_only():
    assert is_same_value("", "")
    assert not is_same_value("0", "")


@pytest.mark.parametrize("step", [1, 2, 3, 4, 5, 6, 10, 15, 30])
@pytest.mark.parametrize("direction", [1, -1])
def test_columns_that_count_by_the_steps_of_printed_tables_are_arguments(step, direction):
    assert is_argument_column(column(*range(900, 900 + direction * 12 * step, direction * step)))


def test_an_argument_survives_gaps_and_misreadings_in_a_third_of_its_rows():
    numbers = [*map(str, range(1, 31))]
    numbers[4] = numbers[17] = ""
    numbers[9], numbers[24] = "70", "26"
    assert is_argument_column(np.array(numbers, object))


def test_a_function_that_is_nearly_linear_a_large_step_and_a_short_column_are_no_arguments():
    sines = [round(10000 * np.sin(np.radians(2 + row / 30))) for row in range(40)]
    assert (np.diff(sines) == 6).mean() > 0.6
    assert not is_argument_column(column(*sines))
    assert not is_argument_column(column(*range(0, 700, 70)))
    assert not is_argument_column(column(1, 2, 3))
    assert not is_argument_column(column(*range(10**10, 10**10 + 20)))
