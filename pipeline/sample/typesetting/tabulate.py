"""Tabulate: set a table, its headings and its rules."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from itertools import groupby

import numpy as np

from tablekin.sample.typesetting.brace import draw_brace
from tablekin.sample.typesetting.line import Compositor, Line
from tablekin.sample.typesetting.sheet import Sheet
from tablekin.sample.typesetting.style import Style
from tablekin.sample.works.content import TableContent

_TURNABLE = 1.6  # a heading wider than its column by this factor may be turned
_RAGGED = 0.35  # ruggedness of rules of a regular printer


@dataclass
class TableBlock:
    """A measured table: knows its size, can be printed at any place.

    ``edges`` are the x of the boundaries between columns from the table's left, ``tops`` the y of the
    boundaries between rows from the top of the first row; both in pixels.
    """

    number: int
    content: TableContent
    style: Style
    cells: list[list[Line]]  # rows x columns
    headings: list[list[Line]]  # columns x heading lines
    groups: list[tuple[int, int, Line]]  # first column, column after the last, heading
    turned: list[bool]  # columns
    edges: list[float] = field(default_factory=list)
    tops: list[float] = field(default_factory=list)
    group_height: float = 0.0
    heading_height: float = 0.0

    @property
    def width(self) -> float:
        """Pixels."""
        return self.edges[-1]

    @property
    def height(self) -> float:
        """Pixels, headings included."""
        return self.group_height + self.heading_height + self.tops[-1]

    def draw(self, sheet: Sheet, x: float, y: float) -> None:
        """Print the table with its top left corner at ``x``, ``y``."""
        body = y + self.group_height + self.heading_height
        self._draw_headings(sheet, x, y)
        unit = self.style.digit_height
        for row, lines in enumerate(self.cells):
            top, bottom = body + self.tops[row], body + self.tops[row + 1]
            base = (body + self.tops[row]) + 0.5 * (self.pitch() + 0.72 * unit)
            for col, line in enumerate(lines):
                left, right = x + self.edges[col], x + self.edges[col + 1]
                text = self.content.cells[row][col]
                sheet.put_cell(self.number, row, col, text, "cell", (left, top, right, bottom))
                start = self._start(col, line, left, right)
                sheet.put_line(line, start, base, self.number, row, col)
                if self.style.leaders and self.content.columns[col].align == "left" and line.placed:
                    self._draw_leaders(sheet, start + line.width, right, base)
        self._draw_rules(sheet, x, y)

    def pitch(self) -> float:
        """Pixels from base line to base line of rows of one group."""
        return max(self.style.leading, 1.45 if self.style.rules == "full" else 1.1) * self.style.digit_height

    def _start(self, col: int, line: Line, left: float, right: float) -> float:
        gap = self.style.rule_gap * self.style.digit_height
        align = self.content.columns[col].align
        if align == "left":
            return left + gap
        if align == "center":
            return (left + right - line.width) / 2
        widest = max(row[col].width for row in self.cells)
        return (left + right + widest) / 2 - line.width

    def _draw_leaders(self, sheet: Sheet, left: float, right: float, base: float) -> None:
        """Fill the rest of a text cell with dashes of uneven length and weight."""
        rng, unit = sheet.rng, self.style.digit_height
        x = left + float(rng.uniform(0.3, 1.5)) * unit
        while x < right - unit:
            end = min(x + float(rng.exponential(2.5) + 0.8) * unit, right - 0.15 * unit)
            y = base - unit * (0.3 + 0.04 * float(rng.normal()))
            tilt, width = 0.03 * unit * float(rng.normal()), unit * float(rng.uniform(0.04, 0.14))
            sheet.rule(x, y, end, y + tilt, width, 0.4)
            x = end + float(rng.exponential(1.0)) * unit

    def _draw_headings(self, sheet: Sheet, x: float, y: float) -> None:
        unit = self.style.digit_height
        body = y + self.group_height + self.heading_height
        for first, after, line in self.groups:
            left, right = x + self.edges[first], x + self.edges[after]
            sheet.put_line(line, (left + right - line.width) / 2, y + 1.15 * unit, self.number, -1, first)
            under = y + self.group_height - 0.1 * unit
            if self.style.braces:
                draw_brace(sheet, left + 0.2 * unit, right - 0.2 * unit, under - 0.35 * unit, under, unit)
            elif self.style.rules in ("full", "columns"):
                sheet.rule(left, under, right, under, self.style.rule_width * unit, _RAGGED)
        for col, lines in enumerate(self.headings):
            left, right = x + self.edges[col], x + self.edges[col + 1]
            top = y + (self.group_height if self.content.columns[col].group else 0)
            sheet.put_cell(
                self.number, -1, col, self.content.columns[col].heading, "header", (left, top, right, body)
            )
            if self.turned[col]:
                middle = (left + right) / 2 + 0.3 * unit - 0.6 * unit * (len(lines) - 1)
                for k, line in enumerate(lines):
                    sheet.put_turned_line(line, middle + 1.2 * unit * k, body - 0.4 * unit, unit)
                continue
            for k, line in enumerate(lines):
                base = body - 0.55 * unit - (len(lines) - 1 - k) * 1.3 * unit
                sheet.put_line(line, (left + right - line.width) / 2, base, self.number, -1, col)

    def _draw_rules(self, sheet: Sheet, x: float, y: float) -> None:
        style, unit = self.style, self.style.digit_height
        thin = style.rule_width * unit
        body, bottom = y + self.group_height + self.heading_height, y + self.height
        left, right = x + self.edges[0], x + self.edges[-1]
        ragged = _RAGGED + 0.5 * style.irregularity
        if style.rules in ("full", "columns", "frame"):
            for offset in (0, 2.2 * thin + 1) if style.double else (0,):
                sheet.rule(left - offset, y - offset, right + offset, y - offset, thin, ragged)
                sheet.rule(left - offset, bottom + offset, right + offset, bottom + offset, thin, ragged)
                sheet.rule(left - offset, y - offset, left - offset, bottom + offset, thin, ragged)
                sheet.rule(right + offset, y - offset, right + offset, bottom + offset, thin, ragged)
        if style.rules != "none":
            for offset in (0, 2 * thin + 1) if style.double else (0,):
                sheet.rule(left, body - 0.1 * unit - offset, right, body - 0.1 * unit - offset, thin, ragged)
        columns = self.content.columns
        for col in range(1, len(columns)):
            joined = columns[col].group and columns[col].group == columns[col - 1].group
            apart = style.argument_apart and columns[col - 1].argument and not columns[col].argument
            if (style.rules in ("full", "columns") and not (style.rules_between_groups and joined)) or apart:
                edge, top = x + self.edges[col], y + (self.group_height if joined else 0)
                width = thin * (style.heavy if apart else 1)
                for offset in (0, 2 * thin + 1) if apart and style.double else (0,):
                    sheet.rule(edge + offset, top, edge + offset, bottom, width, ragged)
        for row in range(1, len(self.cells)):
            grouped = style.group_every and row % style.group_every == 0 and style.group_ruled
            if style.rules == "full" or grouped:
                level = body + self.tops[row]
                sheet.rule(left, level, right, level, thin, ragged)


def measure_table(
    number: int, content: TableContent, style: Style, digits: Compositor, names: Compositor, bold: Compositor
) -> TableBlock:
    """Set all lines of a table and decide on the places of its columns and rows.

    Parameters
    ----------
    number
        Number of the table on the page.
    content, style
        What to print, and how.
    digits, names, bold
        Set the cells of right-aligned or centred columns; cells aligned left, and headings; emphasised cells.
    """
    columns = content.columns
    cells = [
        [
            names.set_line(names.spell(text))
            if column.align == "left"
            else (bold if bold.chance(style.bold_share) else digits).set_line(text)
            for text, column in zip(row, columns, strict=True)
        ]
        for row in content.cells
    ]
    headings = [
        [names.set_line(names.spell(part), 0.0) for part in column.heading.split("\n") if part]
        for column in columns
    ]
    groups = []
    for name, members in groupby(range(len(columns)), key=lambda col: columns[col].group):
        listed = list(members)
        if name:
            groups.append((listed[0], listed[-1] + 1, names.set_line(names.spell(name))))
    block = TableBlock(number, content, style, cells, headings, groups, [False] * len(columns))
    _place_columns(block)
    if style.spread_pairs:
        _spread_pairs(block)
    _place_rows(block)
    return block


def _place_columns(block: TableBlock) -> None:
    style, unit = block.style, block.style.digit_height
    gap = 2 * (style.rule_gap if style.rules in ("full", "columns") else style.rule_gap + 0.25) * unit
    widths = []
    for col, lines in enumerate(block.headings):
        body = max([row[col].width for row in block.cells], default=0.0)
        head = max([line.width for line in lines], default=0.0)
        if style.turned_headings and head > _TURNABLE * max(body, unit):
            block.turned[col] = True
            head = 1.3 * unit * len(lines)
        widths.append(max(body, head, 0.6 * unit) + gap)
    for first, after, line in block.groups:
        lacking = line.width + 0.4 * unit - sum(widths[first:after])
        if lacking > 0:
            for col in range(first, after):
                widths[col] += lacking / (after - first)
    block.edges = [0.0, *np.cumsum(widths).tolist()]


def _spread_pairs(block: TableBlock) -> None:
    """Move the first part of cells such as "5 · 12" to the left of the widest cell of their column."""
    for col, column in enumerate(block.content.columns):
        texts = [row[col] for row in block.content.cells]
        if column.align != "right" or not all(" · " in text or " . " in text or not text for text in texts):
            continue
        widest = max(row[col].width for row in block.cells)
        for text, row in zip(texts, block.cells, strict=True):
            line, first = row[col], len(text.split(" ")[0])
            spare = round(widest - line.width)
            moves = [0] * first + [spare // 2] + [spare] * (len(line.placed) - first - 1)
            placed = [replace(p, x=p.x + move) for p, move in zip(line.placed, moves, strict=False)]
            row[col] = Line(placed, line.bars, line.fractions, widest if placed else 0.0)


def _place_rows(block: TableBlock) -> None:
    style, unit = block.style, block.style.digit_height
    pitch = block.pitch()
    every, tops = style.group_every, [0.0]
    for row in range(len(block.cells)):
        last_of_group = every and (row + 1) % every == 0 and row + 1 < len(block.cells)
        tops.append(tops[-1] + pitch + (0.55 * pitch if last_of_group and not style.group_ruled else 0.0))
    tops[-1] += 0.15 * unit
    block.tops = tops
    block.group_height = 1.75 * unit if block.groups else 0.0
    upright = [len(lines) for lines, turned in zip(block.headings, block.turned, strict=True) if not turned]
    block.heading_height = (max(upright, default=0) * 1.3 + 0.7) * unit if any(block.headings) else 0.3 * unit
    lengths = [
        line.width
        for lines, turned in zip(block.headings, block.turned, strict=True)
        if turned
        for line in lines
    ]
    if lengths:
        block.heading_height = max(block.heading_height, max(lengths) + 0.9 * unit)
