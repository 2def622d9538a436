"""Repetition: ruled columns of one width that hold the same places, as degrees, minutes and seconds again and again."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.projection import ProjectionProfile
from tablekin.threshold import threshold

_TANGENTS = "tangents of seed 535371: four ruled columns of parts, minutes and seconds"

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class RepetitionCriteria:
    """When a ruled column is divided as others are."""

    min_alike: int = threshold(2, "columns", "that are divided alike at least", chosen=_TANGENTS)
    width: float = threshold(
        0.15, "of the width", "by which such columns differ at most", chosen="as seemed fair"
    )
    near: float = threshold(0.7, "digit widths", "between divisions at one place at most", chosen=_TANGENTS)
    crossed: float = threshold(
        0.3,
        "of the rows",
        "with a digit on a division at most, if others are divided there",
        chosen=_TANGENTS,
    )
    beside: float = threshold(
        0.5, "of the rows", "with a digit on either side of it at least", chosen=_TANGENTS
    )
    reach: float = threshold(1.5, "digit widths", "of that from it", chosen=_TANGENTS)


CRITERIA = RepetitionCriteria()


def divisions_of_like_columns(
    profile: ProjectionProfile, rules: Floats, divisions: Floats, metrics: DigitMetrics
) -> list[float]:
    """Find the divisions that ruled columns lack and columns of their width have, all of a column or none.

    Parameters
    ----------
    profile
        Digits across the table.
    rules
        u of the rules, increasing.
    divisions
        u of the divisions between them.
    metrics
        Size of the digits.

    Returns
    -------
    list of float
        u of each.
    """
    ends = np.array([profile.start, *rules, profile.start + len(profile.digits)])
    columns = [divisions[(divisions > a) & (divisions < b)] - a for a, b in pairwise(ends)]
    widths = np.diff(ends)
    found: list[float] = []
    for number, own in enumerate(columns):
        like = np.abs(widths - widths[number]) <= CRITERIA.width * widths[number]
        pattern = _pattern(
            [columns[k] for k in np.flatnonzero(like)], len(own), CRITERIA.near * metrics.width
        )
        if pattern is None:
            continue
        missing = [
            place
            for place in pattern
            if np.abs(own - place).min(initial=np.inf) > CRITERIA.near * metrics.width
        ]
        places = [_valley(profile, ends[number] + place, metrics.width) for place in missing]
        if len(own) + len(missing) == len(pattern) and None not in places:
            found += [place for place in places if place is not None]
    return found


def _pattern(columns: list[Floats], fewer: int, near: float) -> Floats | None:
    """Find where most of the columns with more divisions than ``fewer`` have them; none where they do not agree."""
    counts = np.array([len(own) for own in columns])
    more = counts[counts > fewer]
    if len(more) < CRITERIA.min_alike:
        return None
    usual = int(np.bincount(more).argmax())
    offsets = np.array([own for own in columns if len(own) == usual])
    if len(offsets) < CRITERIA.min_alike:
        return None
    pattern = np.median(offsets, 0)
    return pattern if (np.abs(offsets - pattern) <= near).all() else None


def _valley(profile: ProjectionProfile, place: float, width: float) -> float | None:
    """Find the middle of the pixels near a place that fewest rows have a digit on, if few have, and many beside it."""
    at, near, reach = (
        round(x) for x in (place - profile.start, CRITERIA.near * width, CRITERIA.reach * width)
    )
    low = max(at - near, 0)
    around = profile.digits[low : at + near + 1]
    if not len(around) or around.min() > CRITERIA.crossed * profile.rows:
        return None
    middle = low + int(np.median(np.flatnonzero(around == around.min())))
    sides = profile.digits[max(middle - reach, 0) : middle], profile.digits[middle + 1 : middle + reach + 1]
    if min(side.max(initial=0) for side in sides) < CRITERIA.beside * profile.rows:
        return None
    return profile.start + middle
