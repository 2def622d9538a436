import numpy as np
import pytest
from numba import njit

from tablekin.explain.simd import (
    GROUP,
    LANES,
    add_product,
    add_products,
    broadcast,
    count_bits,
    extract,
    load,
    mask_ge,
    multiply,
    multiply_one,
    multiply_two,
    offset,
    pointer,
    store,
    trailing_zeros,
)


@njit
def arithmetic(one, other, factor, target):
    left, right = load(pointer(one, 0), 3), load(pointer(other, 2), 0)
    store(add_product(multiply(left, right), left, broadcast(factor)), pointer(target, 0), 1)


def test_lanes_are_multiplied_and_added_one_by_one():
    one, other = np.random.default_rng(0).normal(size=(2, LANES + 3)).astype(np.float32)
    target = np.full(LANES + 2, 7, np.float32)
    arithmetic(one, other, np.float32(0.5), target)
    left, right = one[3:].astype(np.float64), other[2 : LANES + 2]
    np.testing.assert_allclose(target[1:-1], left * right + left * 0.5, rtol=1e-5, atol=1e-6)
    assert target[0] == target[-1] == 7


@njit
def column_sums(total, table, stride, column, row, factor, entry, target):
    start = load(pointer(total, 0), 0)
    sums = add_products(start, pointer(table, 0), stride, column, pointer(row, 0), pointer(factor, 0), entry)
    store(sums, pointer(target, 0), 0)


@pytest.mark.parametrize(("column", "entry"), [(0, 0), (LANES, 5)])
def test_columns_of_a_table_are_added_up(column, entry):
    rng = np.random.default_rng(1)
    table = rng.normal(size=(256, 2 * LANES)).astype(np.float32)
    row = rng.choice([0, 1, 255, 254], 3 * GROUP).astype(np.uint8)  # the same row may come again
    factor, total = (rng.normal(size=size).astype(np.float32) for size in (3 * GROUP, LANES))
    target = np.zeros(LANES, np.float32)
    column_sums(total, table.ravel(), 2 * LANES, column, row, factor, entry, target)
    taken = slice(entry, entry + GROUP)
    expected = total + factor[taken].astype(np.float64) @ table[row[taken], column : column + LANES]
    np.testing.assert_allclose(target, expected, rtol=1e-5, atol=1e-5)


@njit
def places_reaching(values, least):
    bits = mask_ge(load(pointer(values, 0), 0), least)
    places = [count_bits(bits)]
    while bits:
        places.append(trailing_zeros(bits))
        bits &= bits - 1
    return places


def test_lanes_that_reach_a_number_are_told():
    values = np.random.default_rng(2).normal(size=LANES).astype(np.float32)
    values[3] = np.nan
    for least in (-9, values[0], values[LANES - 1], 0.5, 9):
        places = np.flatnonzero(values >= least).tolist()
        assert places_reaching(values, np.float32(least)) == [len(places), *places]
    assert places_reaching(np.full(LANES, 1, np.float32), np.float32(1)) == [LANES, *range(LANES)]


@njit
def products_of_row(row, factor, entries, table, stride, column, groups, target):
    wanted, own = pointer(target, 0), pointer(factor, 0)
    if groups == 1:
        multiply_one(pointer(row, 0), own, entries, pointer(table, 0), stride, column, wanted)
    else:
        multiply_two(pointer(row, 0), own, entries, pointer(table, 0), stride, column, wanted)


@pytest.mark.parametrize("entries", [0, GROUP, 3 * GROUP])
@pytest.mark.parametrize(("groups", "column"), [(1, 0), (1, LANES), (2, LANES)])
def test_all_entries_of_a_row_are_multiplied_with_columns_and_no_others(groups, column, entries):
    rng = np.random.default_rng(2)
    table = rng.normal(size=(256, 4 * LANES)).astype(np.float32)
    row = rng.integers(0, 256, 3 * GROUP).astype(np.uint8)
    factor = rng.normal(size=3 * GROUP).astype(np.float32)
    target = np.full(4 * LANES, 7, np.float32)
    products_of_row(row, factor, entries, table.ravel(), 4 * LANES, column, groups, target)
    expected, end = np.full(4 * LANES, 7.0), column + groups * LANES
    expected[column:end] = factor[:entries].astype(np.float64) @ table[row[:entries], column:end]
    np.testing.assert_allclose(target, expected, rtol=1e-5, atol=1e-5)


@njit
def lane_behind(values, at, lane):
    return extract(load(offset(pointer(values, 0), at), 0), lane)


def test_a_lane_is_taken_from_behind_a_pointer():
    values = np.arange(2 * LANES, dtype=np.float32)
    assert [lane_behind(values, at, lane) for at, lane in ((0, 0), (3, 2), (LANES, LANES - 1))] == [0, 5, 31]
