"""Pairs: numbers beside one another: one column where they move together, two where each keeps its place."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.division_criteria import CRITERIA as DIVISIONS
from tablekin.segment.projection import ProjectionProfile
from tablekin.threshold import threshold

_MOTIONS = "pages of seeds 424299, 535371, 616161 and 777313 with pairs of numbers, 527 spaces"

Floats = NDArray[np.floating]


@dataclass(frozen=True)
class SpaceCriteria:
    """When two numbers beside one another are of one column, or of two."""

    min_rows: int = threshold(6, "rows", "with as many numbers as most that tell it", chosen=_MOTIONS)
    widest: float = threshold(
        2.0,
        "digit widths",
        "between two numbers that may be of one column: an em",
        chosen="pounds, shillings and pence of British Merchant, set farther apart",
    )
    jitter: float = threshold(
        0.1, "digit widths", "by which numbers that keep their place stray as it is", chosen=_MOTIONS
    )
    alike: float = threshold(
        0.4, "digit widths", "by which the spaces of like columns differ at most", chosen=_MOTIONS
    )
    close: float = threshold(
        0.35,
        "digit widths",
        "beyond the usual gap, between numbers set close",
        chosen="a page of seed 990017",
    )
    wider: float = threshold(
        0.25,
        "digit widths",
        "that a space inside a column may be wider than those beside it",
        chosen=_MOTIONS,
    )
    pointed: float = threshold(0.5, "of the rows", "with a mark in a space that points explain, more than")
    rule_reach: int = threshold(3, "pixels", "from a division to its rule at most")
    enough: float = threshold(5.0, "log odds", "of like spaces together that decide", chosen=_MOTIONS)
    clear: float = threshold(
        0.12,
        "log odds",
        "of them a row at least: columns that lean a little move together, too",
        chosen="British Merchant",
    )
    most: float = threshold(
        0.5,
        "of the like spaces",
        "divided at least, where one more is",
        chosen="numbers in groups of three, of which none is",
    )
    against: float = threshold(5.0, "log odds", "of a space itself that are not overruled", chosen=_MOTIONS)
    crossed: float = threshold(
        0.3, "of the rows", "with a digit on a division at most that like spaces have", chosen=_MOTIONS
    )


CRITERIA = SpaceCriteria()


class SetDigits(NamedTuple):
    """Digits across a table, row by row and each row from left to right; ``(n,)`` each."""

    row: NDArray[np.intp]
    start: Floats  # u
    end: Floats
    marked: NDArray[np.bool_]  # whether a point or the sign of a unit stands between a digit and the next one


@dataclass(frozen=True)
class Space:
    """The white between two numbers of a ruled column, in the rows that have as many numbers as most."""

    begins: Floats  # (rows,): u where the left number ends
    ends: Floats  # (rows,): u where the right one starts
    log_odds: float  # that the numbers are of one column
    pointed: bool  # whether points or signs of units stand in it
    beside: float  # pixels: usual width of the narrower of the spaces before and after it in its ruled column

    @property
    def width(self) -> float:
        """Usual width in pixels."""
        return float(np.median(self.ends - self.begins))

    def holds(self, places: Floats) -> NDArray[np.bool_]:
        """Tell which of some divisions lie in it in most rows; ``(divisions,)``."""
        inside = (self.begins[:, None] <= places) & (places <= self.ends[:, None])
        return np.asarray(inside.mean(0) > 1 / 2, np.bool_)


def settle_pairs(
    profile: ProjectionProfile, divisions: Floats, digits: SetDigits, metrics: DigitMetrics
) -> NDArray[np.float64]:
    """Take away the divisions between numbers that move together, and divide those of which each keeps its place.

    A compositor who sets ``9 58`` and ``10 3`` each as one line keeps the space between the two numbers, and the left
    one moves with the width of the right one; in columns of their own each stays under the one above it. What the
    spaces of a table that are as wide say together decides for all of them: some have two digits on the right in
    every row by chance, and say nothing.

    Parameters
    ----------
    profile
        Digits and rules across the table.
    divisions
        u of the divisions, increasing.
    digits
        The table's digits.
    metrics
        Size of the digits.

    Returns
    -------
    array
        u of each division, increasing.
    """
    settled = np.asarray(divisions, np.float64)
    ruled = np.array([_is_ruled(profile, place) for place in settled], bool)
    spaces = find_spaces(digits, settled[ruled], metrics)
    widths, odds = (np.array([getattr(space, name) for space in spaces]) for name in ("width", "log_odds"))
    like = np.abs(widths[:, None] - widths) <= CRITERIA.alike * metrics.width
    divided = np.array([space.holds(settled).any() for space in spaces], float)
    most = like @ divided >= CRITERIA.most * like.sum(1)
    together = like @ odds
    rows = like @ np.array([len(space.begins) for space in spaces], float)
    decided = (np.abs(together) >= CRITERIA.enough) & (np.abs(together) >= CRITERIA.clear * rows)
    for k, space in enumerate(spaces):
        if not decided[k] or space.pointed or space.width > CRITERIA.widest * metrics.width:
            continue
        if together[k] > 0 and space.log_odds > -CRITERIA.against:
            if space.width <= space.beside + CRITERIA.wider * metrics.width:
                settled = settled[~space.holds(settled)]
        elif together[k] < 0 and most[k] and not divided[k]:
            settled = np.append(settled, _whitest(profile, space))
    return np.sort(settled)


def find_spaces(digits: SetDigits, rules: Floats, metrics: DigitMetrics) -> list[Space]:
    """Find the spaces between the numbers of each ruled column, and measure how the numbers move.

    Numbers of one column are at one distance from one another, whatever their widths; of numbers in columns of their
    own each stands under the ones above at its left, its right or its middle. The scatter of the distances and that
    of the numbers' places is compared as in a normal distribution, whose log likelihood falls by the logarithm of the
    scatter a row.

    Parameters
    ----------
    digits
        The table's digits.
    rules
        u of the rules between columns, increasing.
    metrics
        Size of the digits.

    Returns
    -------
    list of Space
        From left to right.
    """
    close = metrics.usual_gap + CRITERIA.close * metrics.width
    parted = [_numbers(digits, rules, gap) for gap in (metrics.space, min(close, metrics.space))]
    spaces: list[Space] = []
    for own in range(len(rules) + 1):
        start, end, marked = max((each[own] for each in parted), key=lambda numbers: len(numbers[0]))
        if len(start) >= CRITERIA.min_rows and start.shape[1] > 1:
            spaces += _measure(start, end, marked[:, :-1], metrics)
    return spaces


def _numbers(digits: SetDigits, rules: Floats, gap: float) -> list[tuple[Floats, Floats, NDArray[np.bool_]]]:
    """Gather digits nearer than ``gap`` into numbers.

    Returns
    -------
    list
        For each ruled column where the numbers start and end and whether a mark follows, ``(rows, numbers)`` each, in
        the rows that have as many numbers as most of those with several.
    """
    columns = len(rules) + 1
    column = np.searchsorted(rules, (digits.start + digits.end) / 2)
    line = digits.row * columns + column
    apart = digits.start[1:] - digits.end[:-1] >= gap
    first = np.flatnonzero(np.concatenate([[True], apart | (np.diff(line) != 0)]))
    last = np.concatenate([first[1:] - 1, [len(line) - 1]])
    start, end, marked = digits.start[first], digits.end[last], digits.marked[last]
    _, opening, count = np.unique(line[first], return_index=True, return_counts=True)
    of_line = column[first[opening]]
    found = []
    for own in range(columns):
        several = (of_line == own) & (count > 1)
        usual = int(np.bincount(count[several]).argmax()) if several.any() else 1
        lines = opening[several & (count == usual)]
        members = lines[:, None] + np.arange(usual)
        found.append((start[members], end[members], marked[members]))
    return found


def _measure(start: Floats, end: Floats, marked: NDArray[np.bool_], metrics: DigitMetrics) -> list[Space]:
    """Measure the spaces of one ruled column, from where its numbers start and end ``(rows, numbers)``."""
    places = np.min([_scatter(place) for place in (start, (start + end) / 2, end)], axis=0)  # (numbers,)
    gaps = start[:, 1:] - end[:, :-1]
    jitter = CRITERIA.jitter * metrics.width
    moving = np.hypot(places[:-1], places[1:]) + jitter  # the distance of two that stray strays by as much
    log_odds = len(start) * np.log(moving / (_scatter(gaps) + jitter))
    widths = np.concatenate([[np.inf], np.median(gaps, 0), [np.inf]])
    return [
        Space(
            end[:, k],
            start[:, k + 1],
            float(log_odds[k]),
            bool(marked[:, k].mean() > CRITERIA.pointed),
            float(min(widths[k], widths[k + 2])),
        )
        for k in range(gaps.shape[1])
    ]


def _scatter(places: Floats) -> NDArray[np.float64]:
    """Return how far each column of ``places (rows, columns)`` strays on average from a line, which may lean."""
    down = np.arange(len(places)) - (len(places) - 1) / 2
    lean = down @ places / (down @ down)
    upright = places - down[:, None] * lean
    return np.asarray(np.abs(upright - np.median(upright, axis=0)).mean(0), np.float64)


def _is_ruled(profile: ProjectionProfile, place: float) -> bool:
    """Tell whether a division lies on a rule."""
    at, reach = round(place - profile.start), CRITERIA.rule_reach
    on = profile.rules[max(at - reach, 0) : at + reach + 1]
    return bool(on.max(initial=0.0) >= DIVISIONS.ruled_rows * profile.rows)


def _whitest(profile: ProjectionProfile, space: Space) -> NDArray[np.float64]:
    """Find the middle of the pixels of a space on which fewest rows have a digit; none where too many have."""
    low, high = (round(float(np.median(side)) - profile.start) for side in (space.begins, space.ends))
    inside = profile.digits[low : high + 1]
    if not len(inside) or inside.min() > CRITERIA.crossed * profile.rows:
        return np.zeros(0)
    return np.array([profile.start + low + float(np.median(np.flatnonzero(inside == inside.min()))) + 0.5])
