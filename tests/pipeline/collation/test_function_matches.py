"""Values of one function that were not laid side by side: against pairs that are known by how they were made."""

import numpy as np
import pandas as pd
import pytest

from tablekin.collation.copying import weigh_copying
from tablekin.collation.expectation import expect
from tablekin.collation.function_matches import CRITERIA, match_by_function
from tablekin.recompute.forms import Form
from tablekin.recompute.number_table import NumberColumn
from tests.support.laid_cells import laid

ARCS = np.arange(1, 31)
COLUMNS = [60 * 23.5 * np.sin(np.deg2rad(ARCS + 30 * sign)) for sign in range(3)]  # minutes of arc


def document(columns, rng=None, function="declination", radices=()):
    """Make a document that prints some columns, by their numbers, each in a row order of its own."""
    made, first = [], 1
    for number in columns:
        order = np.arange(30) if rng is None else rng.permutation(30)
        computed = COLUMNS[number][order]
        regions = (first + np.arange(30))[:, None]
        rows, due = np.arange(30), np.round(computed)
        form = Form(radices)
        made.append(NumberColumn(0, 0, "value", form, 0, function, rows, due, regions, computed, due, np.inf))
        first += 30
    return expect(made)


def none_of(expected):
    return np.zeros(len(expected.value), bool)


def test_columns_in_any_order_are_found_by_what_their_function_says():
    one, other = document([0, 1, 2]), document([2, 0], np.random.default_rng(1))
    a, b = match_by_function(one, other, none_of(one), none_of(other))
    assert len(a) == 60 and len({*a.tolist()}) == len({*b.tolist()}) == 60
    assert one.computed[a] == pytest.approx(other.computed[b])
    assert {*one.column[a].tolist()} == {0, 2}


def test_what_has_a_counterpart_already_is_left_alone():
    one, other = document([0, 1]), document([0, 1])
    taken = one.column == 0
    a, _ = match_by_function(one, other, taken, none_of(other))
    assert {*one.column[a].tolist()} == {1}
    a, _ = match_by_function(one, other, ~none_of(one), none_of(other))
    assert len(a) == 0


@pytest.mark.parametrize("changed", [{"function": "sine"}, {"radices": (60,)}])
def test_other_functions_and_other_forms_have_nothing_in_common(changed):
    one, other = document([0]), document([0], **changed)
    a, b = match_by_function(one, other, none_of(one), none_of(other))
    assert len(a) == len(b) == 0


def test_fewer_values_than_could_be_an_accident_are_none():
    one, other = document([0]), document([0])
    taken = np.arange(30) >= CRITERIA.min_values - 1
    assert len(match_by_function(one, other, taken, none_of(other))[0]) == 0


def test_a_column_that_differs_nearly_everywhere_speaks_against_a_copy_though_it_was_not_aligned():
    one, other = document([0, 1]), document([0, 1])
    off = np.where(np.arange(60) < 30, 0, 1 + np.arange(60) % 2)
    other = type(other)(**{**vars(other), "value": other.value + off})
    regions = np.arange(30) + 1
    texts = one.value[:30].astype(int).astype(str)
    aligned = pd.DataFrame(
        {
            "region_a": regions, "region_b": regions, "text_a": texts, "text_b": texts,
            "relation": "same", "confidence": 1.0,
        }
    )  # fmt: skip
    found = weigh_copying(laid(aligned), one, other)
    assert (found.values, found.differing) == (60, 30)
    assert found.log_odds < -5 < 0 < weigh_copying(laid(aligned), document([0]), document([0])).log_odds
