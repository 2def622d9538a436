from itertools import islice

import numpy as np
import pytest

from tablekin.sample.typesetting.headings import read_lexicon
from tablekin.sample.typesetting.layout import JOINT, TableLayout, arrange_pages, print_value, random_layout
from tablekin.sample.works.catalogue import draw_works
from tablekin.sample.works.work import DEGREES, Quantity, Work, argument, make_work

LEXICON = read_lexicon("en")


def small_work() -> Work:
    """Four rows, an argument and two values of degrees and minutes."""
    values = [[(str(10 * k + row), str(5 + row)) for row in range(4)] for k in (1, 2)]
    columns = [
        argument("degree", "@degree", range(1, 5)),
        (Quantity("one", "1", DEGREES), values[0]),
        (Quantity("two", "2", DEGREES), values[1]),
    ]
    return make_work("declination", {"obliquity": "23 30"}, list("abcd"), columns)


def arrange(layout: TableLayout):
    work = small_work()
    return arrange_pages(work, work.cells, layout, LEXICON, 0)


def test_places_of_a_value_stand_in_columns_of_their_own_or_in_one() -> None:
    apart = TableLayout((0, 1, 2, 3), (0, 1, 2))
    [[table]] = arrange(apart)
    assert table.cells[0] == ("1", "10", "5", "20", "5")
    assert [column.key for column in table.columns[1:3]] == ["one.degrees", "one.minutes"]
    [[table]] = arrange(TableLayout((0, 1, 2, 3), (0, 1, 2), joint="."))
    assert table.cells[0] == ("1", "10.5", "20.5")
    assert table.columns[1].key == JOINT.join(("one.degrees", "one.minutes"))


def test_rows_and_quantities_are_printed_in_the_order_of_the_layout() -> None:
    [[table]] = arrange(TableLayout((3, 1), (2, 0), joint=" "))
    assert table.row_keys == ("d", "b")
    assert table.cells == (("23 8", "4"), ("21 6", "2"))


def test_pages_share_the_rows_or_the_quantities_with_the_arguments_on_each() -> None:
    rows = arrange(TableLayout((0, 1, 2, 3), (0, 1, 2), pages=2))
    assert [table.row_keys for [table] in rows] == [("a", "b"), ("c", "d")]
    columns = arrange(TableLayout((0, 1, 2, 3), (0, 1, 2), pages=2, split_rows=False))
    keys = [[column.key.split(".")[0] for column in table.columns] for [table] in columns]
    assert keys == [["degree", "one", "one"], ["degree", "two", "two"]]


def test_halves_stand_in_two_tables_of_one_page() -> None:
    [tables] = arrange(TableLayout((0, 1, 2, 3), (0, 1), halves=True))
    assert [table.row_keys for table in tables] == [("a", "b"), ("c", "d")]


@pytest.mark.parametrize(("unit", "text", "printed"), [("minutes", "5", "05"), ("degrees", "5", "5")])
def test_minutes_are_padded_where_the_edition_pads(unit: str, text: str, printed: str) -> None:
    layout = TableLayout((0,), (0,), padded=True)
    assert print_value(text, unit, layout, LEXICON, 0) == printed


def test_a_copy_prints_no_row_and_no_quantity_that_its_parent_lacks() -> None:
    rng = np.random.default_rng(3)
    for work in (chosen.work for chosen in islice(draw_works(rng), 40)):
        parent = random_layout(work, None, rng)
        assert sorted({*parent.quantities}) == list(range(len(work.quantities)))
        child = random_layout(work, parent, rng)
        assert {*child.rows} <= {*parent.rows}
        assert {*child.quantities} <= {*parent.quantities}
