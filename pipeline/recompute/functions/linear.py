"""Straight lines: products, proportions (rents, wages, exchange), mean motions.

No grid is tried for them: ``tablekin.recompute.lines`` reads their slope off the column.
"""

from __future__ import annotations

from tablekin.recompute.functions.definition import ArgumentKind, Array, Function, Parameter, ValueKind

_FAR = 1e12


def _multiple(x: Array, rate: Array) -> Array:
    return rate * x


def _line(x: Array, start: Array, rate: Array) -> Array:
    return start + rate * x


PRODUCT = Function(
    "product",
    ArgumentKind.NUMBER,
    ValueKind.COUNT,
    _multiple,
    (Parameter("factor", "", -_FAR, _FAR, own=True, whole=True),),
    prior=1.0,
    symmetry="x y = y x",
    source="multiplication table",
)
PROPORTION = Function(
    "proportion",
    ArgumentKind.NUMBER,
    ValueKind.COUNT,
    _multiple,
    (Parameter("rate", "of the first place for a unit of the argument", -_FAR, _FAR, own=True),),
    symmetry="f(x + y) = f(x) + f(y)",
    source="rule of three: rents, wages, exchange of money and measures",
)
MEAN_MOTION = Function(
    "mean motion",
    ArgumentKind.NUMBER,
    ValueKind.ANGLE,
    _multiple,
    (Parameter("motion", "degrees for a unit of the argument", 0.0, 360.0, own=True, known="mean motion"),),
    period=360.0,
    symmetry="f(x + y) = f(x) + f(y)",
    source="Pedersen, Survey of the Almagest, ch. 5.3 and 6",
)
MEAN_MOTION_FROM_EPOCH = Function(
    "mean motion from an epoch",
    ArgumentKind.NUMBER,
    ValueKind.ANGLE,
    _line,
    (
        Parameter("position", "degrees", 0.0, 360.0, own=True),
        Parameter("motion", "degrees for a unit of the argument", 0.0, 360.0, own=True, known="mean motion"),
    ),
    period=360.0,
    prior=-2.0,
    symmetry="f(x + y) = f(x) + f(y) - f(0)",
    source="Pedersen, Survey of the Almagest, ch. 5.3 and 6",
)
