"""Thresholds: every number that decides how a page is cut into regions, gathered from the modules that use them.

Each module of the room has a dataclass of its own, whose fields say their unit, what they decide, and from where to
where the results stay as they are. A field that names no pages it was chosen on was set by eye when segmentation was
first written, on generated pages, on Fort William and on the early modern pages; on which of them was not recorded.
``scripts/sensitivity.py`` varies each by a quarter and prints which matter; ``docs/method/sensitivity.md`` says what
it printed.
"""

from __future__ import annotations

from typing import Any

from tablekin.segment import (
    adjacency,
    blocks,
    body,
    bounds,
    columns,
    context,
    decimal_points,
    dewarping,
    divisions,
    gaps,
    lines,
    merging,
    numbers,
    page_number,
    pairs,
    panels,
    projection,
    repetition,
    rows,
    ruling,
    separators,
    sides,
    spans,
    stage,
    table,
)

THRESHOLDS: tuple[Any, ...] = (
    ruling.CRITERIA,
    adjacency.CRITERIA,
    numbers.CRITERIA,
    lines.CRITERIA,
    blocks.CRITERIA,
    merging.CRITERIA,
    separators.CRITERIA,
    dewarping.CRITERIA,
    context.CRITERIA,
    rows.CRITERIA,
    body.CRITERIA,
    decimal_points.CRITERIA,
    gaps.CRITERIA,
    repetition.CRITERIA,
    divisions.CRITERIA,
    pairs.CRITERIA,
    projection.CRITERIA,
    columns.CRITERIA,
    sides.CRITERIA,
    bounds.CRITERIA,
    spans.CRITERIA,
    table.CRITERIA,
    panels.CRITERIA,
    stage.CRITERIA,
    page_number.CRITERIA,
)
