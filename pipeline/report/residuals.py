"""Residuals: a page with the cells that do not say what they should, and beside it how far its values are off."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tablekin.recompute import Finding
from tablekin.report.drawing import HEAD, MARGIN, Drawing, place_document, region_boxes
from tablekin.report.recomputed_page import RecomputedPage
from tablekin.report.sexagesimal import written

_COLOURS = {"misprint": "#c8102e", "misreading": "#d98c00", "own": "#1f4fa3", "fits": "#2e8b57"}
_MEANINGS = {
    "misprint": "misprinted",
    "misreading": "misread",
    "own": "as their author had them",
    "fits": "as they should be",
}
_PLOT = (640, 300)  # width and height of a diagram, in pixels of the drawing
_ROOM = 90  # beside and below a diagram, for its axes
_MOST = 8  # diagrams
_FAR = 6.5  # units of the last place beyond which a residual is drawn at the edge


def draw_recomputation(recomputed: RecomputedPage) -> Drawing:
    """Draw a page with the cells that do not fit, and beside it the residuals of its functions over the argument.

    Raises
    ------
    TablekinError
        The scan cannot be found, or cannot be read.
    """
    page = recomputed.page
    placed = place_document(page, None)
    rows, cols = placed.image.shape
    findings = recomputed.found.findings[:_MOST]
    left = placed.left + max(cols, _PLOT[0]) + 2 * _ROOM
    below = HEAD + max(len(findings), 1) * (_PLOT[1] + _ROOM)
    drawing = Drawing(left + _PLOT[0] + MARGIN, max(HEAD + rows, below) + MARGIN)
    drawing.show_page(placed, f"{page.doc_id}\n{page.about}")
    axes = drawing.canvas_axes
    checks = recomputed.checks
    boxes = region_boxes(page, placed)
    for check in checks.itertuples():
        _mark(axes, tuple(boxes.loc[check.region_id]), str(check.verdict), check.due)
    _legend(axes, placed.left, checks)
    verdicts = checks.set_index("region_id")["verdict"].to_dict()
    for number, finding in enumerate(findings):
        top = HEAD + number * (_PLOT[1] + _ROOM)
        _add_diagram(drawing, finding, (left, top), verdicts)
    if not findings:
        axes.text(left, HEAD + 40, "prints no function of the library", fontsize=14, color="#555555")
    return drawing


def _mark(axes: Axes, box: tuple[float, ...], verdict: str, due: object) -> None:
    x0, y0, x1, y1 = box
    if verdict == "fits":
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, lw=0, fc=_COLOURS[verdict], alpha=0.13))
        return
    axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, lw=1.8, ec=_COLOURS[verdict]))
    if isinstance(due, str):
        axes.text(
            x1 + 2, (y0 + y1) / 2, due, fontsize=9, va="center", color=_COLOURS[verdict], fontweight="bold"
        )


def _legend(axes: Axes, left: float, checks: pd.DataFrame) -> None:
    counts = checks["verdict"].value_counts()
    x = left
    for verdict, meaning in _MEANINGS.items():
        if counts.get(verdict, 0):
            label = f"{counts[verdict]} {meaning}"
            axes.text(x, 118, label, fontsize=13, va="baseline", color=_COLOURS[verdict])
            x += 9.5 * len(label) + 30


def _add_diagram(
    drawing: Drawing, finding: Finding, place: tuple[float, float], verdicts: dict[int, str]
) -> None:
    """Draw the residuals of the quantities that print a function over its argument."""
    width, height = drawing.extent
    left, top = place
    frame = (left / width, 1 - (top + _PLOT[1]) / height, _PLOT[0] / width, _PLOT[1] / height)
    axes = drawing.add_axes(frame)
    x = finding.argument.values / finding.argument.last_units
    residuals = finding.residuals
    far = min(_FAR, max(1.5, float(np.nanmax(np.abs(residuals), initial=0.0)) + 0.5))
    axes.axhspan(-0.5, 0.5, color=_COLOURS["fits"], alpha=0.12, lw=0)
    exact = _before_rounding(finding)
    for line, quantity in zip(exact, finding.quantities, strict=True):
        kinds = np.array([_verdict_of(row, verdicts) for row in quantity.regions])
        for kind in ("fits", "own", "misreading", "misprint"):
            own = (kinds == kind) & np.isfinite(line) & np.isfinite(x)
            if own.any():
                size = 14 if kind == "fits" else 44
                axes.scatter(
                    x[own], np.clip(line[own], -far, far), s=size, c=_COLOURS[kind], lw=0, clip_on=False
                )
    axes.set_ylim(-far, far)
    axes.set_ylabel("off by, units of the last place", fontsize=10)
    axes.set_xlabel("argument", fontsize=10)
    axes.tick_params(labelsize=9)
    axes.set_title(_title(finding), fontsize=11, loc="left")


def _before_rounding(finding: Finding) -> np.ndarray:
    """Subtract computed values that are not rounded from printed ones, ``(quantities, rows)``."""
    rounded = finding.due - finding.computed
    turns = np.isfinite(finding.period)[:, None]
    period = np.where(turns, finding.period[:, None], 1.0)
    rounded = np.where(turns, (rounded + period / 2) % period - period / 2, rounded)
    return np.asarray(finding.residuals + rounded)


def _verdict_of(regions: Sequence[int], verdicts: dict[int, str]) -> str:
    """Worst verdict of the cells that a value is printed in."""
    found = {verdicts.get(int(region), "fits") for region in regions}
    return next(kind for kind in ("misprint", "misreading", "own", "fits") if kind in found)


def _title(finding: Finding) -> str:
    shared = [one for one in finding.parameters if one.quantity < 0]
    values = ", ".join(f"{one.name} {written(one.value, one.unit)}" for one in shared)
    return f"{finding.function.name}{': ' if values else ''}{values}"
