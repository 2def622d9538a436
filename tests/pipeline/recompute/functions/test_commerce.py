"""Interest year by year, as a merchant reckons it, and against values of the tables in common use."""

import pytest

from tablekin.recompute.functions import commerce


@pytest.mark.parametrize("rate", [3.0, 5.0, 7.5, 10.0])
@pytest.mark.parametrize("years", [1, 9, 24])
def test_year_by_year(rate, years):
    money, rents = 1.0, 0.0
    for _ in range(years):
        money += money * rate / 100
        rents += rents * rate / 100 + 1
    assert commerce.amount(years, rate) == pytest.approx(money)
    assert commerce.present_value(years, rate) == pytest.approx(1 / money)
    assert commerce.annuity_amount(years, rate) == pytest.approx(rents)
    assert commerce.annuity_value(years, rate) == pytest.approx(rents / money)
    debt = 1.0
    for _ in range(years):
        debt += debt * rate / 100 - commerce.annuity_payment(years, rate)
    assert debt == pytest.approx(0, abs=1e-12)


def test_values_that_tables_print():
    assert commerce.amount(10, 5.0) == pytest.approx(1.62889463, abs=5e-9)
    assert commerce.present_value(10, 6.0) == pytest.approx(0.55839478, abs=5e-9)
    assert commerce.annuity_value(20, 5.0) == pytest.approx(12.46221034, abs=5e-9)
    assert commerce.annuity_amount(10, 4.0) == pytest.approx(12.00610712, abs=5e-9)
