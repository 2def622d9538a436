import pytest

from tablekin.collation.values import as_groups, as_number, is_same_value, without_zeros


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
