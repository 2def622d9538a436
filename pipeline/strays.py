"""Strays: figures on a page without a table, which mostly are letters and the hatching of woodcuts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from models.digits import Peaks
from pipeline.page import Detections, Layout, WorkingPage


def without_strays(
    page: WorkingPage, peaks: Peaks, layout: Layout, threshold: float
) -> tuple[WorkingPage, Peaks]:
    """Keep of a page without a table the figures that are sure, and its number.

    Among letters a figure is so rare that what looks like one is not, as often as not; in a table it is.

    Parameters
    ----------
    page, peaks
        The page and its figures, which are the same in both.
    layout
        What was found on it; with a table, all figures stay.
    threshold
        Least probability of a figure.
    """
    if layout.is_table:
        return page, peaks
    digits = page.digits
    column, row = np.floor(digits.centres).astype(np.intp).T
    height, width = layout.labels.shape
    region = layout.labels[np.clip(row, 0, height - 1), np.clip(column, 0, width - 1)]
    folios = [one.region_id for one in layout.regions if one.kind == "page_number"]
    kept = (digits.score >= threshold) | np.isin(region, folios)
    found = Detections(digits.digit[kept], digits.score[kept], digits.boxes[kept])
    return replace(page, digits=found), peaks.choose(kept)
