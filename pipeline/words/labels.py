"""Labels: what the words of a page say of its regions."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

import numpy as np
import pandas as pd

from tablekin.page import Layout, Region, RegionKind
from tablekin.threshold import threshold

_HEADS = "the heads of the Fort William and British Merchant pages"


@dataclass(frozen=True)
class LabelCriteria:
    """How words make lines, and lines the headings of columns."""

    line: float = threshold(0.6, "word heights", "that a word stands below another in the next line")
    phrase: float = threshold(
        18.0, "pixels", "between two words at most that are one phrase, at digits 20 high", chosen=_HEADS
    )
    title: float = threshold(
        0.5, "of the columns", "above which a phrase is a title, and no heading of columns", chosen=_HEADS
    )


CRITERIA = LabelCriteria()


def in_lines(words: pd.DataFrame) -> pd.DataFrame:
    """Put the words of each region in reading order; column ``line`` counts the lines of a region."""
    if words.empty:
        return words.assign(line=pd.Series(dtype="int64"))
    height = float((words["y1"] - words["y0"]).median())
    middle = (words["y0"] + words["y1"]) / 2
    ordered = words.assign(middle=middle).sort_values(["region_id", "middle", "x0"], ignore_index=True)
    lines = np.zeros(len(ordered), np.int64)
    top, before = -np.inf, -1
    for place, (region, y) in enumerate(zip(ordered["region_id"], ordered["middle"], strict=True)):
        is_same = region == before and y - top <= CRITERIA.line * height
        lines[place] = (lines[place - 1] + (not is_same) if region == before else 0) if place else 0
        if not is_same:
            top, before = y, region
    ordered["line"] = lines
    return ordered.drop(columns="middle").sort_values(["region_id", "line", "x0"], ignore_index=True)


def label_regions(layout: Layout, words: pd.DataFrame) -> list[str]:
    """Say what the words of each region are.

    Leaf regions have the words that stand in them; a row those of its cells, a column what stands above it in the
    header of its table.

    Parameters
    ----------
    layout
        The regions of a page.
    words
        As from `in_lines`: ``text``, box in pixels of the working page, ``region_id`` of the leaf, ``line``.

    Returns
    -------
    list of str
        A label for each region, in the layout's order; empty where there is none.
    """
    own = {int(number): rows for number, rows in words.groupby("region_id")}
    labels = {number: " ".join(rows["text"]) for number, rows in own.items()}
    rows: defaultdict[tuple[int | None, int | None], list[str]] = defaultdict(list)
    columns: defaultdict[int | None, list[Region]] = defaultdict(list)
    for region in layout.regions:
        if region.kind == RegionKind.CELL and region.region_id in labels:
            rows[region.table_id, region.row].append(labels[region.region_id])
        elif region.kind == RegionKind.COLUMN:
            columns[region.table_id].append(region)
    for region in layout.regions:
        if region.kind == RegionKind.ROW:
            labels[region.region_id] = " ".join(rows[region.table_id, region.row])
        elif region.kind == RegionKind.HEADER and region.region_id in own:
            for column, text in _column_headings(columns[region.table_id], own[region.region_id]).items():
                labels[column] = text
    return [labels.get(region.region_id, "") for region in layout.regions]


def _column_headings(columns: list[Region], header: pd.DataFrame) -> dict[int, str]:
    """Share out the phrases of a header among the columns that stand below them."""
    headings: defaultdict[int, list[str]] = defaultdict(list)
    for phrase in _phrases(header):
        left, right = phrase["x0"].min(), phrase["x1"].max()
        middle = (left + right) / 2
        below = [
            column.region_id
            for column in columns
            if column.box[0] <= middle <= column.box[2]
            or left <= (column.box[0] + column.box[2]) / 2 <= right
        ]
        if len(below) > 1 and len(below) > CRITERIA.title * len(columns):
            continue
        for column in below:
            headings[column].append(" ".join(phrase["text"]))
    return {column: " ".join(texts) for column, texts in headings.items()}


def _phrases(words: pd.DataFrame) -> list[pd.DataFrame]:
    """Part the lines of a header where there are wide gaps between words."""
    gap = words["x0"] - words["x1"].shift()
    begins = (words["line"] != words["line"].shift()) | (gap > CRITERIA.phrase)
    return [phrase for _, phrase in words.groupby(begins.cumsum())]
