"""Dewarping: the smooth map that makes the lines of a table straight and its columns upright."""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from tablekin.page import Detections
from tablekin.threshold import threshold

STEP = 16  # pixels of the working frame between nodes of the map
# powers of x and y whose sum is the displacement along y (lines) and along x (columns)
LINE_POWERS = ((1, 0), (2, 0), (3, 0), (4, 0), (1, 1), (2, 1), (3, 1), (1, 2), (2, 2))
COLUMN_POWERS = ((0, 1), (0, 2), (0, 3), (1, 1), (1, 2), (2, 1))
NO_STRETCHES = np.zeros((0, 2, 2))  # of vertical rules
_ROUNDS = 4  # of reweighting, and of inverting the map: both have settled by then
_SHORT = "short tables"
_RULED = (
    "rules of tables of seeds 555001, 616161, 838383 and 990017, leaning or not: how straight they become"
)


@dataclass(frozen=True)
class DewarpingCriteria:
    """How readily the map bends."""

    ridge: float = threshold(
        0.02, "pairs of digits", "that speak against a slope of the lines", (0.015, 0.025), chosen=_SHORT
    )
    growth: float = threshold(
        4.0, "times", "as much for each further power: few digits bend nothing", (3.0, 5.0), chosen=_SHORT
    )
    lean_ridge: float = threshold(
        0.1,
        "pairs of digits",
        "that speak against a lean: numbers that grow are none",
        chosen=_RULED,
    )
    lean_scatter: float = threshold(
        0.6, "pixels", "from a column at which a digit counts half", chosen=_RULED
    )
    far_rows: int = threshold(4, "digits", "down a column to those that say most of its lean", chosen=_RULED)
    rule_weight: float = threshold(4.0, "pairs of digits", "that a stretch of rule counts as", chosen=_RULED)
    rule_beside: float = threshold(
        24.0, "pixels", "from the digits to a rule that frames them at most", chosen=_RULED
    )
    digit_ridge: float = threshold(
        0.5,
        "digits",
        "that speak against an offset: one seen once or twice has none",
        (0.375, 0.625),
        chosen=_SHORT,
    )
    border: float = threshold(
        1.05, "half sizes of the table", "beyond which the map bends no more", (0.7875, 1.312)
    )
    robust: float = threshold(
        1.5, "medians of the residuals", "beyond which a pair of digits counts less", (1.125, 1.875)
    )
    straight: float = threshold(
        2.0, "digits", "that speak for no residual where the map is refined", (1.5, 2.5)
    )


CRITERIA = DewarpingCriteria()


