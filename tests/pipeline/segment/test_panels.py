from __future__ import annotations

import numpy as np
import pytest

from tablekin.segment.observations import observe_page
from tablekin.segment.panels import find_panel_break
from tablekin.segment.table import build_table
from tests.support.printed_table import Printed, print_table

SHAPE = (1200, 1100)
ROWS = 30


@pytest.mark.parametrize(
    ("columns", "second", "goes_on", "beside"),
    [
        (["99", "9999"], 31, True, False),
        (["99", "9999"], 32, True, False),  # a line may be missed
        (["99", "9999"], 1, False, False),
        (["99", "9999"], 61, False, False),
        (["9999", "99"], 31, True, False),
        (["99", "9999"], 31, True, True),
    ],
)
def test_a_table_breaks_where_the_arguments_go_on(
    columns: list[str], second: int, goes_on: bool, beside: bool
) -> None:
    page = Printed(np.random.default_rng(0), SHAPE)
    counting = columns.index("99")
    if beside:  # what is seen of the facing page
        print_table(page, 60, 150, ROWS, ["9"], table=0, rules="none")
    right, _ = print_table(page, 120, 150, ROWS, columns, table=0, rules="none", count=1, counting=counting)
    print_table(page, right, 150, ROWS, columns, table=1, rules="none", count=second, counting=counting)
    working, truth = page.page()
    block = np.arange(len(truth))
    table = build_table(observe_page(working), block, (0.0, 0.0, float(SHAPE[1]), float(SHAPE[0])))
    assert table is not None
    border = find_panel_break(table, working.digits, block)
    assert (border is not None) == goes_on
    if border is not None:
        beyond = table.dewarping.points(working.digits.centres)[:, 0] >= border
        assert beyond.tolist() == (truth[:, 0] == 1).tolist()
