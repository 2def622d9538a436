"""Slips that an author carries on: told from misprints, whatever stands in the rows before and after."""

from itertools import product

import numpy as np
import pytest

from tablekin.recompute import recompute
from tablekin.recompute.carried import CarryCriteria, chain_of, follow, may_be_carried
from tablekin.recompute.likelihood import RATES, Slips, is_within, slip_density
from tablekin.recompute.table_text import from_rows
from tests.pipeline.recompute.tables import declination_of, places


def test_the_chain_weighs_all_paths_of_levels():
    off = np.array([0.2, -0.1, 3.0, 3.1, 2.9, 0.0])
    wrong, slips, criteria = np.full(6, 1e-4), Slips(0.05, 0.8), CarryCriteria()
    possible = np.arange(1, criteria.largest + 1)
    shares = {
        0.0: criteria.back,
        3.0: (1 - criteria.back) * 4**-1.5 / (2 * ((1 + possible) ** -1.5).sum()),
    }

    def step(before, after):
        return criteria.jump * shares[after] + (1 - criteria.jump) * (before == after)

    total, through = 0.0, np.zeros((6, 2))
    for path in product((0.0, 3.0), repeat=6):  # every one of them
        weight = 1.0
        emitted = []
        for row, level in enumerate(path):
            rest = np.array(off[row] - level)
            right = (1 - slips.share - RATES.wrong) * is_within(rest)
            emitted.append(float(right + slips.share * slip_density(rest, slips.size) + wrong[row]))
            weight *= step(path[row - 1] if row else 0.0, level) * emitted[-1]
        total += weight
        for row, level in enumerate(path):
            through[row, int(level > 0)] += weight / emitted[row]
    chain = chain_of(off, wrong, slips)
    assert chain.levels.tolist() == [0.0, 3.0]
    assert chain.log_likelihood == pytest.approx(np.log(total))
    np.testing.assert_allclose(chain.foretold, through / through.sum(1, keepdims=True), rtol=1e-9)


def test_values_far_off_one_by_one_are_not_carried():
    rng = np.random.default_rng(5)
    assert not may_be_carried(rng.integers(-30, 30, 40).astype(float))
    off = np.zeros(40)
    off[12:25] = 10.0
    assert may_be_carried(off)
    assert follow(off, np.full(40, 1e-4))[0].likeliest.tolist() == off.tolist()


def table(slip: int, misprint: tuple[int, int] | None = None) -> list[list[str]]:
    """Declinations of one sign in three columns, 21 values too high by a slip, perhaps a misprint of minutes."""
    rows = []
    for degree in range(1, 31):
        cells = [str(degree)]
        for sign in range(3):
            carried = slip / 60 if sign == 1 and 8 <= degree <= 28 else 0.0
            cells += places(declination_of(30 * sign + degree, 23.5) + carried, (60,))
        rows.append(cells)
    if misprint is not None:
        row, by = misprint
        rows[row][4] = str((int(rows[row][4]) + by) % 60)
    return rows


@pytest.mark.parametrize("slip", [2, -3])
def test_a_slip_that_is_carried_on_is_no_misprint(slip):
    found = recompute([from_rows(table(slip))])
    assert {one.function.name for one in found.findings} == {"declination"}
    assert sum(len(one.quantities) for one in found.findings) == 3
    assert not [check for check in found.checks if check.p_misprint > 0.2]
    assert sum(check.residual == slip for check in found.checks) >= 21


def test_a_misprint_among_carried_slips_is_told():
    rows = table(3, misprint=(14, 5))
    (check,) = [check for check in recompute([from_rows(rows)]).checks if check.p_misprint > 0.5]
    assert (check.region_id, check.residual) == (14 * len(rows[0]) + 4, 8)


def test_a_slip_of_ten_is_carried_on_though_its_author_errs_by_one_besides():
    off = np.zeros(30)
    off[3:6] = 11.0, 10.0, 11.0
    assert follow(off, np.full(30, 1e-4))[0].likeliest[3:6].tolist() == [10.0] * 3
    off[3:6] = 2.0, 1.0, 2.0  # which small ones do anyhow
    assert follow(off, np.full(30, 1e-4))[0].levels.tolist() == [0.0]
