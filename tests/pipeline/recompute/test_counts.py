import numpy as np

from tablekin.recompute.counts import count_of, find_counts
from tablekin.recompute.strands import strands_of
from tablekin.recompute.table_text import from_rows


def test_a_count_with_misprints_and_gaps():
    values = 5.0 * np.arange(1, 19)
    values[[3, 9]] = [7.0, np.nan]
    count = count_of(values)
    assert count is not None and (count.start, count.step) == (5.0, 5.0)
    assert count.extended().tolist() == (5.0 * np.arange(1, 19)).tolist()


def test_what_counts_no_more_than_by_chance():
    assert count_of(np.array([1.0, 2.0, 9.0, 4.0, 17.0, 6.0, 30.0, 8.0])) is None
    assert count_of(np.array([7.0] * 9)) is None
    assert count_of(np.arange(10.0) * 7) is None  # no table is entered by sevens


def counts(rows):
    return {number: count.step for number, count in find_counts(strands_of(from_rows(rows))).items()}


def test_the_smaller_step_is_the_argument_of_a_table_of_products():
    rows = [[str(x * y) for y in (12, 11, 10, 1)] for x in range(1, 16)]
    assert counts(rows) == {3: 1.0}


def test_a_complementary_argument_and_a_second_panel():
    rows = [[str(x), "17", str(30 - x), str(x + 15), "91", str(15 - x)] for x in range(1, 16)]
    assert counts(rows) == {0: 1.0, 2: -1.0, 3: 1.0, 5: -1.0}


def test_the_argument_beside_something_else():
    rows = [["8", str(1700 + x), str(x * x % 19)] for x in range(12)]
    assert counts(rows) == {1: 1.0}


def test_an_argument_between_the_columns_of_two_pages():
    """No column at a side counts: the table was cut off."""
    wild = [str(40 + 3 * n * n % 17) for n in range(1, 21)]
    rows = [[w, w, str(300 + n), w, str(n), w, w] for n, w in enumerate(wild, 1)]
    counts = find_counts(strands_of(from_rows(rows)))
    assert list(counts) == [4] and counts[4].start == 1


def test_degrees_that_go_up_almost_evenly_are_no_argument_beside_a_column_that_counts():
    degrees = [339, 341, 344, 346, 348, 350, 352, 354, 356, 358]
    rows = [[str(degree), "17", str(1 + 3 * row)] for row, degree in enumerate(degrees)]
    rows[-1][2] = "82"  # misprinted for 28
    assert counts(rows) == {2: 3.0}


def test_years_by_forties():
    assert counts([[str(1638 + 40 * x), str(x * x % 19)] for x in range(12)]) == {0: 40.0}
