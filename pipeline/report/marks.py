"""Marks: how a cell or a line of a drawing is marked, and the legend that explains the marks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from tablekin.palette import INK, PAPER
from tablekin.report.drawing import MARGIN, TEXT, Drawing, line_height

_SWATCH = (38, 20)  # width and height in a legend, in pixels
_GAP = 10
_BROAD = 1.8  # points from which a frame is set off from what is under it


@dataclass(frozen=True)
class Mark:
    """A way to mark a box: a tint, a frame, or both."""

    colour: str
    tint: float = 0.0  # opacity of the ground
    style: Any = None  # of the frame, as matplotlib has it; no frame without it
    width: float = 2.0  # of the frame, in points

    def draw(self, axes: Axes, box: Sequence[float], strength: float = 1.0) -> None:
        """Mark a box ``x0, y0, x1, y1``; a strength below 1 makes its tint fainter."""
        x0, y0, x1, y1 = box
        if self.tint:
            tint = self.tint * strength
            axes.add_patch(
                Rectangle((x0, y0), x1 - x0, y1 - y0, lw=0, fc=self.colour, alpha=tint, zorder=1.5)
            )
        if self.style is not None:
            if self.width >= _BROAD:  # set off from a dark page
                halo = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, ec=PAPER, alpha=0.85, zorder=1.9)
                halo.set_linewidth(self.width + 2.4)
                axes.add_patch(halo)
            frame = Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, ec=self.colour, zorder=2)
            frame.set_linewidth(self.width)
            frame.set_linestyle(self.style)
            axes.add_patch(frame)


@dataclass(frozen=True)
class Stroke:
    """A way to draw a line between two places."""

    colour: str
    style: Any = "-"
    width: float = 2.0

    def draw(self, axes: Axes, box: Sequence[float], strength: float = 1.0) -> None:
        """Draw a piece of it through the middle of a box, as a legend shows it."""
        x0, y0, x1, y1 = box
        middle = (y0 + y1) / 2
        axes.add_line(
            Line2D([x0, x1], [middle] * 2, color=self.colour, lw=self.width * strength, ls=self.style)
        )


@dataclass(frozen=True)
class Key:
    """An entry of a legend."""

    mark: Mark | Stroke
    text: str


def draw_legend(
    drawing: Drawing, keys: Sequence[Key], place: tuple[float, float], width: float, size: float = TEXT
) -> float:
    """Explain marks side by side from a place on, in as many lines as they need; return where the next thing begins."""
    x, y = place
    for key in keys:
        needed = _SWATCH[0] + _GAP + drawing.text_width(key.text, size) + 2 * _GAP
        if x > place[0] and x + needed > place[0] + width:
            x, y = place[0], y + 1.25 * line_height(size)
        middle = y + line_height(size) / 2
        box = (x, middle - _SWATCH[1] / 2, x + _SWATCH[0], middle + _SWATCH[1] / 2)
        key.mark.draw(drawing.canvas_axes, box)
        drawing.write(x + _SWATCH[0] + _GAP, middle, key.text, fontsize=size, va="center_baseline", color=INK)
        x += needed + _GAP
    return y + 1.25 * line_height(size) + 0.2 * MARGIN
