"""Copied or computed alike: against likelihoods that are added up one by one, and against tables made either way."""

import math

import numpy as np
import pandas as pd
import pytest

from tablekin.collation.authorship import SHARES
from tablekin.collation.copying import CRITERIA, weigh_copying
from tablekin.collation.expectation import NO_EXPECTATIONS, expect
from tablekin.collation.habits import ERRING, HABITS, RATES
from tablekin.collation.verdict import CRITERIA as VERDICTS
from tablekin.collation.verdict import calibrated
from tablekin.recompute.forms import Form
from tablekin.recompute.number_table import NumberColumn
from tests.support.laid_cells import laid

ROWS = 60
ARCS = np.linspace(3.3, 88.1, ROWS)
SINES = 10_000 * np.sin(np.deg2rad(ARCS))
SHARED_ERROR = 2.0  # nats at least


def document(printed, computed=SINES, regions=None):
    """Make what is expected of a document of one column, whose cell of row k is region k + 1."""
    printed, computed = (np.asarray(one, float) for one in (printed, computed))
    rows = np.arange(len(printed))
    regions = (rows + 1)[:, None] if regions is None else regions
    form = Form((60,) * (regions.shape[1] - 1))
    column = NumberColumn(
        0, 0, "value", form, 0, "sine", rows, printed, regions, computed, np.round(computed), np.inf
    )
    return expect([column])


def beside(a, b, confidence=1.0):
    """Lay two columns beside each other, row by row."""
    a, b = np.asarray(a, int), np.asarray(b, int)
    return pd.DataFrame(
        {
            "region_a": np.arange(len(a)) + 1,
            "region_b": np.arange(len(b)) + 1,
            "text_a": a.astype(str),
            "text_b": b.astype(str),
            "relation": np.where(a == b, "same", "variant"),
            "confidence": np.where(a == b, 1.0, confidence),
        }
    )


def weigh(a, b, confidence=1.0):
    return weigh_copying(laid(beside(a, b, confidence)), document(a), document(b))


RIGHT = np.round(SINES)


def misprinted(rows, by=400):
    printed = RIGHT.copy()
    printed[list(rows)] += by
    return printed


def test_whole_numbers_that_agree_weigh_what_one_reckons_by_hand():
    """Multiples, which need no rounding: the same few terms for every value, whatever slips of an author."""
    values = np.arange(7, 7 * (ROWS + 1), 7)
    evidence = weigh_copying(laid(beside(values, values)), document(values, values), document(values, values))
    misprint = 1 / (SHARES.readings * 3)
    others = 1 - HABITS.careful - HABITS.own
    habits = {0.1: HABITS.careful, 1.0: 0.5 * others, 10.0: 0.3 * others, 50.0: 0.2 * others}
    wrong = {0.0: HABITS.faultless} | dict.fromkeys(ERRING, (1 - HABITS.faultless) / 5)
    together = dict.fromkeys(ERRING, 0.0)  # shares of the rates of author and printer
    for source, share in wrong.items():
        for changed in RATES:
            nearest = min(ERRING, key=lambda rate: abs(math.log(rate / (source + changed))))
            together[nearest] += share / 4
    edition, copied, same = [], [], []
    for times, of_authors in habits.items():
        slips = times * SHARES.slips
        slip = slips / (2 * SHARES.mean_slip)
        right = {rate: ((1 - rate) * (1 - slips + slip) + rate * misprint) ** ROWS for rate in (0.0, *ERRING)}
        edition.append(of_authors * sum(share * right[rate] for rate, share in together.items()))
        copied.append(of_authors * sum(share * right[rate] for rate, share in wrong.items()))
        for one, share in together.items():
            for other, share_other in together.items():
                both = (1 - one - slips) * (1 - other - slips)
                astray = (slip + one * misprint) * (slip + other * misprint)
                same.append(of_authors * share * share_other * (both + astray) ** ROWS)
    alike = (1 - CRITERIA.same_means) * sum(edition) ** 2 + CRITERIA.same_means * sum(same)
    kept = np.mean([(1 - rate) ** ROWS for rate in RATES]) ** 2
    assert evidence.log_odds == pytest.approx(math.log(sum(copied) * kept / alike), abs=1e-6)
    assert (evidence.values, evidence.differing, evidence.shared_errors) == (ROWS, 0, 0)


@pytest.mark.parametrize("rough", [False, True])
def test_habits_in_common_make_no_copy(rough):
    """However many values are right in both, or deviate in the last place in both."""
    deviations = np.random.default_rng(4).uniform(-1.5, 1.5, ROWS) if rough else 0
    printed = np.round(SINES + deviations)
    found = weigh(printed, printed)
    assert found.shared_errors == 0 and 0 < calibrated(found.log_odds) < VERDICTS.copied


def test_the_more_values_are_right_in_both_the_less_is_it_an_accident():
    few = weigh_copying(
        laid(beside(RIGHT[:8], RIGHT[:8])), document(RIGHT[:8], SINES[:8]), document(RIGHT[:8], SINES[:8])
    )
    assert 0 < few.log_odds < weigh(RIGHT, RIGHT).log_odds


