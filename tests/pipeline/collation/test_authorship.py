"""How authors err: densities against counting and simulation."""

import numpy as np
import pytest

from tablekin.collation.authorship import (
    SHARES,
    AuthorModel,
    author_density,
    fit_author,
    misprint_density,
    slip_density,
)

DIGITS = np.array([1.0, 10.0, 100.0, 1000.0])
rng = np.random.default_rng(11)
COMPUTED = rng.uniform(100, 9000, 400)


def misprints(off):
    off = np.asarray(off, float)
    return misprint_density(off, np.full(len(off), 4.0), np.tile(DIGITS, (len(off), 1)))


def fitted(printed):
    return fit_author(printed - COMPUTED, misprints(np.round(printed - np.round(COMPUTED))))


@pytest.mark.parametrize("bias", [-0.49, 0.0, 0.25])
@pytest.mark.parametrize("spread", [0.02, 0.5, 4.0])
def test_an_author_writes_some_whole_number(bias, spread):
    author = AuthorModel(bias, spread, 0.05, False)
    whole = np.arange(-200, 200)
    for computed in (0.0, 0.31, 0.77):
        total = author_density(whole - computed, np.tile(author.numbers, (len(whole), 1))).sum()
        assert total == pytest.approx(1.0, abs=0.002)


@pytest.mark.parametrize("bias, written", [(0.0, np.round), (-0.49, np.floor)])
def test_who_rounds_or_cuts_off_without_error_writes_one_number_only(bias, written):
    careful = AuthorModel(bias, 0.02, 0.0, False).numbers
    computed = COMPUTED[np.abs(COMPUTED % 1 - 0.5) < 0.4]  # not at the edge, where the width of 0.02 shows
    computed = computed[np.abs(computed % 1 - 0.5) > 0.1]
    assert (author_density(written(computed) - computed, careful) > 0.99).all()
    for other in (-1, 1):
        assert (author_density(written(computed) + other - computed, careful) < 0.01).all()


def test_slips_are_as_likely_up_as_down_and_their_mean_size_is_that_stated():
    sizes = np.linspace(-60, 60, 120_001)
    density = slip_density(sizes)
    step = sizes[1] - sizes[0]
    assert density.sum() * step == pytest.approx(1.0, abs=1e-4)
    assert (density * np.abs(sizes)).sum() * step == pytest.approx(SHARES.mean_slip, rel=1e-3)
    np.testing.assert_allclose(density, density[::-1])


def test_what_changing_a_digit_or_exchanging_two_does_is_likelier_than_any_other_misprint():
    value = "4073"
    edits = {
        int(value[:place] + str(digit) + value[place + 1 :]) for place in range(4) for digit in range(10)
    }
    edits |= {int(value[:place] + value[place + 1] + value[place] + value[place + 2 :]) for place in range(3)}
    off = np.array(sorted(edits)) - int(value)
    assert (misprints(off) == 1 / (SHARES.readings * 4)).all()
    assert (misprints([1234.0 - 4073, 987.0]) == 1e-4).all()


def test_the_habits_of_an_author_are_found():
    assert (fitted(np.round(COMPUTED)).bias, fitted(np.round(COMPUTED)).spread) == (0.0, 0.02)
    assert fitted(np.floor(COMPUTED)).bias == -0.49
    rough = fitted(np.round(COMPUTED + rng.normal(0, 1.0, len(COMPUTED))))
    assert rough.bias == 0.0 and rough.spread == 1.0
    slipping = np.round(COMPUTED)
    slipping[::20] += rng.choice([-3, -2, 2, 3], 20)
    assert fitted(slipping).spread == 0.02 and fitted(slipping).slips > SHARES.slips


def test_one_deviation_is_no_habit():
    once = np.round(COMPUTED)
    once[7] += 1
    assert fitted(once).slips == SHARES.slips
    whole = np.round(COMPUTED)
    exact = fit_author(np.where(np.arange(400) == 7, 1.0, 0.0), misprints(np.zeros(400)))
    assert exact.exact and exact.slips < SHARES.slips and fitted(whole).exact is False


def test_a_misprint_does_not_change_what_is_thought_of_an_author():
    printed = np.round(COMPUTED)
    printed[3] += 500
    assert fitted(printed) == fitted(np.round(COMPUTED))
