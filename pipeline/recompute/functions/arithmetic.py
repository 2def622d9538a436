"""Tables of arithmetic: products, proportions, powers, roots, reciprocals, logarithms."""

from __future__ import annotations

import numpy as np

from tablekin.recompute.functions.definition import ArgumentKind, Array, Function, Parameter, ValueKind


def _logarithm(number: Array, whole: Array) -> Array:
    logarithm = np.log10(np.where(number > 0, number, np.nan))
    return np.asarray(logarithm - (1 - whole) * np.floor(logarithm))


_WHOLE = Parameter("characteristic", "", choices=(0.0, 1.0))
ARITHMETIC = (
    Function(
        "square",
        ArgumentKind.NUMBER,
        ValueKind.COUNT,
        lambda x: x**2,
        prior=1.0,
        source="Euclid, Elements VII",
    ),
    Function(
        "cube", ArgumentKind.NUMBER, ValueKind.COUNT, lambda x: x**3, prior=1.0, source="Euclid, Elements VII"
    ),
    Function(
        "triangular number",
        ArgumentKind.NUMBER,
        ValueKind.COUNT,
        lambda x: x * (x + 1) / 2,
        source="Nicomachus, Introduction to Arithmetic II 8",
    ),
    Function(
        "square root",
        ArgumentKind.NUMBER,
        ValueKind.NUMBER,
        lambda x: np.sqrt(np.where(x >= 0, x, np.nan)),
        source="Euclid, Elements VI 13",
    ),
    Function("cube root", ArgumentKind.NUMBER, ValueKind.NUMBER, np.cbrt, source="Heron, Metrica III 20"),
    Function(
        "reciprocal",
        ArgumentKind.NUMBER,
        ValueKind.NUMBER,
        lambda x: 1 / np.where(x != 0, x, np.nan),
        source="Euclid, Elements VII",
    ),
    Function(
        "logarithm",
        ArgumentKind.NUMBER,
        ValueKind.NUMBER,
        _logarithm,
        (_WHOLE,),
        symmetry="log(10 x) = 1 + log x: the mantissa repeats",
        source="Briggs, Arithmetica Logarithmica (1624)",
    ),
)
