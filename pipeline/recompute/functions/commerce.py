"""Tables of commerce: compound interest, discount, annuities and rents.

After S. Stevin, Tafelen van Interest (1582), and C. G. Lewin, Pensions and Insurance before 1800 (2003), ch. 7.
"""

from __future__ import annotations

from tablekin.recompute.functions.definition import ArgumentKind, Array, Function, Parameter, ValueKind

_RATE = Parameter("rate", "per cent a year", 0.75, 20.25, 78, own=True, known="rate of interest")


def amount(years: Array, rate: Array) -> Array:
    """Give what 1 grows to in so many years at a rate per cent."""
    return (1 + rate / 100) ** years


def present_value(years: Array, rate: Array) -> Array:
    """Give what 1, due after so many years, is worth now."""
    return (1 + rate / 100) ** -years


def annuity_amount(years: Array, rate: Array) -> Array:
    """Give what a rent of 1 at the end of each year has grown to."""
    return (amount(years, rate) - 1) / (rate / 100)


def annuity_value(years: Array, rate: Array) -> Array:
    """Give what a rent of 1 at the end of each of so many years is worth now."""
    return (1 - present_value(years, rate)) / (rate / 100)


def annuity_payment(years: Array, rate: Array) -> Array:
    """Yearly rent, for so many years, that 1 buys now."""
    return 1 / annuity_value(years, rate)


_LEWIN = "Lewin, Pensions and Insurance before 1800, ch. 7; Stevin, Tafelen van Interest"
COMMERCE = tuple(
    Function(
        name,
        ArgumentKind.TERM,
        ValueKind.NUMBER,
        formula,
        (_RATE,),
        slack=0.04,
        scale_name="principal",
        symmetry=symmetry,
        source=_LEWIN,
    )
    for name, formula, symmetry in (
        ("present value", present_value, "v(m + n) = v(m) v(n)"),
        ("amount at compound interest", amount, "a(m + n) = a(m) a(n)"),
        ("present value of a rent", annuity_value, "sum of the present values"),
        ("amount of a rent", annuity_amount, "sum of the amounts"),
        ("rent that a sum buys", annuity_payment, "reciprocal of the present value of a rent"),
    )
)