def test_what_everybody_has_who_computes_rightly_says_little():
    assert abs(weigh(RIGHT, RIGHT).log_odds) < math.log(5)


def test_every_shared_error_speaks_for_a_copy():
    none, one, two = (weigh(misprinted(rows), misprinted(rows)) for rows in ([], [11], [11, 40]))
    assert [found.shared_errors for found in (none, one, two)] == [0, 1, 2]
    assert one.log_odds > none.log_odds + SHARED_ERROR and two.log_odds > one.log_odds + SHARED_ERROR


def test_errors_at_different_places_say_little():
    apart = weigh(misprinted([11]), misprinted([40]))
    assert apart.differing == 2 and abs(apart.log_odds) < 2.0


def test_one_who_cuts_off_did_not_copy_from_one_who_rounds():
    cut_off = np.floor(SINES)
    assert (cut_off != RIGHT).mean() > 0.3
    assert weigh(RIGHT, cut_off).log_odds < -10


def test_deviations_that_both_have_weigh_no_more_than_means_in_common():
    rough = np.round(SINES + np.random.default_rng(4).uniform(-1.5, 1.5, ROWS))
    found = weigh(rough, rough)
    assert found.shared_deviations > 20
    assert 0.8 < found.log_odds < -math.log(CRITERIA.same_means) + 1
    other = np.round(SINES + np.random.default_rng(5).uniform(-1.5, 1.5, ROWS))
    assert weigh(rough, other).log_odds < -10


def test_it_does_not_matter_which_document_comes_first():
    a, b = misprinted([11, 20]), misprinted([11, 33])
    assert weigh(a, b).log_odds == pytest.approx(weigh(b, a).log_odds)


def test_doubtful_readings_say_less():
    a, b = misprinted([11, 20], by=1), misprinted([33, 41, 45, 52], by=1)
    sure, doubtful = weigh(a, b).log_odds, weigh(a, b, confidence=0.1).log_odds
    assert abs(doubtful) < abs(sure)


def test_a_function_known_of_one_document_serves_for_both():
    cut_off = np.floor(SINES)
    cells = beside(RIGHT, cut_off)
    one = weigh_copying(laid(cells), document(RIGHT), NO_EXPECTATIONS)
    other = weigh_copying(laid(cells), NO_EXPECTATIONS, document(cut_off))
    for found in (one, other):
        assert found.values == ROWS and found.differing == (cut_off != RIGHT).sum() and found.log_odds < -5
    assert weigh_copying(laid(cells), NO_EXPECTATIONS, NO_EXPECTATIONS).values == 0


def test_a_number_in_two_cells_is_read_beside_the_same_number_in_one():
    """``7`` and ``00`` beside ``6 59`` are one value that differs by one, not two cells that cannot be compared."""
    minutes = np.arange(400, 400 + 7 * 30, 7)
    regions = np.stack([np.arange(30) + 1, np.arange(30) + 101], -1)
    rows = []
    for row, value in enumerate(minutes.tolist()):
        theirs = value - (row % 2)
        for region, text in zip(regions[row], divmod(value, 60), strict=True):
            relation = "same" if theirs == value else "variant"
            there = "{} {:02}".format(*divmod(theirs, 60))
            rows.append((int(region), 501 + row, str(text), there, relation, 1.0))
    names = ["region_a", "region_b", "text_a", "text_b", "relation", "confidence"]
    expected = document(minutes, minutes, regions)
    found = weigh_copying(laid(pd.DataFrame(rows, columns=names)), expected, NO_EXPECTATIONS)
    assert (found.values, found.differing) == (30, 15)


def test_a_value_takes_part_once():
    """Where a row is laid beside two of the other table, the one counts that should say the same."""
    shifted = beside(RIGHT, RIGHT).assign(region_b=lambda own: own["region_b"] % ROWS + 1)
    twice = pd.concat([beside(RIGHT, RIGHT), shifted])
    near = SINES + np.arange(ROWS) * 1e-3
    found = weigh_copying(laid(twice), document(RIGHT), document(RIGHT, near))
    assert found.values == ROWS


def test_misprints_of_one_edition_alone_do_not_speak_against_a_copy():
    """Six errors of a, none of b: b is what a was copied from, or was corrected; as many in both are rarer."""
    alone = weigh(misprinted([3, 9, 20, 31, 44, 57]), RIGHT)
    either = weigh(misprinted([3, 20, 44]), misprinted([9, 31, 57]))
    assert alone.log_odds > -2.0
    assert alone.log_odds > either.log_odds - 1.0


def test_deviations_that_come_again_and_again_are_those_of_the_means():
    """Two who computed every third value, and interpolated alike, have 2, 2, 0, 2, 2, 0 in common."""
    rough = RIGHT + np.where(np.arange(ROWS) % 3 == 0, 0, 2)
    other = rough.copy()
    other[31] += 400
    assert weigh(rough, rough).log_odds < -math.log(CRITERIA.same_means) + 1
    assert weigh(rough, other).log_odds < -math.log(CRITERIA.same_means) + 1


