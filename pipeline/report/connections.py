"""Connections: the regions of two pages that have most in common, and the curves that join them.

After the figures of Eberle et al., "Building and Interpreting Deep Similarity Models" (2022): what speaks for kinship
is red and drawn through, what speaks against it blue and dotted, the broader and the more opaque the stronger.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import PathPatch, Rectangle
from matplotlib.path import Path as Curve

from tablekin.palette import AGAINST, DOTTED, FOR, SOLID
from tablekin.report.marks import Mark, Stroke
from tablekin.threshold import threshold

POSITIVE, NEGATIVE = Stroke(FOR, SOLID, 2.4), Stroke(AGAINST, DOTTED, 2.4)
BAND = Mark(FOR, tint=0.16, style=SOLID, width=0.8)
FRAMES = {FOR: Mark(FOR, style=SOLID, width=1.6), AGAINST: Mark(AGAINST, style=DOTTED, width=1.6)}

_FAINT = 0.35  # of the opacity of a curve, where it crosses a page

Point = tuple[float, float]
Dip = tuple[float | None, float | None]


@dataclass(frozen=True)
class ConnectionLimits:
    """Which connections are drawn."""

    max_connections: int = threshold(
        12, "connections", "in one drawing, as many as the eye follows one by one"
    )
    max_of_region: int = threshold(2, "connections", "of one region, so that no busy cell hides the others")
    min_strength: float = threshold(0.1, "of the strongest", "below which a connection is not drawn")


LIMITS = ConnectionLimits()


@dataclass(frozen=True)
class Connection:
    """Two regions and the relevance they have together."""

    box_a: tuple[float, float, float, float]  # x0, y0, x1, y1 in pixels of the drawing
    box_b: tuple[float, float, float, float]
    relevance: float


def connect(
    relevance: pd.DataFrame, boxes_a: pd.DataFrame, boxes_b: pd.DataFrame, count: int = LIMITS.max_connections
) -> list[Connection]:
    """Pick the strongest connections, at most two of a region, the weakest first as they are drawn.

    Parameters
    ----------
    relevance
        A region map, or what is left of it when something is taken away.
    boxes_a, boxes_b
        x0, y0, x1, y1 in the drawing of the regions that may be joined, by region_id.
    count
        Largest number of connections.
    """
    relevance = relevance.loc[relevance.index.isin(boxes_a.index), relevance.columns.isin(boxes_b.index)]
    values = relevance.to_numpy()
    strength = np.abs(values)
    if not strength.size or strength.max() == 0:
        return []
    enough = np.flatnonzero(strength >= LIMITS.min_strength * strength.max())
    order = enough[np.argsort(-strength.ravel()[enough], kind="stable")]
    used_a, used_b = np.zeros(strength.shape[0], int), np.zeros(strength.shape[1], int)
    connections: list[Connection] = []
    for row, col in zip(*np.unravel_index(order, strength.shape), strict=True):
        if len(connections) == count:
            break
        if used_a[row] < LIMITS.max_of_region and used_b[col] < LIMITS.max_of_region:
            used_a[row] += 1
            used_b[col] += 1
            box_a, box_b = boxes_a.loc[relevance.index[row]], boxes_b.loc[relevance.columns[col]]
            connections.append(Connection(tuple(box_a), tuple(box_b), float(values[row, col])))
    return connections[::-1]


def draw_connections(axes: Axes, connections: list[Connection], gap: tuple[float, float]) -> None:
    """Draw connections in their order, with frames round their regions; outside the gap they are faint."""
    strongest = max((abs(connection.relevance) for connection in connections), default=1.0)
    for connection in connections:
        strength = abs(connection.relevance) / strongest
        stroke = POSITIVE if connection.relevance > 0 else NEGATIVE
        for box in (connection.box_a, connection.box_b):
            FRAMES[stroke.colour].draw(axes, box)
        begin = (connection.box_a[2], (connection.box_a[1] + connection.box_a[3]) / 2)
        end = (connection.box_b[0], (connection.box_b[1] + connection.box_b[3]) / 2)
        draw_curve(axes, begin, end, stroke, strength, gap=gap)


def draw_curve(
    axes: Axes,
    begin: Point,
    end: Point,
    stroke: Stroke,
    strength: float = 1.0,
    dip: Dip = (None, None),
    gap: tuple[float, float] | None = None,
) -> None:
    """Draw a curve that leaves ``begin`` and reaches ``end`` level, or, with a dip, by way of a height below.

    Parameters
    ----------
    axes
        Of a drawing.
    begin, end
        Places in it.
    stroke
        How it is drawn.
    strength
        Below 1 it is thinner and fainter.
    dip
        Height that the curve is drawn towards where it begins and where it ends; level where there is none.
    gap
        From where to where, from the left, nothing stands that the curve could cover: elsewhere it is faint.
    """
    opacity = 0.3 + 0.65 * strength
    for is_faint in (True, False) if gap else (False,):
        curve = PathPatch(Curve(_bend(begin, end, dip), _CODES), fill=False, ec=stroke.colour, zorder=3)
        curve.set_linewidth(stroke.width * (0.4 + 0.6 * strength))
        curve.set_linestyle(stroke.style)
        curve.set_alpha(_FAINT * opacity if is_faint else opacity)
        axes.add_patch(curve)
        if gap and not is_faint:
            bottom, top = axes.get_ylim()
            curve.set_clip_path(
                Rectangle((gap[0], top), gap[1] - gap[0], bottom - top, transform=axes.transData)
            )


def draw_band(
    axes: Axes, begin: tuple[Point, Point], end: tuple[Point, Point], colour: str, dip: Dip = (None, None)
) -> None:
    """Fill the room between two curves, from their two beginnings to their two ends."""
    there, back = _bend(begin[0], end[0], dip), _bend(end[1], begin[1], dip[::-1])
    codes = [*_CODES, Curve.LINETO, *_CODES[1:], Curve.CLOSEPOLY]
    outline = Curve([*there, *back, begin[0]], codes)
    axes.add_patch(PathPatch(outline, fc=colour, lw=0, alpha=BAND.tint, zorder=2.5))
    axes.add_patch(PathPatch(outline, fill=False, ec=colour, lw=BAND.width, alpha=0.5, zorder=2.5))


_CODES = [Curve.MOVETO, Curve.CURVE4, Curve.CURVE4, Curve.CURVE4]


def _bend(begin: Point, end: Point, dip: Dip) -> list[Point]:
    half = (end[0] - begin[0]) / 2
    first = (begin[0] + half, begin[1]) if dip[0] is None else (begin[0], dip[0])
    second = (end[0] - half, end[1]) if dip[1] is None else (end[0], dip[1])
    return [begin, first, second, end]
