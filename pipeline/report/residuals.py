"""Residuals: a page with the cells that do not say what they should, and beside it how far its values are off."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from tablekin.lettering import counted
from tablekin.palette import AGREES, AUTHOR, DASH_DOT, DASHED, DIFFERS, DOUBTFUL, FAINT, INK, MUTED, SOLID
from tablekin.recompute import Finding
from tablekin.report.cards import MAX_CARDS, Card, draw_cards, tag
from tablekin.report.crops import Crops
from tablekin.report.drawing import MARGIN, SMALL, TEXT, Drawing
from tablekin.report.line_numbers import number_lines
from tablekin.report.marks import Key, Mark, draw_legend
from tablekin.report.page import Page
from tablekin.report.placed_page import PlacedPage, place_document, region_boxes
from tablekin.report.sexagesimal import written

MARKS = {
    "misprint": Mark(DIFFERS, style=SOLID, width=2.6),
    "misreading": Mark(DOUBTFUL, style=DASHED, width=2.2),
    "own": Mark(AUTHOR, style=DASH_DOT, width=2.2),
    "fits": Mark(AGREES, tint=0.2),
}
_MEANINGS = {
    "misprint": "misprinted",
    "misreading": "misread",
    "own": "as their author had them, or open",
    "fits": "as they should be",
}
_POINTS = {"fits": "o", "own": "D", "misreading": "s", "misprint": "^"}  # of a diagram, the last on top
_ORDER = ("misprint", "misreading", "own", "fits")
_PLOT = (760, 300)  # width and height of a diagram, in pixels of the drawing
_ROOM = 110  # beside and below a diagram, for its axes and the title of the next
_MAX_DIAGRAMS = 8
_ABOVE = 1.1  # height of a diagram over what is drawn at its edge
_FAR = 6.5  # units of the last place beyond which a residual is drawn at the edge


def draw_recomputation(
    page: Page,
    checks: pd.DataFrame,
    misfits: pd.DataFrame,
    verdicts: Sequence[str],
    findings: Sequence[Finding],
) -> Drawing:
    """Draw a page with the cells that do not fit, beside it the residuals of its functions, below it these cells.

    Parameters
    ----------
    page
        The page.
    checks
        Every cell that was held against what it should say, with its ``verdict``.
    misfits, verdicts
        Those that do not fit, the surest errors first, and what is said of each.
    findings
        The functions that it prints.

    Raises
    ------
    TablekinError
        The scan cannot be found, or cannot be read.
    """
    shown = findings[:_MAX_DIAGRAMS]
    placed = place_document(page)
    left = MARGIN + 24 + placed.image.shape[1] + 1.4 * _ROOM
    width = left + _PLOT[0] + MARGIN
    drawing = Drawing(width, 1000)
    top = drawing.head(_sentence(checks, misfits, findings), [], width)
    y = drawing.write_lines(MARGIN + 24, top, page.doc_id, width - 2 * MARGIN, TEXT, fontweight="bold")
    top = drawing.write_lines(MARGIN + 24, y, page.about, width - 2 * MARGIN, TEXT, color=MUTED) + MARGIN
    placed = placed.move(MARGIN + 24, top)
    drawing.show_page(placed)
    number_lines(drawing, placed, page.cells)
    boxes = region_boxes(page.cells, placed)
    for check in checks.itertuples():
        MARKS[str(check.verdict)].draw(drawing.canvas_axes, tuple(boxes.loc[check.region_id]))
    bottom = max(placed.bottom, top + max(len(shown), 1) * (_PLOT[1] + _ROOM)) + 0.6 * MARGIN
    bottom = _explain(drawing, checks, bottom, len(findings) - len(shown), bool(findings))
    bottom = _add_cards(drawing, page, placed, misfits.assign(said=[*verdicts]), bottom)
    drawing.set_extent(width, bottom + 0.5 * MARGIN)
    if not findings:
        drawing.write(
            left, top + 10, "prints no function of the library", fontsize=TEXT, va="top", color=MUTED
        )
    verdict_of = checks.set_index("region_id")["verdict"].to_dict()
    for number, finding in enumerate(shown):
        place = (left, top + 10 + number * (_PLOT[1] + _ROOM))
        _add_diagram(drawing, finding, place, verdict_of)
    return drawing


def _sentence(checks: pd.DataFrame, misfits: pd.DataFrame, findings: Sequence[Finding]) -> str:
    names = list(dict.fromkeys(finding.function.name for finding in findings))
    printed = f"The page prints {_listed(names)}" if names else "The page prints no function of the library"
    if checks.empty:
        return f"{printed}; no cell could be checked"
    return f"{printed}; {len(misfits)} of {counted(len(checks), 'cell')} that could be checked do not fit"


def _listed(names: Sequence[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _explain(drawing: Drawing, checks: pd.DataFrame, y: float, left_out: int, has_diagrams: bool) -> float:
    counts = checks["verdict"].value_counts()
    keys = [Key(MARKS[kind], f"{counts[kind]} {_MEANINGS[kind]}") for kind in _ORDER if kind in counts]
    width = drawing.extent[0] - 2 * MARGIN
    if keys:
        y = draw_legend(drawing, keys, (MARGIN, y), width)
    if has_diagrams:
        more = f" {counted(left_out, 'more function')} not drawn." if left_out else ""
        text = (
            "In the diagrams a point is a value: on 0 it is what the function gives, in the band what it gives when it "
            "is rounded; a point on the upper or lower edge is as far off, or farther. Triangles are misprints, "
            f"squares misreadings, diamonds what an author had so, or what is open.{more}"
        )
        y = drawing.write_lines(MARGIN, y, text, width)
    return y


def _add_cards(drawing: Drawing, page: Page, placed: PlacedPage, misfits: pd.DataFrame, top: float) -> float:
    """Show the cells that do not fit, each with its number on the page; return where they end."""
    if misfits.empty:
        return top
    crops, boxes = Crops(page), region_boxes(page.cells, placed)
    cards = []
    for number, one in enumerate(misfits.head(MAX_CARDS).itertuples(), 1):
        box = boxes.loc[one.region_id]
        tag(drawing, (float(box["x0"]), float(box["y0"])), number)
        place = f"row {one.row + 1}, column {one.col + 1}"
        if page.cells["table_id"].nunique() > 1:
            place += f", table {one.table_id + 1}"
        pictures = [(crops, [int(one.region_id)])]
        due = one.due if isinstance(one.due, str) else ""
        cards.append(Card(place, MARKS[str(one.verdict)], pictures, [str(one.text)], due, str(one.said)))
    left = len(misfits) - len(cards)
    more = f"; {left} more are not drawn" if left else ""
    heading = (
        f"The cells that do not fit, the surest errors first, with the same numbers as on the page{more}"
    )
    return draw_cards(drawing, heading, cards, top + 0.4 * MARGIN)


def _add_diagram(
    drawing: Drawing, finding: Finding, place: tuple[float, float], verdicts: Mapping[int, str]
) -> None:
    """Draw the residuals of the quantities that print a function over its argument."""
    width, height = drawing.extent
    left, top = place
    frame = (left / width, 1 - (top + _PLOT[1]) / height, _PLOT[0] / width, _PLOT[1] / height)
    axes = drawing.add_axes(frame)
    x = finding.argument.values / finding.argument.last_units
    residuals = finding.residuals
    far = min(_FAR, max(1.5, float(np.nanmax(np.abs(residuals), initial=0.0)) + 0.5))
    axes.axhspan(-0.5, 0.5, color=AGREES, alpha=0.14, lw=0)
    axes.axhline(0, color=FAINT, lw=0.8)
    _plot_values(axes, finding, x, verdicts, far)
    axes.set_ylim(-_ABOVE * far, _ABOVE * far)
    axes.set_ylabel("printed less computed,\nunits of the last place", fontsize=SMALL, color=INK)
    axes.set_xlabel("argument", fontsize=SMALL, color=INK)
    axes.tick_params(labelsize=SMALL - 1)
    for side in ("top", "right"):
        axes.spines[side].set_visible(False)
    axes.set_title(_title(finding), fontsize=SMALL + 2, loc="left", parse_math=False)


def _plot_values(
    axes: Axes, finding: Finding, x: np.ndarray, verdicts: Mapping[int, str], far: float
) -> None:
    for line, quantity in zip(_before_rounding(finding), finding.quantities, strict=True):
        kinds = np.array([_verdict_of(row, verdicts) for row in quantity.regions])
        for kind, marker in _POINTS.items():
            own = (kinds == kind) & np.isfinite(line) & np.isfinite(x)
            if own.any():
                size, edge = (16, "none") if kind == "fits" else (64, INK)
                axes.scatter(
                    x[own],
                    np.clip(line[own], -far, far),
                    s=size,
                    c=MARKS[kind].colour,
                    marker=marker,
                    edgecolors=edge,
                    linewidths=0.7,
                    clip_on=False,
                    zorder=3,
                )


def _before_rounding(finding: Finding) -> np.ndarray:
    """Subtract computed values that are not rounded from printed ones, ``(quantities, rows)``."""
    rounded = finding.due - finding.computed
    turns = np.isfinite(finding.period)[:, None]
    period = np.where(turns, finding.period[:, None], 1.0)
    rounded = np.where(turns, (rounded + period / 2) % period - period / 2, rounded)
    return np.asarray(finding.residuals + rounded)


def _verdict_of(regions: Sequence[int], verdicts: Mapping[int, str]) -> str:
    """Worst verdict of the cells that a value is printed in."""
    found = {verdicts.get(int(region), "fits") for region in regions}
    return next(kind for kind in _ORDER if kind in found)


def _title(finding: Finding) -> str:
    shared = [one for one in finding.parameters if one.quantity < 0]
    values = ", ".join(f"{one.name} {written(one.value, one.unit)}" for one in shared)
    return f"{finding.function.name}{': ' if values else ''}{values}"
