"""Verdicts: words and odds, against numerical integration and against tables made either way."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy.integrate import quad
from scipy.stats import beta, binom

from tablekin.collation import collate, expectations_of, judge, keep_significant, list_cells, make_witness
from tablekin.collation.expectation import NO_EXPECTATIONS, expect
from tablekin.collation.relation import Relation, Strength
from tablekin.collation.verdict import CRITERIA, _weigh_plain, calibrated, strength
from tablekin.recompute.forms import Form
from tablekin.recompute.number_table import NumberColumn
from tests.pipeline.recompute.tables import declinations
from tests.support.laid_cells import laid
from tests.support.read_tables import read, rows_of, values


def witness(table, doc):
    rows = rows_of(table)
    expected = expectations_of(rows["regions"], rows["digits"])
    return make_witness(doc, rows["regions"], rows["digits"], rows["factors"], expected)


def verdict(a, b):
    tried = collate(a, b)
    return judge(tried, list_cells(keep_significant(tried)))


def declination_table(misprints=(), truncated=False):
    text = declinations(truncated=truncated).text.copy()
    for row, col, printed in misprints:
        assert text[row, col] != printed
        text[row, col] = printed
    return [[str(cell) for cell in line] for line in text]


SHARED = ((3, 2, "99"), (14, 4, "00"), (20, 6, "71"))


def test_odds_are_named_from_seven_ten_and_a_hundred_to_one():
    odds = {1: Strength.WEAK, 9: Strength.WEAK, 11: Strength.FAIR, 99: Strength.FAIR, 101: Strength.STRONG}
    assert {one: strength(math.log(one)) for one in odds} == odds
    assert math.exp(CRITERIA.copied) == pytest.approx(7, abs=0.05)


def test_odds_rise_with_the_nats_and_never_beyond_what_is_borne_out():
    nats = np.linspace(-300, 300, 601)
    odds = np.array([calibrated(one) for one in nats if one])
    assert (np.diff(odds) >= 0).all()
    assert odds.min() == -CRITERIA.max_log_odds and odds.max() == CRITERIA.max_log_odds
    assert calibrated(0.0) == 0.0


def test_shared_errors_make_a_copy_and_errors_of_each_do_not():
    copied = verdict(witness(declination_table(SHARED), "a"), witness(declination_table(SHARED), "b"))
    assert copied.relation is Relation.COPIED and copied.evidence.shared_errors == 3
    own = verdict(witness(declination_table(SHARED[:1]), "a"), witness(declination_table(SHARED[1:]), "b"))
    assert own.relation is Relation.SAME_FUNCTION and own.evidence.shared_errors == 0


def test_one_who_cuts_off_and_one_who_rounds_computed_alike():
    found = verdict(witness(declination_table(), "a"), witness(declination_table(truncated=True), "b"))
    assert found.relation is Relation.SAME_FUNCTION and found.log_odds_copied < -CRITERIA.fair


def test_tables_without_anything_in_common_are_not_kin():
    strangers = verdict(read(values(1)), read(values(2)))
    assert strangers.relation in (Relation.UNRELATED, Relation.TOO_LITTLE) and strangers.log_odds_copied <= 0
    short = verdict(read(values(1, rows=3)), read(values(1, rows=3)))
    assert short.relation is Relation.TOO_LITTLE


@pytest.mark.parametrize("same, differing", [(40, 0), (38, 2), (30, 10)])
def test_how_many_cells_differ_weighs_what_integration_gives(same, differing):
    texts = np.random.default_rng(3).integers(100, 999, same + differing).astype(str)
    cells = pd.DataFrame(
        {
            "table_a": 0, "col_a": 1, "table_b": 0, "col_b": 1,
            "region_a": np.arange(len(texts)), "region_b": np.arange(len(texts)),
            "text_a": texts, "text_b": texts, "confidence": 1.0,
            "relation": ["variant"] * differing + ["same"] * same,
        }
    )  # fmt: skip

    def likely(mean, known):
        shape = mean * known, (1 - mean) * known

        def joint(share):
            return beta.pdf(share, *shape) * binom.pmf(differing, same + differing, share)

        return quad(joint, 0, 1, points=(0.01, 0.1))[0]

    expected = math.log(
        likely(CRITERIA.differ_copied, CRITERIA.known_copied)
        / likely(CRITERIA.differ_alike, CRITERIA.known_alike)
    )
    found = _weigh_plain(laid(cells), NO_EXPECTATIONS, NO_EXPECTATIONS, True)
    assert found == pytest.approx(expected, abs=1e-3)


def test_arguments_say_nothing_of_how_many_cells_differ():
    texts = [str(row) for row in range(1, 41)]
    cells = pd.DataFrame(
        {"table_a": 0, "col_a": 0, "table_b": 0, "col_b": 0, "text_a": texts, "text_b": texts}
    )
    cells = cells.assign(region_a=range(40), region_b=range(40), confidence=1.0, relation="same")
    assert _weigh_plain(laid(cells), NO_EXPECTATIONS, NO_EXPECTATIONS, True) == 0.0


def test_values_of_another_half_circle_say_nothing_of_how_many_cells_differ():
    """Cells that agree in minutes of arcs that their functions know to be half a circle apart, or nearly the same."""
    arcs = np.arange(40) * 0.9 + 10
    regions = np.arange(40)
    texts = (regions * 37 % 60).astype(str)
    cells = pd.DataFrame(
        {
            "table_a": 0, "col_a": 1, "table_b": 0, "col_b": 1, "region_a": regions, "region_b": regions,
            "text_a": texts, "text_b": texts, "confidence": 1.0, "relation": "same",
        }
    )  # fmt: skip

    def said(degrees):
        due = np.round(60 * degrees)
        form, turn = Form(()), 360 * 60.0
        column = NumberColumn(
            0, 0, "value", form, 0, "right ascension", regions, due, regions[:, None], 60 * degrees, due, turn
        )
        return expect([column])

    assert _weigh_plain(laid(cells), said(arcs), said(arcs + 180), False) == 0.0
    assert _weigh_plain(laid(cells), said(arcs), said(arcs + 0.1), False) != 0.0
