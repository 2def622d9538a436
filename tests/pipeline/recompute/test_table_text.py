"""The digits of a cell, in the order in which a page has them that was scanned in any pose."""

import pandas as pd
import pytest

from tablekin.recompute.table_text import read_tables

CELLS = {0: "12", 1: "345", 2: "67", 3: "88"}  # the last one reads alike both ways


def readings(turn: int) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Cells below one another on a page turned by quarters; the last 8 of them might be a 5."""
    regions, digits = [], []
    for region, text in CELLS.items():
        regions.append((region, "cell", 0.0, region, 0, text, 0.5))
        for place, digit in enumerate(text):
            x, y = 10.0 * place, 30.0 * region
            for _ in range(turn):
                x, y = -y, x
            doubted = region == 3 and place == 1
            digits.append((region, int(digit), 0.6 if doubted else 0.99, x, y, 5 if doubted else -1, 0.3))
    return (
        pd.DataFrame(regions, columns=["region_id", "kind", "table_id", "row", "col", "text", "confidence"]),
        pd.DataFrame(digits, columns=["region_id", "digit", "score", "x0", "y0", "other", "other_score"]),
    )


@pytest.mark.parametrize("turn", [0, 1, 2, 3])
def test_a_number_that_reads_alike_both_ways_has_its_digits_in_the_order_of_the_page(turn):
    (table,) = read_tables(*readings(turn))
    assert table.choices[3] == ({8: 0.99}, {8: 0.6, 5: 0.3})
    assert [max(one, key=one.__getitem__) for one in table.choices[1]] == [3, 4, 5]