@dataclass(frozen=True)
class Dewarping:
    """Table coordinates u (across), v (down) at the nodes of a coarse lattice over the page.

    On a flat page u = x and v = y. ``offset`` is how far the centre of each digit 0..9 lies below the
    centre of its line: old-style digits ascend and descend.
    """

    u: NDArray[np.float32]  # (rows of nodes, columns of nodes)
    v: NDArray[np.float32]
    offset: NDArray[np.float64]  # (10,)

    def points(self, xy: NDArray[np.floating]) -> NDArray[np.float64]:
        """Map points ``(n, 2)`` of the working frame to u, v."""
        at = np.array([xy[:, 1] / STEP, xy[:, 0] / STEP])
        shift = [map_coordinates(m, at, order=1, mode="nearest") for m in (self._du, self._dv)]
        return np.column_stack(shift) + xy

    @property
    def _du(self) -> NDArray[np.float32]:
        return self.u - np.arange(self.u.shape[1], dtype=np.float32)[None, :] * STEP

    @property
    def _dv(self) -> NDArray[np.float32]:
        return self.v - np.arange(self.v.shape[0], dtype=np.float32)[:, None] * STEP

    def inverse(self, uv: NDArray[np.floating]) -> NDArray[np.float64]:
        """Map u, v back to the working frame by fixed-point iteration (displacements are smooth)."""
        xy = np.array(uv, np.float64)
        for _ in range(_ROUNDS):
            xy += uv - self.points(xy)
        return xy

    def pixels(self, x0: int, y0: int, x1: int, y1: int) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return u and v of every pixel of a window, each ``(y1 - y0, x1 - x0)``."""
        shift = np.array([[1 / STEP, 0, x0 / STEP], [0, 1 / STEP, y0 / STEP]])
        size = (x1 - x0, y1 - y0)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        du, dv = (
            cv2.warpAffine(np.ascontiguousarray(m), shift, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
            for m in (self._du, self._dv)
        )
        u = du + np.arange(x0, x1, dtype=np.float32)[None, :]
        return u, dv + np.arange(y0, y1, dtype=np.float32)[:, None]


def fit_dewarping(
    digits: Detections,
    right: NDArray[np.intp],
    lower: NDArray[np.intp],
    shape: tuple[int, ...],
    stretches: NDArray[np.floating] = NO_STRETCHES,
) -> Dewarping:
    """Fit the dewarping of one table to its pairs of neighbouring digits and its vertical rules.

    Two digits of one line differ in v by their digits' offsets only, so ``y`` differences along lines
    give the displacement field by least squares with Huber weights. Two digits one above the other have
    the same u, but for their digits' offsets, where their column lines up there; elsewhere, as inside numbers that grow
    down the column, they scatter. So for the field across pairs far off count next to nothing (the weights of Cauchy),
    and the ends of a stretch of rule, which have the same u in any case, count for more.

    Parameters
    ----------
    digits
        Digits of the table.
    right, lower
        Pairs of digits on one line and in one column, ``(m, 2)`` indices into ``digits``.
    shape
        Height and width of the page.
    stretches
        Pieces of vertical rules of the page ``(k, 2, 2)``: x, y of both ends.
    """
    centres = digits.centres.astype(np.float64)
    low, high = centres.min(0), centres.max(0)
    middle, half = (low + high) / 2, np.maximum((high - low) / 2, 1.0)
    scaled = (centres - middle) / half
    nodes_y = np.arange(0, shape[0] + STEP, STEP, dtype=np.float64)
    nodes_x = np.arange(0, shape[1] + STEP, STEP, dtype=np.float64)
    # constant beyond the table: a polynomial must not run away
    lattice_x = np.clip((nodes_x - middle[0]) / half[0], -CRITERIA.border, CRITERIA.border)[None, :]
    lattice_y = np.clip((nodes_y - middle[1]) / half[1], -CRITERIA.border, CRITERIA.border)[:, None]

    one_of_ten = np.eye(10)[digits.digit]
    line_terms = _terms(scaled[:, 0], scaled[:, 1], LINE_POWERS)
    design = np.hstack([line_terms, one_of_ten])
    ridge = np.concatenate([_ridge(LINE_POWERS, CRITERIA.ridge), np.full(10, CRITERIA.digit_ridge)])
    weights = _robust_fit(_differences(design, right), _differences(centres[:, 1:], right)[:, 0], ridge)
    line, offset = weights[: len(LINE_POWERS)], weights[len(LINE_POWERS) :]
    seen = np.bincount(digits.digit, minlength=10) > 0
    offset = np.where(seen, offset - np.average(one_of_ten @ offset) if len(digits) else 0.0, 0.0)
    below = _far_below(lower, len(digits))
    ends = _inside(stretches, low - CRITERIA.rule_beside, high + CRITERIA.rule_beside)
    column = _fit_lean(
        _differences(_terms(scaled[:, 0], scaled[:, 1], COLUMN_POWERS), below),
        _differences(one_of_ten, below),
        _differences(centres[:, 0], below),
        _lean_of(*((ends - middle) / half).transpose(1, 0, 2)),
        ends[:, 1, 0] - ends[:, 0, 0],
    )

    dv = _terms(lattice_x, lattice_y, LINE_POWERS) @ line
    du = _terms(lattice_x, lattice_y, COLUMN_POWERS) @ column
    u = np.broadcast_to(nodes_x[None, :], dv.shape) - du
    v = np.broadcast_to(nodes_y[:, None], dv.shape) - dv
    return Dewarping(u.astype(np.float32), v.astype(np.float32), offset)


def refine_rows(
    dewarping: Dewarping, xy: NDArray[np.floating], residual: NDArray[np.floating], reach: float
) -> Dewarping:
    """Bend a dewarping by what is left of the lines: residual distances from the row centres.

    Parameters
    ----------
    dewarping
        The map to correct.
    xy
        Digit centres ``(n, 2)``, working frame.
    residual
        v of each digit less the v of its row ``(n,)``.
    reach
        Distance in pixels over which residuals are averaged.
    """
    return replace(dewarping, v=dewarping.v - _smooth(dewarping.v.shape, xy, residual, reach))


def refine_columns(
    dewarping: Dewarping, xy: NDArray[np.floating], residual: NDArray[np.floating], reach: float
) -> Dewarping:
    """Bend a dewarping by what is left of the columns: distances in u from where a column lines up.

    Parameters are those of `refine_rows`.
    """
    return replace(dewarping, u=dewarping.u - _smooth(dewarping.u.shape, xy, residual, reach))


def _smooth(
    shape: tuple[int, ...], xy: NDArray[np.floating], residual: NDArray[np.floating], reach: float
) -> NDArray[np.float32]:
    """Average residuals at the nodes of the lattice by Gaussian weights; towards zero where few are near."""
    column = np.clip(np.round(xy[:, 0] / STEP).astype(np.intp), 0, shape[1] - 1)
    row = np.clip(np.round(xy[:, 1] / STEP).astype(np.intp), 0, shape[0] - 1)
    flat = row * shape[1] + column
    size = shape[0] * shape[1]
    sigma = reach / STEP
    sums = (np.bincount(flat, weight, size).reshape(shape) for weight in (residual, np.ones(len(flat))))
    # gaussian weights sum to one: scaled back, the second is a count of digits
    total, count = (
        2 * np.pi * sigma**2 * gaussian_filter(a, sigma, mode="constant", truncate=3.0) for a in sums
    )
    return (total / (count + CRITERIA.straight)).astype(np.float32)


def _terms(
    x: NDArray[np.float64], y: NDArray[np.float64], powers: tuple[tuple[int, int], ...]
) -> NDArray[np.float64]:
    return np.stack(np.broadcast_arrays(*(x**i * y**j for i, j in powers)), axis=-1)


def _differences(values: NDArray[np.float64], pairs: NDArray[np.intp]) -> NDArray[np.float64]:
    return values[pairs[:, 1]] - values[pairs[:, 0]]


def _far_below(lower: NDArray[np.intp], count: int) -> NDArray[np.intp]:
    """Add to pairs of digits, one below the other, the pairs with some more digits between them ``(m, 2)``."""
    below = np.full(count + 1, count, np.intp)
    below[lower[:, 0]] = lower[:, 1]
    far = np.arange(count + 1)
    for _ in range(CRITERIA.far_rows):
        far = below[far]
    upper = np.flatnonzero(far[:-1] < count)
    return np.concatenate([lower, np.column_stack([upper, far[upper]])])


def _inside(
    stretches: NDArray[np.floating], low: NDArray[np.floating], high: NDArray[np.floating]
) -> NDArray[np.float64]:
    """Take the stretches whose middles lie in a box."""
    middles = stretches.mean(1)
    return stretches[((middles > low) & (middles < high)).all(1)].astype(np.float64)


def _lean_of(upper: NDArray[np.float64], under: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return how the terms of the field across differ between points ``(k, 2)``."""
    return _terms(under[:, 0], under[:, 1], COLUMN_POWERS) - _terms(upper[:, 0], upper[:, 1], COLUMN_POWERS)


