import pytest

from tablekin.sample.works.work import DEGREES, Quantity, argument, join, make_work, number, split


@pytest.mark.parametrize(
    ("value", "bases", "expected"),
    [
        (23.5, (60,), ("23", "30")),
        (11.99999, (60, 60), ("12", "0", "0")),
        (0.508333, (30, 60), ("0", "15", "15")),
    ],
)
def test_splitting_carries_what_is_rounded_up(value, bases, expected):
    assert split(value, bases) == expected


def test_whole_numbers_are_rounded_half_up():
    assert [number(value) for value in (0.5, 1.5, 2.4999)] == [("1",), ("2",), ("2",)]


def test_titles_print_degrees_and_minutes():
    assert join(23, 28) == "23 28"
    assert join(9, 5) == "9 05"


def test_the_key_of_a_work_holds_its_type_and_parameters_and_its_columns_the_places():
    values = [("1", "30"), ("2", "0")]
    columns = [argument("degree", "@degree", [1, 2]), (Quantity("sun", "", DEGREES), values)]
    work = make_work("Sun Table", {"span": "@day", "school": ""}, ["1", "2"], columns, "v2")
    assert work.key == "sun.table-day-v2"
    assert work.column_keys == ("degree", "sun.degrees", "sun.minutes")
    assert work.cells == (("1", "1", "30"), ("2", "2", "0"))
