import numpy as np
import pytest

from tablekin.recompute.strands import strands_of
from tablekin.recompute.table_text import from_rows
from tablekin.recompute.values import read_sheets
from tests.pipeline.recompute.tables import declinations


def test_values_arguments_and_cells():
    (sheet,) = read_sheets([declinations()])
    assert [argument.values[:3].tolist() for argument in sheet.arguments] == [[1, 2, 3], [29, 28, 27]]
    first = sheet.quantities[0]
    assert first.form.radices == (60,) and first.unit == "degrees"
    assert first.values[:2].tolist() == [24, 48]  # 0;24 and 0;48 of 23;30
    assert first.regions[0].tolist() == [1, 2]
    assert first.columns == ((0, 1), (0, 2))


def test_a_misprinted_argument_is_put_right():
    table = declinations()
    table.text[9, 0] = "70"
    (sheet,) = read_sheets([table])
    assert sheet.arguments[0].values[9] == 10
    assert sheet.arguments[0].quantity.values[9] == 70


def test_headings_of_numbers_are_no_values():
    rows = [["", "33", "34"], *([str(x), str(900 + x * x), str(700 + 2 * x * x)] for x in range(2, 42, 2))]
    (sheet,) = read_sheets([from_rows(rows)])
    assert np.isnan(sheet.quantities[0].values[0])
    assert np.isnan(sheet.arguments[0].values[0])
    assert sheet.arguments[0].values[1] == 2


def halves(side_by_side):
    rows = [[str(x), str(x * x * x)] for x in range(1, 31)]
    if side_by_side:
        return [from_rows([rows[k] + rows[k + 15] for k in range(15)])]
    return [from_rows(rows[:15], table_id=0), from_rows(rows[15:], table_id=1)]


@pytest.mark.parametrize("side_by_side", [True, False])
def test_panels_and_tables_that_continue_are_one_sheet(side_by_side):
    (sheet,) = read_sheets(halves(side_by_side))
    known = sheet.quantities[0].known
    assert sheet.quantities[0].values[known].tolist() == [x**3 for x in range(1, 31)]
    assert sheet.arguments[0].values[known].tolist() == list(range(1, 31))


def test_the_argument_may_stand_at_the_right_of_each_panel():
    rows = [[str(x**3), str(x), str((x + 15) ** 3), str(x + 15)] for x in range(1, 16)]
    (sheet,) = read_sheets([from_rows(rows)])
    known = sheet.quantities[0].known
    assert sheet.quantities[0].values[known].tolist() == [x**3 for x in range(1, 31)]


def test_another_table_on_the_page_is_another_sheet():
    first = from_rows([[str(x), str(x * x)] for x in range(1, 21)])
    second = from_rows([[str(x), str(x * x), str(x + 7)] for x in range(1, 21)], table_id=1)
    assert len(read_sheets([first, second])) == 2


def test_degrees_printed_once():
    rows = [
        [str(x), str(12 + x // 4) if x % 4 == 0 or x == 1 else "", str(15 * (x % 4))] for x in range(1, 25)
    ]
    strands = strands_of(from_rows(rows))
    assert strands[1].values[:9].tolist() == [12, 12, 12, 13, 13, 13, 13, 14, 14]


def test_dashes_repeat_the_number_above_where_a_column_is_ordered_and_else_say_that_there_is_none():
    degrees, rain = ["12", "—", "—", "13", "—", "14", "—", "15"], ["10", "—", "—", "20", "—", "5", "—", "15"]
    strands = strands_of(from_rows([list(row) for row in zip(degrees, rain, strict=True)]))
    assert strands[0].values.tolist() == [12, 12, 12, 13, 13, 14, 14, 15]
    assert np.isnan(strands[1].values[[1, 2, 4, 6]]).all()


def test_a_stroke_before_a_number_between_larger_ones_is_no_sign():
    strokes = [["702"], ["—729"], ["756"], ["- 783"], ["810"], ["–837"]]
    (strand,) = strands_of(from_rows(strokes))
    assert strand.values.tolist() == [702.0, 729.0, 756.0, 783.0, 810.0, 837.0]
    falls = [["9"], ["4"], ["-1"], ["-6"], ["-11"], ["-16"]]
    (strand,) = strands_of(from_rows(falls))
    assert strand.values.tolist() == [9.0, 4.0, -1.0, -6.0, -11.0, -16.0]


def test_half_hours_are_an_argument_though_a_quarter_of_them_is_wrong():
    hours = [[str(12 + row // 4), str(15 * (row % 4))] for row in range(32)]
    for row in (3, 4, 7, 11, 19, 20, 31):
        hours[row][0] = str(int(hours[row][0]) + 4)
    rows = [[str(row + 1), *pair, str((row * row * 7) % 61)] for row, pair in enumerate(hours)]
    (sheet,) = read_sheets([from_rows(rows)])
    assert [one.step for one in sheet.arguments] == [1.0, 15.0]
