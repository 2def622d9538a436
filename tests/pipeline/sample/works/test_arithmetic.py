from itertools import pairwise

import numpy as np
import pytest

from tablekin.sample.works import arithmetic
from tablekin.sample.works.work import Work


def draw(make, accept) -> Work:
    rng = np.random.default_rng(7)
    works = (make(rng) for _ in range(300))
    return next(work for work in works if accept(work))


def column(work: Work, key: str) -> list[int]:
    index = work.column_keys.index(key)
    return [int(row[index]) for row in work.cells]


def test_sum_of_sines_has_its_closed_form():
    work = draw(
        arithmetic.sines, lambda w: "first" not in w.parameters and w.parameters["radius"] == "10000000"
    )
    half = np.radians(0.5)
    exact = np.sin(90 * half) * np.sin(91 * half) / np.sin(half)
    values = column(work, "sine")
    assert sum(values) == pytest.approx(exact * 1e7, abs=45)
    assert values[0] == 174524  # of one degree, in any printed canon of this radius
    assert values[29] == 5_000_000


def test_sexagesimal_sine_of_thirty_degrees_is_half_the_radius():
    work = draw(arithmetic.sines, lambda w: "first" not in w.parameters and w.parameters["radius"] == "60")
    assert work.cells[29][1:] == ("30", "0", "0")
    assert work.cells[89][1:] == ("60", "0", "0")


def test_tangent_of_forty_five_degrees_is_the_radius():
    work = draw(
        arithmetic.tangents, lambda w: "first" not in w.parameters and w.parameters["radius"] == "100000"
    )
    assert column(work, "tangent")[44] == 100_000


def test_secant_and_tangent_keep_pythagoras():
    def whole(work):
        return "first" not in work.parameters and work.parameters["radius"] == "10000000"

    secant = np.array(column(draw(arithmetic.secants, whole), "secant")) / 1e7
    tangent = np.array(column(draw(arithmetic.tangents, whole), "tangent")) / 1e7
    np.testing.assert_allclose(secant**2 - tangent**2, 1, atol=3e-6)


def test_products_grow_by_their_factor():
    work = draw(arithmetic.multiplications, lambda w: w.table_type == "multiplication")
    for quantity in work.quantities[1:]:
        values = column(work, quantity.key)
        assert {after - before for before, after in pairwise(values)} == {values[0]} == {int(quantity.name)}


def test_sexagesimal_products_carry_sixties():
    work = draw(arithmetic.multiplications, lambda w: w.table_type == "sexagesimal")
    sixties, units = (
        column(work, f"{work.quantities[1].key}.sixties"),
        column(work, f"{work.quantities[1].key}.units"),
    )
    assert max(units) < 60
    totals = [60 * high + low for high, low in zip(sixties, units, strict=True)]
    assert {after - before for before, after in pairwise(totals)} == {int(work.quantities[1].name)}


def test_differences_of_squares_and_cubes_are_constant():
    work = arithmetic.powers(np.random.default_rng(0))
    assert set(np.diff(column(work, "square"), 2)) == {2}
    assert set(np.diff(column(work, "cube"), 3)) == {6}


def test_rent_is_worth_the_sum_of_its_payments():
    work = draw(
        arithmetic.interests, lambda w: w.table_type == "rent" and w.parameters["principal"] == "10000000"
    )
    rate = int(work.quantities[1].name)
    worth, paid = column(work, work.quantities[1].key), 0.0
    for year, value in enumerate(worth, 1):
        paid += 1e7 / (1 + rate / 100) ** year
        assert value == pytest.approx(paid, abs=0.6)
