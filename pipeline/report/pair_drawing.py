"""PairDrawing: two pages side by side, the rows that belong together, and how much each column has in it."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Polygon

from tablekin.explain import joint_relevance
from tablekin.lettering import counted
from tablekin.page import Level, RegionKind
from tablekin.palette import FAINT, FOR, INK, MUTED
from tablekin.report.connections import (
    BAND,
    LIMITS,
    POSITIVE,
    connect,
    draw_band,
    draw_connections,
    draw_curve,
)
from tablekin.report.drawing import MARGIN, SMALL, TEXT, Drawing, in_pixels
from tablekin.report.line_matches import LineMatch, excess_of
from tablekin.report.line_numbers import column_spans, lower_tables, number_lines
from tablekin.report.marks import Key, Mark, draw_legend
from tablekin.report.page import Page
from tablekin.report.pairing import Pairing, cells_by_line, column_shares, lines_of, pair_lines
from tablekin.report.placed_page import PlacedPage, place_document, region_boxes

_MIN_WIDTH = 640  # of a page's share of the drawing, for its title
_GAP = 260  # between the pages, for what joins them
_STRIP = 90  # over a page, for the shares of its columns and their numbers
_BELOW = 150  # under the pages where columns are joined
_NAMED = 0.03  # part of the score from which the share of a column is written
_CELL = Mark(FOR, tint=0.42)
_SHARE = Mark(MUTED, tint=0.75)


def draw_pair(a: Page, b: Page, score: str) -> Drawing:
    """Draw a pair of pages, the rows of one that match rows of the other, and what they add to the similarity.

    Where no rows match in a run, columns are tried, and where these do not either, the regions are joined that have
    most in common beyond what any two have.

    Parameters
    ----------
    a, b
        The pages, the first on the left.
    score
        How similar they are, in words.

    Raises
    ------
    TablekinError
        A scan cannot be found, or cannot be read.
    """
    pages = (a, b)
    pairing = pair_lines(a, b)
    placed = [place_document(page) for page in pages]
    widths = [max(one.image.shape[1], _MIN_WIDTH) for one in placed]
    lefts = (MARGIN, MARGIN + widths[0] + _GAP)
    width = lefts[1] + widths[1] + MARGIN
    drawing = Drawing(width, 1000)
    top = drawing.head(pairing.finding, [score], width)
    heads = []
    for letter, page, left, room in zip("AB", pages, lefts, widths, strict=True):
        y = drawing.write_lines(left, top, f"{letter}: {page.doc_id}", room, TEXT, fontweight="bold")
        heads.append(drawing.write_lines(left, y, page.about, room, TEXT, color=MUTED))
    top = max(heads) + _STRIP + 0.5 * MARGIN
    placed = [one.move(left, top) for one, left in zip(placed, lefts, strict=True)]
    shares = [column_shares(a, b, pairing.score), column_shares(b, a, pairing.score)]
    highest = max((float(one.max()) for one in shares if len(one)), default=0.0)
    for page, one, share, side in zip(pages, placed, shares, ("left", "right"), strict=True):
        drawing.show_page(one)
        cells = page.regions[page.regions["kind"] == RegionKind.CELL]
        number_lines(drawing, one, cells, side)  # type: ignore[arg-type]
        _show_shares(drawing, one, page.regions, share, highest)
    bottom, met = max(one.bottom for one in placed), 0.0
    if pairing.runs:
        keys = _join_lines(drawing, pairing, placed)
        bottom += _BELOW if Level.COLUMN in pairing.levels else 0
    else:
        keys, met = _join_regions(drawing, pages, placed)
    if highest > 0 and keys:
        keys.append(Key(_SHARE, "over each column: its part of the score"))
    y = draw_legend(drawing, keys, (MARGIN, bottom + 0.6 * MARGIN), width - 2 * MARGIN)
    y = drawing.write_lines(MARGIN, y, _explanation(pairing, met), width - 2 * MARGIN)
    drawing.set_extent(width, y + 0.6 * MARGIN)
    return drawing


def _explanation(pairing: Pairing, met: float) -> str:
    """Say what part of the similarity is drawn, and what is left out."""
    if not pairing.runs and not met:
        return "What these pages have in common stands outside of tables, headings and page numbers."
    if not pairing.runs:
        return (
            "Joined are the parts of the pages that have most in common beyond what any two parts of these pages have: "
            f"{met / pairing.score:.1%} of the score. Such single meetings are often accidents. Not drawn is all else, "
            "digits that recur all over both pages."
        )
    rows = f"{pairing.levels[0]}s"
    drawn = sum(match.relevance for match in _strongest(pairing)) / pairing.score
    outside = 1 - pairing.table_share
    return (
        f"Two {rows} match if each is the other's best, by what they add to the specific similarity: what they share "
        f"beyond what tables share anyway; a band joins {rows} that match one after another. Of the score, "
        f"{pairing.share:.1%} lies between matching {rows}, where {pairing.expected_share:.1%} would lie if all {rows} "
        f"were alike; the lines are {drawn:.1%}. Not drawn: {pairing.table_share - pairing.share:.1%} between cells of "
        f"other {rows}, digits that recur all over both tables, and {outside:.1%} with headings, page numbers and "
        "margins."
    )


def _strongest(pairing: Pairing) -> list[LineMatch]:
    return sorted(pairing.matches, key=lambda match: -match.specific)[: LIMITS.max_connections]


def _join_lines(drawing: Drawing, pairing: Pairing, placed: list[PlacedPage]) -> list[Key]:
    """Tint the cells of matching lines, and join these by bands and the strongest of them by curves."""
    axes = drawing.canvas_axes
    sides = list(zip(pairing.pages, placed, pairing.levels, pairing.cell_strengths(), strict=True))
    ends = []
    for side, (page, place, level, strengths) in enumerate(sides):
        boxes = region_boxes(page.regions, place)
        for region, strength in strengths[strengths > 0].items():
            _CELL.draw(axes, tuple(boxes.loc[region]), float(strength))
        ends.append(_line_ends(page, place, level, "left" if side else "right"))
    dip = tuple(place.bottom + _BELOW if level is Level.COLUMN else None for _, place, level, _ in sides)
    for run in pairing.runs:
        first, last = run[0], run[-1]
        begin, end = (
            (ends[side][regions[0]][0], ends[side][regions[1]][1])
            for side, regions in enumerate(((first.a.region, last.a.region), (first.b.region, last.b.region)))
        )
        if last.b.number < first.b.number:
            end = (ends[1][first.b.region][1], ends[1][last.b.region][0])
        draw_band(axes, begin, end, FOR, dip)  # type: ignore[arg-type]
    strongest = _strongest(pairing)
    most = strongest[0].specific
    for match in strongest[::-1]:
        begin, end = (
            tuple(np.mean(ends[side][line.region], axis=0)) for side, line in enumerate((match.a, match.b))
        )
        draw_curve(axes, begin, end, POSITIVE, match.specific / most, dip)  # type: ignore[arg-type]
        for (page, place, level, _), line in zip(sides, (match.a, match.b), strict=True):
            if page.cells["table_id"].nunique() > 1:  # whose rows end at one height
                _outline(axes, page, place, (level, line.region))
    rows = f"{pairing.levels[0]}s"
    number = f"the {len(strongest)} {rows} that" if len(strongest) < len(pairing.matches) else f"{rows} that"
    return [
        Key(BAND, f"{counted(len(pairing.runs), 'run')} of matching {rows}"),
        Key(POSITIVE, f"{number} set the pair apart most, the broader the more"),
        Key(_CELL, "cells that make them match, the darker the more"),
    ]


def _outline(axes: Axes, page: Page, placed: PlacedPage, line: tuple[Level, int]) -> None:
    """Draw a line round a row or a column, slanting as it does."""
    level, region = line
    line_of = cells_by_line(page.regions, level)
    own = page.regions[page.regions["region_id"].isin(line_of.index[line_of == region])]
    boxes = region_boxes(own, placed).sort_values("x0" if level is Level.ROW else "y0")
    first, last = boxes.iloc[0], boxes.iloc[-1]
    corners = [
        (first["x0"], first["y0"]),
        (last["x1"], last["y0"]),
        (last["x1"], last["y1"]),
        (first["x0"], first["y1"]),
    ]
    if level is Level.COLUMN:
        corners[1], corners[3] = (first["x1"], first["y0"]), (last["x0"], last["y1"])
    axes.add_patch(Polygon(corners, fill=False, ec=FOR, lw=1.2, zorder=2))


def _line_ends(
    page: Page, placed: PlacedPage, level: Level, side: str
) -> dict[int, tuple[tuple[float, float], tuple[float, float]]]:
    """Find where bands leave the lines of a page: two corners of each, the first nearer to the line before it.

    Rows are left where all tables of the page end at their height, so that nothing is struck through.
    """
    regions = page.regions
    line_of = cells_by_line(regions, level)
    boxes = region_boxes(regions[regions["region_id"].isin(line_of.index)], placed)
    found = {}
    for line in lines_of(regions, level):
        own = boxes.loc[line_of.index[line_of == line]]
        if own.empty:
            continue
        if level is Level.COLUMN:
            cell = own.loc[own["y1"].idxmax()]
            found[line] = ((cell["x0"], cell["y1"]), (cell["x1"], cell["y1"]))
            continue
        cell = own.loc[own["x1"].idxmax() if side == "right" else own["x0"].idxmin()]
        beside = boxes[(boxes["y0"] < cell["y1"]) & (boxes["y1"] > cell["y0"])]
        x = beside["x1"].max() if side == "right" else beside["x0"].min()
        found[line] = ((x, cell["y0"]), (x, cell["y1"]))
    return found


def _join_regions(
    drawing: Drawing, pages: tuple[Page, Page], placed: list[PlacedPage]
) -> tuple[list[Key], float]:
    """Join the regions that have most in common beyond what any two have; tell how much that is."""
    leaves = [
        page.regions[~page.regions["kind"].isin([RegionKind.ROW, RegionKind.COLUMN, RegionKind.OUTSIDE])]
        for page in pages
    ]
    boxes = [region_boxes(own, place) for own, place in zip(leaves, placed, strict=True)]
    excess = excess_of(joint_relevance(*(page.rows("factors") for page in pages)))
    connections = connect(excess.clip(lower=0), *boxes)
    draw_connections(drawing.canvas_axes, connections, (placed[0].right, placed[1].left))
    if not connections:
        return [], 0.0
    key = Key(
        POSITIVE, f"the {counted(len(connections), 'strongest meeting')} of two parts, the broader the more"
    )
    return [key], sum(connection.relevance for connection in connections)


def _show_shares(
    drawing: Drawing, placed: PlacedPage, regions: pd.DataFrame, shares: pd.Series, highest: float
) -> None:
    """Draw a bar over each column, as high as its share; not of tables that lie below others."""
    if highest <= 0:
        return
    axes, number = drawing.canvas_axes, in_pixels(SMALL) + 10
    ground, room = placed.top - number, _STRIP - number - in_pixels(SMALL) - 6
    cells = regions[regions["kind"] == RegionKind.CELL].set_index("region_id", drop=False)
    boxes = region_boxes(cells, placed)
    covered = lower_tables(boxes, cells["table_id"])
    lines = regions[regions["kind"] == RegionKind.COLUMN].set_index(["table_id", "col"])["region_id"]
    reached: list[float] = []
    for table, own in cells[~cells["table_id"].isin(covered)].groupby("table_id"):
        spans = column_spans(boxes.loc[own.index], own["col"])
        of = shares.reindex(lines.loc[[(table, col) for col in spans.index]]).fillna(0.0).to_numpy()
        axes.plot([spans["x0"].min(), spans["x1"].max()], [ground] * 2, color=FAINT, lw=1)
        for place in np.argsort(-of, kind="stable"):
            x0, x1 = spans.iloc[place]
            height = max(float(of[place]), 0.0) / highest * room
            bar = (x0 + 1, ground - height, x1 - 1, ground)
            _SHARE.draw(axes, bar)
            text, middle = f"{of[place]:.0%}", (x0 + x1) / 2
            needed = drawing.text_width(text, SMALL)
            if of[place] >= _NAMED and all(abs(middle - other) > needed + 4 for other in reached):
                reached.append(middle)
                drawing.write(
                    middle, ground - height - 3, text, fontsize=SMALL, ha="center", va="bottom", color=INK
                )
