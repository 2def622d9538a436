"""Numbers are read as tables print them."""

import math

import pytest

from tablekin.errors import UsageError
from tablekin.find.query import near_misses, parse_query, read_value


@pytest.mark.parametrize(
    ("number", "value"),
    [
        ("23 30", 23.5),
        ("23;30", 23.5),
        ("1 0 36", 1.01),
        ("23.5", 23.5),
        ("55399", 55399),
        ("6° 30′", 6.5),
        ("½", 0.5),
    ],
)
def test_values_are_of_the_first_group(number, value):
    assert read_value(number) == pytest.approx(value)


def test_groups_are_the_digits():
    query = parse_query(["23 30", "24,11"])
    assert query.numbers == (("23", "30"), ("24", "11"))
    assert query.along == ("column", "row")
    assert math.isclose(query.values[0], 23.5)


@pytest.mark.parametrize(
    ("numbers", "options", "word"),
    [
        ([], {}, "name a number"),
        (["abc"], {}, "'abc' has no digits"),
        (["1"], {"within_digit": True, "tolerance": 1.0}, "leave one of them out"),
        (["1"], {"tolerance": -1.0}, "a tolerance is a number from 0 on"),
        (["1"], {"tolerance": math.nan}, "a tolerance is a number from 0 on"),
        (["1"], {"along": "diagonal"}, "a column or a row"),
        (["1 x 2"], {"tolerance": 1.0}, "'1 x 2' is no number"),
    ],
)
def test_what_cannot_be_looked_for_is_told(numbers, options, word):
    with pytest.raises(UsageError, match=word):
        parse_query(numbers, **options)


@pytest.mark.parametrize("digits", ["7", "23", "311"])
def test_near_misses_are_those_one_edit_away(digits):
    def one_edit(other):
        if len(other) == len(digits):
            return sum(a != b for a, b in zip(digits, other, strict=True)) == 1
        short, long = sorted((digits, other), key=len)
        return len(long) == len(short) + 1 and any(
            long[:k] + long[k + 1 :] == short for k in range(len(long))
        )

    every = {f"{n:0{size}d}" for size in range(1, len(digits) + 2) for n in range(10**size)}
    assert near_misses(digits) == {other for other in every if one_edit(other)}
