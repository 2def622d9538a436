import numpy as np
import pytest

from tablekin.recompute.cell_splitting import split_column
from tablekin.recompute.printed_number import parse


def column(texts):
    return split_column([parse(text) for text in texts])[0]


def test_what_is_printed_apart_stays_apart():
    assert column(["12 30", "12 45", "13 0"]).tolist() == [[12, 30], [12, 45], [13, 0]]


def test_points_that_were_lost_are_found_again():
    """4°14', 4°11', 4°5', 3°57' as a reader without points has them."""
    degrees = [
        (4, 14),
        (4, 11),
        (4, 5),
        (3, 57),
        (3, 47),
        (3, 35),
        (3, 23),
        (3, 10),
        (2, 57),
        (2, 44),
        (2, 2),
    ]
    merged = [f"{whole}{minutes}" for whole, minutes in degrees]
    assert column(merged).tolist() == [list(pair) for pair in degrees]


def test_some_points_were_lost():
    pairs = [(14, 7), (13, 48), (13, 27), (13, 7), (12, 46), (12, 26), (12, 5), (11, 44)]
    texts = [f"{a} {b}" if row % 2 else f"{a}{b}" for row, (a, b) in enumerate(pairs)]
    assert column(texts).tolist() == [list(pair) for pair in pairs]


def test_whole_numbers_are_not_split():
    numbers = [57290, 28636, 19081, 14301, 11430, 9514, 8144, 7115, 6314, 5671]
    assert column([str(number) for number in numbers]).ravel().tolist() == numbers
    assert column([str(number) for number in range(10, 60, 5)]).shape[1] == 1


def test_leading_groups_left_out():
    found = column(["1 4 47", "6 41", "8 33", "1 10 24", "1 12 14", "1 14 2", "1 15 49", "1 17 34"])
    assert found.shape == (8, 3)
    assert np.isnan(found[1, 0]) and found[1, 1:].tolist() == [6, 41]


@pytest.mark.parametrize("texts", [[], ["", ""]])
def test_nothing_to_split(texts):
    assert np.isnan(column(texts)).all()


def test_specks_taken_for_points_part_no_number():
    """180, 181 ... 200 on worn paper: every fourth has a speck somewhere."""
    texts = [f"{n // 100}·{n % 100:02d}" if n % 4 == 0 else str(n) for n in range(180, 201)]
    texts[8] = "18·8"
    assert column(texts).ravel().tolist() == list(range(180, 201))


def test_a_letter_behind_a_year_that_looks_like_a_digit_is_left_out():
    texts = [f"{year} 9" if year % 7 == 0 else str(year) for year in range(1699, 1717)]
    assert column(texts).ravel().tolist() == list(range(1699, 1717))


def test_lost_points_between_signs_degrees_minutes_and_seconds():
    """Minutes and seconds have two digits wherever points part them."""
    seconds = [(298 + 57 / 60) * 3600 + 480_500 * turn for turn in range(20)]
    true = [
        [int(one // 108_000) % 12, int(one // 3600) % 30, int(one // 60) % 60, int(one) % 60]
        for one in seconds
    ]
    printed = [f"{sign}·{degree}·{minute:02}·{second:02}" for sign, degree, minute, second in true]
    for row, lost in ((1, 1), (4, 2), (6, 3), (11, 3), (15, 2)):
        parts = printed[row].split("·")
        printed[row] = "·".join([*parts[: lost - 1], "".join(parts[lost - 1 : lost + 1]), *parts[lost + 1 :]])
    assert column(printed).tolist() == true


def test_points_at_the_same_place_are_no_specks():
    """Sunrise of July: the hours are four throughout, and most points were lost."""
    minutes = (
        4,
        5,
        5,
        6,
        7,
        9,
        10,
        11,
        12,
        13,
        14,
        15,
        16,
        17,
        19,
        20,
        21,
        22,
        25,
        26,
        28,
        29,
        31,
        32,
        34,
        35,
    )
    with_points = {1, 2, 5, 8, 9, 10, 12, 15, 23, 24}
    texts = [f"4{'·' * (row in with_points)}{minute}" for row, minute in enumerate(minutes)]
    assert column(texts).tolist() == [[4, minute] for minute in minutes]


def test_long_numbers_that_were_parted_anywhere_are_one_number():
    """Squares of which some were read with white space in them, at another place each; seconds remain seconds."""
    texts = [str(number**2) for number in range(700, 712)]
    for row, at in ((1, 1), (3, 2), (4, 4), (6, 3), (9, 5)):
        texts[row] = f"{texts[row][:at]} {texts[row][at:]}"
    assert column(texts)[:, 0].tolist() == [float(number**2) for number in range(700, 712)]
    seconds = [(23 + row, (7 * row) % 60, (11 * row) % 60) for row in range(12)]
    parted = [
        f"{a} {b:02} {c:02}" if row % 2 else f"{a}{b:02}{c:02}" for row, (a, b, c) in enumerate(seconds)
    ]
    assert column(parted).tolist() == [list(map(float, one)) for one in seconds]
