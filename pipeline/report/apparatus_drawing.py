"""ApparatusDrawing: two pages whose cells were compared, and below them every cell that differs, of both."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from tablekin.collation import VARIANT_CRITERIA
from tablekin.lettering import counted
from tablekin.palette import AGREES, ALONE, DASHED, DIFFERS, DOTTED, DOUBTFUL, FAINT, MUTED, SOLID
from tablekin.report.cards import MAX_CARDS, Card, draw_cards, tag
from tablekin.report.crops import Crops
from tablekin.report.drawing import MARGIN, TEXT, Drawing
from tablekin.report.line_numbers import number_lines
from tablekin.report.marks import Key, Mark, draw_legend
from tablekin.report.page import Page
from tablekin.report.placed_page import PlacedPage, place_document, region_boxes
from tablekin.report.terms import differing
from tablekin.report.whole_cells import WHO_ERRED, whole_variants

MARKS = {
    "same": Mark(AGREES, tint=0.2),
    "variant": Mark(DIFFERS, style=SOLID, width=2.6),
    "doubtful": Mark(DOUBTFUL, style=DASHED, width=2.2),
    "only": Mark(ALONE, style=DOTTED, width=2.0),
}
_UNMARKED = Mark(FAINT, style=SOLID, width=0.8)
_MEANINGS = {
    "same": "agree",
    "variant": "differ in print",
    "doubtful": "differ, or were misread",
    "only": "of rows that the other page has, but not the cell",
}
_MIN_WIDTH = 640  # of a page's share of the drawing, for its title
_GAP = 120


def draw_apparatus(pages: tuple[Page, Page], cells: pd.DataFrame, found: Sequence[str]) -> Drawing:
    """Draw two pages with their cells marked by what was found, and below them the cells that differ side by side.

    Parameters
    ----------
    pages
        The pages, the first on the left.
    cells
        Aligned cells, as ``tablekin.collation.to_frame`` gives them.
    found
        What was found, in sentences; of a pair that was collated, what is said beside the numbers of cells.

    Raises
    ------
    TablekinError
        A scan cannot be found, or cannot be read.
    """
    placed = [place_document(page) for page in pages]
    widths = [max(one.image.shape[1], _MIN_WIDTH) for one in placed]
    lefts = (MARGIN + 24, MARGIN + widths[0] + _GAP)  # with room for the numbers of rows
    width = lefts[1] + widths[1] + MARGIN + 24
    drawing = Drawing(width, 1000)
    kinds = _kinds(cells)
    counts = kinds.value_counts()
    title, *lines = [_agreement(counts), *found] if len(cells) else found
    top = drawing.head(f"{title[:1].upper()}{title[1:]}", lines, width)
    heads = []
    for letter, page, left, room in zip("AB", pages, lefts, widths, strict=True):
        y = drawing.write_lines(left, top, f"{letter}: {page.doc_id}", room, TEXT, fontweight="bold")
        heads.append(drawing.write_lines(left, y, page.about, room, TEXT, color=MUTED))
    top = max(heads) + 1.2 * MARGIN
    placed = [one.move(left, top) for one, left in zip(placed, lefts, strict=True)]
    for side, page, one in zip("ab", pages, placed, strict=True):
        drawing.show_page(one)
        number_lines(drawing, one, page.cells, "left" if side == "a" else "right")
        boxes = region_boxes(page.cells, one)
        for region, kind in zip(cells[f"region_{side}"], kinds, strict=True):
            if kind and region in boxes.index:
                MARKS[kind].draw(drawing.canvas_axes, tuple(boxes.loc[region]))
    y = max(one.bottom for one in placed) + 0.6 * MARGIN
    keys = [Key(MARKS[kind], f"{counts[kind]} {_MEANINGS[kind]}") for kind in MARKS if kind in counts]
    if "" in counts:
        keys.append(Key(_UNMARKED, f"{counts['']} were not compared: not marked"))
    if keys:
        y = draw_legend(drawing, keys, (MARGIN, y), width - 2 * MARGIN)
    y = _add_cards(drawing, pages, placed, cells, y)
    drawing.set_extent(width, y + 0.5 * MARGIN)
    return drawing


def _kinds(cells: pd.DataFrame) -> pd.Series:
    """Say of each aligned cell how it is marked; empty where it was not compared."""
    kinds = cells["relation"].replace({"only_a": "only", "only_b": "only", "not_compared": ""})
    unsure = (kinds == "variant") & (cells["confidence"] < VARIANT_CRITERIA.min_confidence)
    return kinds.mask(unsure, "doubtful")


def _agreement(counts: pd.Series) -> str:
    agree, differ, doubtful = (int(counts.get(kind, 0)) for kind in ("same", "variant", "doubtful"))
    more = f", {doubtful} more may differ" if doubtful else ""
    return f"{counted(agree, 'cell')} agree, {differing(differ)}{more}"


def _add_cards(
    drawing: Drawing, pages: tuple[Page, Page], placed: Sequence[PlacedPage], cells: pd.DataFrame, top: float
) -> float:
    """Show the cells that differ, the surest first, each with its number on both pages; return where they end."""
    variants = whole_variants(cells)
    if variants.empty:
        return top
    crops = [Crops(page) for page in pages]
    boxes = [region_boxes(page.cells, one) for page, one in zip(pages, placed, strict=True)]
    cards = []
    for number, one in enumerate(variants.head(MAX_CARDS).itertuples(), 1):
        pictures = []
        for crop, places, regions in zip(crops, boxes, _parts(cells, one), strict=True):
            known = [region for region in regions if region in places.index]
            pictures.append((crop, known))
            if known:
                corner = places.loc[known, ["x0", "y0"]].min()
                tag(drawing, (float(corner["x0"]), float(corner["y0"])), number)
        cards.append(_card(one, pictures))
    left = len(variants) - len(cards)
    more = f"; {left} more are less sure and not drawn" if left else ""
    heading = (
        f"The cells that differ, the surest first, of A and of B, with the same numbers as on the pages{more}"
    )
    return draw_cards(drawing, heading, cards, top + 0.4 * MARGIN)


def _parts(cells: pd.DataFrame, one: Any) -> tuple[list[int], list[int]]:
    """Give the cells of either page that say the value of a variant."""
    both = cells[(cells["region_a"] >= 0) & (cells["region_b"] >= 0)]
    near = both[(both["region_a"] == one.region_a) | (both["region_b"] == one.region_b)]
    return near["region_a"].unique().tolist(), near["region_b"].unique().tolist()


def _card(one: Any, pictures: Sequence[tuple[Crops, Sequence[int]]]) -> Card:
    place = (
        f"row {one.row_a + 1}, column {one.col_a + 1} of A; row {one.row_b + 1}, column {one.col_b + 1} of B"
    )
    mark = MARKS["variant" if one.confidence >= VARIANT_CRITERIA.min_confidence else "doubtful"]
    errs = f"{WHO_ERRED[one.error_in]}; " if one.error_in in WHO_ERRED else ""
    said = f"{errs}the prints differ with probability {one.confidence:.2f}"
    return Card(place, mark, pictures, (str(one.text_a), str(one.text_b)), str(one.computed or ""), said)
