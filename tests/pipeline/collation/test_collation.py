"""Tables that are laid side by side: what was done to the second is known."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

import tablekin.collation.collation as collation
from tablekin.collation import VARIANT_CRITERIA, collate, keep_significant, list_cells, to_frame
from tablekin.collation.verdict import summarize
from tablekin.collation.witness import Witness
from tests.support.read_tables import ROWS, read, values


def cells(a: Witness, b: Witness) -> pd.DataFrame:
    return to_frame(keep_significant(collate(a, b)))


def aligned(found: pd.DataFrame) -> set[tuple[int, int, int, int]]:
    both = found[(found["region_a"] >= 0) & (found["region_b"] >= 0)]
    return set(both[["row_a", "col_a", "row_b", "col_b"]].itertuples(index=False, name=None))


def test_a_table_agrees_with_itself_cell_by_cell():
    table = values()
    found = cells(read(table), read(table))
    assert aligned(found) == {(i, c, i, c) for i in range(ROWS) for c in range(5)}
    assert set(found["relation"]) == {"same"}


def test_every_variant_is_listed_and_nothing_else():
    first, second = values(), values()
    turned = first[11][4]
    second[3][2], second[11][4] = "9" + second[3][2][1:], turned[0] + turned[2] + turned[1] + turned[3:]
    found = cells(read(first), read(second))
    variants = found[found["relation"] == "variant"]
    assert set(variants[["row_a", "col_a"]].itertuples(index=False, name=None)) == {(3, 2), (11, 4)}
    assert (variants["confidence"] >= VARIANT_CRITERIA.min_confidence).all()
    assert variants["text_b"].tolist() == [second[3][2], second[11][4]]


def test_a_variant_read_badly_is_doubtful_and_others_stay_sure():
    first, second = values(), values()
    second[3][2], second[11][4] = "9" + second[3][2][1:], "9" + second[11][4][1:]
    found = cells(read(first), read(second, weak={second[3][2]: 0.9})).query("relation == 'variant'")
    sure = found.set_index("row_a")["confidence"] >= VARIANT_CRITERIA.min_confidence
    assert sure.to_dict() == {3: False, 11: True}


def test_one_digit_taken_for_another_again_and_again_is_misread():
    first, second = values(columns=6), values(columns=6)
    confused = [(i, c) for i in range(ROWS) for c in range(1, 7) if "4" in second[i][c][1:]][:9]
    for i, c in confused:
        second[i][c] = second[i][c][0] + second[i][c][1:].replace("4", "1", 1)
    second[20][1] = "9" + second[20][1][1:]
    found = cells(read(first, scores=0.999), read(second, scores=0.999)).query("relation == 'variant'")
    sure = found.loc[found["confidence"] >= VARIANT_CRITERIA.min_confidence, ["row_a", "col_a"]]
    assert set(sure.itertuples(index=False, name=None)) == {(20, 1)}


def test_columns_in_another_order_and_some_missing():
    table = values(columns=5)
    order = [0, 4, 2, 1]
    found = cells(read(table), read([[row[c] for c in order] for row in table]))
    assert aligned(found) == {(i, c, i, d) for i in range(ROWS) for d, c in enumerate(order)}
    assert (found["relation"] == "not_compared").sum() == 2 * ROWS


def test_tables_too_large_to_lay_side_by_side_are_passed_over(monkeypatch):
    a = read(*values(ROWS))
    monkeypatch.setattr(collation, "CRITERIA", replace(collation.CRITERIA, max_cell_pairs=10))
    assert collate(a, a) == []


def test_rows_missing_and_rows_added():
    table, stray = values(rows=30), values(seed=9, rows=30)
    second = [*table[:6], *table[9:20], *([str(k), *stray[k][1:]] for k in (3, 4)), *table[20:]]
    found = cells(read(table), read(second))
    expected = [*range(6), *range(9, 20), None, None, *range(20, 30)]
    assert aligned(found) == {(i, c, j, c) for j, i in enumerate(expected) if i is not None for c in range(5)}
    assert set(found.loc[found["relation"] == "only_a", "row_a"]) == {6, 7, 8}
    assert set(found.loc[found["relation"] == "only_b", "row_b"]) == {17, 18}


def test_a_row_printed_twice_corresponds_once():
    table = values()
    found = cells(read(table), read([*table[:10], table[9], *table[10:]]))
    rows = {(i, j) for i, _, j, _ in aligned(found)}
    assert len(rows) == ROWS
    assert len({i for i, _ in rows}) == len({j for _, j in rows}) == ROWS


def test_degrees_and_minutes_in_one_column_and_in_two():
    rng = np.random.default_rng(4)
    pairs = [[(int(d), int(m)) for d, m in rng.integers(1, 60, (3, 2))] for _ in range(ROWS)]
    joined = [[str(i + 1), *(f"{d} {m:02}" for d, m in row)] for i, row in enumerate(pairs)]
    split = [
        [str(i + 1), *(text for d, m in row for text in (str(d), str(m)))] for i, row in enumerate(pairs)
    ]
    split[7][4] = "60"  # minutes of the second
    found = cells(read(joined), read(split))
    assert aligned(found) >= {(i, 1 + k // 2, i, 1 + k) for i in range(ROWS) for k in range(6)}
    variants = found[found["relation"] == "variant"]
    assert variants[["row_a", "col_a", "col_b"]].to_numpy().tolist() == [[7, 2, 4]]


def test_a_table_turned_on_its_side():
    table = values(columns=6)
    found = cells(read(table), read([list(column) for column in zip(*table, strict=True)]))
    assert aligned(found) == {(i, c, c, i) for i in range(ROWS) for c in range(7)}


def test_a_table_that_continues_in_a_second_one():
    table = values(rows=40)
    found = cells(read(table), read(table[:22], table[22:]))
    both = found[found["relation"] == "same"]
    assert {(r.row_a, r.table_b, r.row_b) for r in both.itertuples()} == {
        (i, int(i >= 22), i - 22 * (i >= 22)) for i in range(40)
    }


def test_of_several_tables_on_a_page_those_that_correspond_are_found():
    found = cells(read(values(1), values(2)), read(values(3), values(2), values(1)))
    both = found[found["relation"] == "same"]
    assert set(both[["table_a", "table_b"]].itertuples(index=False, name=None)) == {(0, 2), (1, 1)}


@pytest.mark.parametrize("seed", range(6))
def test_tables_that_share_their_arguments_only_are_not_kin(seed):
    tried = collate(read(values(seed)), read(values(seed + 50)))
    assert tried
    assert not keep_significant(tried)
    row = summarize(tried, list_cells(keep_significant(tried)))
    assert (row["is_kin"], row["same"], row["variant"]) == (False, 0, 0)


def test_a_document_without_a_table_is_kin_to_none():
    assert collate(read(values()), read()) == []
    assert len(to_frame([])) == 0


@pytest.mark.parametrize(
    ("one", "other"),
    [("5 07", "5 7"), ("5 07", "507"), ("9 00", "90"), ("007", "7"), ("15 05", "155")],
)
def test_zeros_and_points_make_no_variant(one, other):
    first, second = values(), values()
    first[5][2], second[5][2] = one, other
    found = cells(read(first), read(second))
    assert "variant" not in set(found["relation"])


def test_a_nearly_linear_function_is_evidence_and_a_count_is_none() -> None:
    def page(column: list[int]) -> Witness:
        return read([[str(row), str(value)] for row, value in enumerate(column)])

    counts = page([350 + 6 * row for row in range(40)])  # 350, 356 ... by the same step throughout
    assert not keep_significant(collate(counts, counts))
    sines = [page([round(10000 * np.sin(np.radians(2 + row / 30))) for row in range(40)]) for _ in range(2)]
    assert keep_significant(collate(*sines))


def test_short_parts_of_a_table_are_kin_together_though_each_alone_would_not_be() -> None:
    whole = [[line[0], *(text[-2:] for text in line[1:3])] for line in values(3, rows=30)]
    parts = read(whole[:8], whole[8:16], whole[16:24])
    found = keep_significant(collate(read(whole), parts))
    assert sorted((one.b.table, *one.alignment.rows[0].tolist()) for one in found) == [
        (0, 0, 0),
        (1, 8, 0),
        (2, 16, 0),
    ]
    assert not keep_significant(collate(read(whole), read(whole[:5])))


def test_a_few_long_numbers_are_enough() -> None:
    squares = [[str(n), str(n**2), str(n**3)] for n in range(741, 771)]
    assert keep_significant(collate(read(squares), read(squares[::4])))
    short = [[n, square[-2:], cube[-2:]] for n, square, cube in squares]
    assert not keep_significant(collate(read(short), read(short[::4])))
