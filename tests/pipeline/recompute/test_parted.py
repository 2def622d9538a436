"""Tables and numbers that the layout divided where the page does not; values by formulas the code does not share."""

import math

from tablekin.recompute import recompute
from tablekin.recompute.parted import join_digits
from tablekin.recompute.table_text import TableText, from_rows
from tests.pipeline.recompute.tables import declination_of, functions, page, places, sines


def day_length(latitude: int, longitude: float, obliquity: float = 23.55) -> float:
    """Hours from sunrise to sunset: how long a point of the sphere stays above the horizon."""
    sun = math.radians(declination_of(longitude, obliquity))
    height = math.sin(math.radians(latitude)) * math.sin(sun)
    return math.degrees(math.acos(-height / (math.cos(math.radians(latitude)) * math.cos(sun)))) / 7.5


def lengths() -> list[list[str]]:
    """Lengths of the day for twenty latitudes and six signs, hours and minutes in columns of their own."""
    return [
        [
            str(latitude),
            *(p for lon in (30, 60, 90, 210, 240, 270) for p in places(day_length(latitude, lon), (60,))),
        ]
        for latitude in range(25, 45)
    ]


def test_a_table_that_was_divided_between_hours_and_minutes_is_one():
    rows = lengths()
    found = functions(page([row[:6] for row in rows], [row[6:] for row in rows]))
    assert found == {
        place: "length of the day by latitude" for place in ((0, 1), (0, 3), (0, 5), (1, 1), (1, 3), (1, 5))
    }


def test_tens_of_hours_in_a_column_of_their_own_belong_to_the_units():
    rows = [[row[0], *(f"{row[at]} {row[at + 1]}" for at in range(1, 13, 2))] for row in lengths()]
    assert {len(row[6].split()[0]) for row in rows} == {1, 2}  # ten hours, and nine
    cut = [
        [*row[:6], row[6][0], row[6][1:]] if row[6].startswith("1") else [*row[:6], "", row[6]]
        for row in rows
    ]
    found = functions(page(cut))
    assert found[0, 7] == "length of the day by latitude"
    assert len(found) == 6


def test_what_is_put_together_keeps_its_digits():
    table = from_rows([["1", "0 26"], ["1", "0 22"], ["", "9 59"], ["1", "0 13"], ["1", "0 8"]])
    sure = {int(region): ({1: 0.9},) for region in table.region[:, 0]}
    sure |= {int(region): ({0: 0.8}, {2: 0.8}, {6: 0.8}) for region in table.region[:, 1]}
    (joined,) = join_digits(TableText(0, table.text, table.region, (), sure))
    assert joined.text[:, 1].tolist() == ["10 26", "10 22", "9 59", "10 13", "10 8"]
    assert joined.text[:, 0].tolist() == [""] * 5
    assert joined.choices[1] == ({1: 0.9}, {0: 0.8}, {2: 0.8}, {6: 0.8})
    assert joined.choices[5] == sure[5]  # nothing stands before 9 59
    assert not list(join_digits(from_rows([["12", "0 26"]] * 5)))


def test_tens_go_to_units_that_stand_alone_not_to_the_seconds_before_them():
    """Declinations of three signs, the last to be entered from below; its tens are parted from its degrees."""
    rows = []
    for x in range(1, 31):
        third, second, first = (places(declination_of(start + x, 23.5), (60, 60)) for start in (60, 30, 0))
        tens, units = first[0].zfill(2)
        rows.append([*third, *second, tens.replace("0", ""), units, *first[1:], str(x)])
    found = recompute(page(rows)).findings
    assert {finding.function.name for finding in found} == {"declination"}
    assert sum((finding.residuals == 0).sum() for finding in found) == 90


def test_a_count_inside_is_entered_where_a_facing_page_stands_beside_it():
    """Minutes 32 to 60 with the sines of three degrees; left of them stands what the facing page prints at its edge."""
    own = sines(1_000_000, 61, 3).text[16:]
    edge = ["34", "7", "99", "412", "58", "3", "871", "66", "20", "5", "713", "48", "9", "230", "84"]
    rows = [[end, *row] for end, row in zip(edge, own.tolist(), strict=True)]
    assert functions(page(rows)) == {(0, col): "sine" for col in (2, 3, 4)}


def test_two_tables_beside_one_another_that_print_nothing_of_the_library_stay_two():
    rows = [[str(x), str((7 * x * x + 3 * x) % 31)] for x in range(1, 21)]
    other = [[str((5 * x * x + x) % 29), str((11 * x * x + x) % 37)] for x in range(1, 21)]
    sheets = recompute(page(rows, other)).sheets
    assert [sheet.table_ids for sheet in sheets] == [(0,), (1,)]
