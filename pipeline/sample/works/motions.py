"""Motions: tables of the mean motions of Moon and Sun, and of the Sun's equation."""

from __future__ import annotations

from math import atan2, degrees

import numpy as np

from tablekin.sample.works.author import PRECISE, Author
from tablekin.sample.works.spherics import SIGNS
from tablekin.sample.works.work import DEGREES, Quantity, Work, argument, make_work

# degrees a day, by the parameters of three schools
DAILY_MOTIONS: dict[str, dict[str, float]] = {
    "ptolemy": {
        "moon": 13.17638222,
        "anomaly": 13.06498286,
        "latitude": 13.22935087,
        "elongation": 12.19074612,
        "sun": 0.98563469,
    },
    "alfonso": {
        "moon": 13.17639459,
        "anomaly": 13.06498895,
        "latitude": 13.22935095,
        "elongation": 12.19074846,
        "sun": 0.98564613,
    },
    "copernicus": {
        "moon": 13.17635899,
        "anomaly": 13.06498372,
        "latitude": 13.22935123,
        "elongation": 12.19074749,
        "sun": 0.98561164,
    },
}
_SPANS = {"day": 1.0, "hour": 1 / 24, "year": 365.0, "julian": 365.25, "score": 365.25 * 20}
_ECCENTRICITIES = {
    "2 29 30": 2 + 29.5 / 60,
    "2 22 0": 2 + 22 / 60,
    "2 16 0": 2 + 16 / 60,
    "2 10 0": 2 + 10 / 60,
    "2 4 45": 2 + 4.75 / 60,
    "1 55 52": 1 + 55 / 60 + 52 / 3600,
    "1 4 48": 1 + 4.8 / 60,
}  # in sixtieths of the radius


def mean_motions(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Tabulate mean motions by days, hours, years or scores of years, the last from an epoch on."""
    school = str(rng.choice(sorted(DAILY_MOTIONS)))
    span = str(rng.choice(sorted(_SPANS)))
    names = ["moon", "anomaly", "latitude", "elongation", "sun"]
    chosen = sorted(rng.choice(5, 3, replace=False).tolist())
    rows = range(1, 25 if span == "hour" else 31)
    epoch = int(rng.integers(1380, 1620)) if span == "score" else 0
    labels = [row * 20 + epoch if epoch else row for row in rows]
    spelled = "hour" if span == "hour" else "day" if span == "day" else "year"
    columns = [argument(span, f"@{spelled}", labels)]
    for name in (names[index] for index in chosen):
        radix = float(rng.uniform(0, 360)) if epoch else 0.0
        places = [(radix + DAILY_MOTIONS[school][name] * _SPANS[span] * row) % 360 for row in rows]
        units, bases = ("signs", "degrees", "minutes", "seconds"), (30, 60, 60)
        values = author.write([place / 30 for place in places], bases, period=12)
        values = [("0", *rest) if first == "12" else (first, *rest) for first, *rest in values]
        columns.append((Quantity(name, f"@mean_{name}", units), values))
    parameters = {"span": f"@{spelled}", "school": f"@{school}"}
    if epoch:
        parameters["epoch"] = str(epoch)
    variant = span + "".join(names[index][0] for index in chosen)
    return make_work("mean_motion", parameters, [str(label) for label in labels], columns, variant)


def sun_equation(anomaly: float, eccentricity: float, author: Author = PRECISE) -> float:
    """Equation of an eccentric orbit; degrees, eccentricity in sixtieths of the radius.

    tan(q) = e sin(a) / (1 + e cos(a)), where ``a`` is the anomaly counted from the apogee.
    """
    share = eccentricity / 60
    return degrees(atan2(share * author.sin(anomaly), 1 + share * author.cos(anomaly)))


def sun_equations(rng: np.random.Generator, author: Author = PRECISE) -> Work:
    """Tabulate the equation of the Sun by mean anomaly for several signs, which serve all."""
    name = str(rng.choice(sorted(_ECCENTRICITIES)))
    precise = bool(rng.random() < 0.4)
    units, bases = ((*DEGREES, "seconds"), (60, 60)) if precise else (DEGREES, (60,))
    first, count = (3 * int(rng.integers(0, 2)), 3) if precise or rng.random() < 0.3 else (0, 6)
    rows = range(1, 31)
    columns = [argument("degree", "@degree", rows)]
    for sign in range(first, first + count):
        values = author.write(
            [sun_equation(30 * sign + row, _ECCENTRICITIES[name], author) for row in rows], bases
        )
        columns.append((Quantity(f"sign{sign}", f"{sign}", units), values))
    columns.append(argument("complement", "@degree", (30 - row for row in rows)))
    variant = f"{SIGNS[first]}.{count}.{units[-1]}"
    return make_work("sun_equation", {"eccentricity": name}, [str(row) for row in rows], columns, variant)
