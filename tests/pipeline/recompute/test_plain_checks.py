"""Cells that are held against their neighbours and counts, where nothing else says what they should be."""

from tablekin.recompute import recompute
from tablekin.recompute.table_text import from_rows


def wrong(rows: list[list[str]]) -> list[int]:
    """Cells that are said not to be what they should, counted along the rows."""
    checks = recompute([from_rows(rows)]).checks
    return sorted(check.region_id for check in checks if check.value != check.computed)


def test_in_a_column_of_one_number_another_one_is_no_slip() -> None:
    rain = ["10"] * 19 + ["20"] + ["10"] * 7 + ["100"]
    assert wrong([[str(day), fallen] for day, fallen in enumerate(rain, 1)]) == []


def test_a_stroke_before_a_number_of_a_count_is_the_end_of_leaders() -> None:
    rows = [["" if place == 9 else str(3 * place % 7), str(315 + place)] for place in range(30)]
    rows[9][1] = "–324"
    assert wrong(rows) == []
    rows[9][1] = "–342"
    assert wrong(rows) == [9 * 2 + 1]