def test_rows_that_a_rough_author_computed_himself_are_no_wonder():
    """Of a table that was interpolated another has every third row alone, and is right: so are these rows."""
    rough = RIGHT + np.where(np.arange(ROWS) % 3 == 0, 0, 2)
    cells = beside(RIGHT[::3], RIGHT[::3]).assign(region_a=np.arange(ROWS)[::3] + 1)
    found = weigh_copying(laid(cells), document(rough), document(RIGHT[::3], SINES[::3]))
    assert found.values == ROWS // 3 and abs(found.log_odds) < 1.2


def test_a_place_that_both_have_misprinted_otherwise_speaks_not_against_a_copy():
    """Both copied what was right, and erred at the same place by themselves."""
    a, b = misprinted([11, 20, 41]), misprinted([33])
    at_one_place = b.copy()
    at_one_place[20] += 5
    assert weigh(a, at_one_place).log_odds > weigh(a, b).log_odds - 3.0


def entered(argument, printed=RIGHT, again=None, count=None):
    """Make what is expected of a document of one column, whose argument has regions from 101 on; again: from 201 on."""
    rows = np.arange(ROWS)
    count = np.arange(1.0, ROWS + 1) if count is None else count
    columns = [
        NumberColumn(
            0,
            0,
            "value",
            Form(()),
            0,
            "sine",
            rows,
            printed,
            rows[:, None] + 1,
            SINES,
            np.round(SINES),
            np.inf,
        )
    ]
    for number, values in enumerate([argument, argument if again is None else again], 1):
        regions = rows[:, None] + 100 * number + 1
        columns.append(
            NumberColumn(
                0,
                number,
                "argument",
                Form(()),
                -1,
                "",
                rows,
                np.asarray(values, float),
                regions,
                count,
                count,
                np.inf,
            )
        )
    return expect(columns[: 2 if again is None else 3])


def beside_arguments(a, b, again=False):
    """Lay columns of right values beside each other, and their arguments."""
    parts = [beside(RIGHT, RIGHT), *(beside(a, b) for _ in range(2 if again else 1))]
    for number, part in enumerate(parts):
        part[["region_a", "region_b"]] += 100 * number
    return pd.concat(parts, ignore_index=True)


def weigh_entered(cells, a, b):
    return weigh_copying(laid(cells), a, b)


COUNT = np.arange(1, ROWS + 1)


def miscounted(*rows):
    printed = COUNT.copy()
    printed[list(rows)] = 97
    return printed


def test_a_misprinted_argument_that_both_have_is_an_error_in_common():
    wrong = miscounted(33)
    right = weigh_entered(beside_arguments(COUNT, COUNT), entered(COUNT), entered(COUNT))
    both = weigh_entered(beside_arguments(wrong, wrong), entered(wrong), entered(wrong))
    one = weigh_entered(beside_arguments(wrong, COUNT), entered(wrong), entered(COUNT))
    assert right.shared_errors == one.shared_errors == 0 and both.shared_errors == 1
    assert both.log_odds > right.log_odds + SHARED_ERROR > one.log_odds
    assert right.values == right.arguments == both.values == both.arguments == ROWS
    assert both.functions == ("sine",)


def test_an_argument_that_is_printed_twice_counts_once():
    wrong = miscounted(33)
    once = weigh_entered(beside_arguments(wrong, wrong), entered(wrong), entered(wrong))
    twice = entered(wrong, again=wrong)
    assert weigh_entered(beside_arguments(wrong, wrong, again=True), twice, twice) == once
    assert twice.cells.due[int(twice.cells.at(np.array([201 + 33]))[0])] == "34"


def test_what_an_argument_should_say_is_not_known_where_it_counts_otherwise():
    steps = np.where(COUNT % 3 == 0, 97, COUNT)
    assert {*entered(steps).cells.region.tolist()} == {*range(1, ROWS + 1)}


def test_a_stroke_before_an_argument_is_no_error():
    signed = np.where(COUNT % 2 == 0, -COUNT, COUNT)
    found = weigh_entered(beside_arguments(COUNT, COUNT), entered(signed), entered(signed))
    assert found.shared_errors == found.shared_deviations == 0


def test_arguments_that_stand_beside_other_ones_say_nothing():
    """Rows that were shifted against each other: the next argument is no misprint of this one."""
    a, b = entered(COUNT), entered(COUNT)
    shifted = beside_arguments(COUNT[:-1], COUNT[1:])
    arguments = shifted[shifted["region_a"] > 100].assign(region_b=lambda own: own["region_b"] + 1)
    values = shifted[shifted["region_a"] <= 100]
    assert weigh_entered(pd.concat([values, arguments]), a, b) == weigh_entered(values, a, b)


def test_arguments_that_are_right_in_both_make_no_copy():
    """However many they are: they add nothing to what the values say."""
    values = weigh_entered(beside(RIGHT, RIGHT), entered(COUNT), entered(COUNT))
    assert (
        weigh_entered(beside_arguments(COUNT, COUNT), entered(COUNT), entered(COUNT)).log_odds
        == values.log_odds
    )