def _fit_lean(
    by_digits: NDArray[np.float64],
    kinds: NDArray[np.float64],
    apart: NDArray[np.float64],
    by_rules: NDArray[np.float64],
    slope: NDArray[np.float64],
) -> NDArray[np.float64]:
    """Fit the field across to pairs of digits, of kinds that stand off their columns, and to stretches of rule.

    Parameters
    ----------
    by_digits, by_rules
        How the terms of the field differ over each pair ``(k, terms)`` and each stretch ``(r, terms)``.
    kinds
        How its digits differ, one column a digit ``(k, 10)``.
    apart, slope
        How far the lower end lies to the right, in pixels ``(k,)`` and ``(r,)``.
    """
    terms = by_digits.shape[1]
    design = np.block([[by_digits, kinds], [by_rules, np.zeros((len(by_rules), 10))]])
    target = np.concatenate([apart, slope])
    is_rule = np.repeat([False, True], [len(apart), len(slope)])
    ridge = np.concatenate([_ridge(COLUMN_POWERS, CRITERIA.lean_ridge), np.full(10, CRITERIA.digit_ridge)])
    solution = _robust_fit(design, target, ridge)
    for _ in range(_ROUNDS):
        off = np.abs(target - design @ solution) / CRITERIA.lean_scatter
        weight = np.where(is_rule, CRITERIA.rule_weight / np.maximum(off, 1), 1 / (1 + off**2))
        weighted = design * weight[:, None]
        solution = np.linalg.solve(weighted.T @ design + np.diag(ridge), weighted.T @ target)
    return solution[:terms]


def _ridge(powers: tuple[tuple[int, int], ...], first: float) -> NDArray[np.float64]:
    return first * CRITERIA.growth ** (np.array(powers).sum(1) - 1)


def _robust_fit(
    design: NDArray[np.float64], target: NDArray[np.float64], ridge: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Ridge least squares with Huber weights; zeros without data."""
    size = design.shape[1]
    solution = np.zeros(size)
    weight = np.ones(len(target))
    for _ in range(_ROUNDS):
        weighted = design * weight[:, None]
        gram = weighted.T @ design
        gram[np.diag_indices(size)] += ridge
        solution[:] = np.linalg.solve(gram, weighted.T @ target)
        residual = np.abs(target - design @ solution)
        limit = CRITERIA.robust * float(np.median(residual)) + 1e-3 if len(residual) else 1.0
        weight[:] = limit / np.maximum(residual, limit)
    return solution
