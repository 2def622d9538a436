"""Which rows of two pages match, against sums that are written out, and the runs that they form."""

import itertools

import numpy as np
import pandas as pd
import pytest

from tablekin.report.line_matches import CRITERIA, LineMatch, TableLine, excess_of, find_runs, match_lines


def lines(count, table=0):
    return {10 * table + k: TableLine(10 * table + k, table, k) for k in range(count)}


def match(a, b, specific=1.0, table=0):
    return LineMatch(TableLine(a, table, a), TableLine(b, table, b), 2.0, 0.5, specific)


def test_the_excess_is_what_the_margins_do_not_foretell():
    values = np.random.default_rng(0).random((4, 5))
    excess = excess_of(pd.DataFrame(values)).to_numpy()
    for i, j in itertools.product(range(4), range(5)):
        assert excess[i, j] == pytest.approx(
            values[i, j] - values[i, :].sum() * values[:, j].sum() / values.sum()
        )
    np.testing.assert_allclose(excess.sum(0), 0, atol=1e-12)
    np.testing.assert_allclose(excess.sum(1), 0, atol=1e-12)
    alike = pd.DataFrame(np.outer([1.0, 5.0], [2.0, 3.0, 4.0]))  # any two share as their sizes have it
    np.testing.assert_allclose(excess_of(alike), 0, atol=1e-12)


def test_lines_match_where_either_is_the_best_of_the_other():
    relevance = pd.DataFrame([[5.0, 1.0, 1.0], [1.0, 6.0, 5.5], [1.0, 1.0, 1.0]])
    specific = pd.DataFrame([[0.9, 0.3, 0.95], [0.1, 0.2, -0.4], [0.2, 0.1, 0.3]])
    found = match_lines(relevance, specific, lines(3), lines(3))
    added = specific.to_numpy()
    expected = [
        (i, j)
        for i, j in itertools.product(range(3), range(3))
        if added[i, j] > 0 and added[i, j] == added[i].max() == added[:, j].max()
    ]
    assert [(one.a.number, one.b.number) for one in found] == expected
    assert (0, 2) in expected
    assert (found[0].relevance, found[0].specific) == (1.0, 0.95)
    assert found[0].excess == pytest.approx(excess_of(relevance).at[0, 2])
    assert match_lines(pd.DataFrame(), pd.DataFrame(), {}, {}) == []


@pytest.mark.parametrize("way", [1, -1])
def test_a_run_goes_one_way_with_small_steps(way):
    rows = [match(k, 20 + way * k) for k in (0, 1, 2, 4, 5, 8)]
    (run,) = find_runs([*rows, match(12, 3), match(18, 9)])
    assert run == rows
    broken = [match(k, 20 + way * (k + (CRITERIA.max_step if k > 2 else 0))) for k in range(6)]
    assert find_runs(broken) == []  # three and three lines, with too large a step between them


def test_runs_stay_within_a_table_and_the_strongest_comes_first():
    weak = [match(k, k, 1.0) for k in range(5)]
    strong = [match(k, k, 2.0, table=1) for k in range(5)]
    assert find_runs([*weak, *strong]) == [strong, weak]
    assert find_runs(weak[:4]) == []
    split = [match(k, k, 1.0, table=k % 2) for k in range(8)]
    assert find_runs(split) == []
