"""Typeset: from the content of a page to clean ink, with the place of every figure and cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

import numpy as np

from pipeline.sample.content import PageContent
from pipeline.sample.diagram import draw_diagram
from pipeline.sample.faces import FACES
from pipeline.sample.line import Compositor
from pipeline.sample.prose import TextBlock, set_centred, set_paragraph
from pipeline.sample.sheet import SetPage, Sheet
from pipeline.sample.style import Style
from pipeline.sample.tabulate import TableBlock, measure_table
from pipeline.sample.typecase import TypeCase

_MOST_PIXELS = 2.6e6  # a larger page is set in smaller type
_LEAST_DIGIT_HEIGHT = 10.0  # pixels


@dataclass
class Cases:
    """The compositors of a page."""

    figures: Compositor
    text: Compositor
    names: Compositor  # text inside tables
    emphasis: Compositor
    display: Compositor  # titles
    bold: Compositor  # figures that stand out

    @classmethod
    def of(cls, style: Style, rng: np.random.Generator) -> Cases:
        """Lay out the cases of a style."""
        figures = TypeCase(style.figures, style, style.digit_height, rng)
        bold = f"{figures.face.package}/bold"
        heavy = TypeCase(bold, style, style.digit_height, rng) if bold in FACES else figures
        text = TypeCase(style.text, style, style.digit_height, rng)
        emphasis = TypeCase(style.emphasis, style, style.digit_height, rng)
        return cls(
            Compositor(figures, style, rng),
            Compositor(text, style, rng, style.text_scale),
            Compositor(text, style, rng, min(1.0, style.text_scale)),
            Compositor(emphasis, style, rng, style.text_scale * float(rng.choice([1.0, 1.2]))),
            Compositor(text, style, rng, style.text_scale * float(rng.uniform(1.3, 2.2))),
            Compositor(heavy, style, rng),
        )


def _arrange_tables(blocks: list[TableBlock], style: Style) -> tuple[list[tuple[float, float]], float, float]:
    """Place the tables relative to one another: corners, and the width and height of the whole."""
    gap = 1.5 * style.digit_height
    if not blocks:
        return [], 0.0, 0.0
    corners, x, y = [], 0.0, 0.0
    for block in blocks:
        corners.append((x, y))
        if style.side_by_side:
            x += block.width + gap
        else:
            y += block.height + 2 * gap
    width = max(x + block.width for (x, _), block in zip(corners, blocks, strict=True))
    height = max(y + block.height for (_, y), block in zip(corners, blocks, strict=True))
    return corners, width, height


def _set_head(content: PageContent, measure: float, cases: Cases, rng: np.random.Generator) -> tuple[TextBlock, bool]:
    """Set the running head; tells whether the page number stands right."""
    return set_centred(content.running_head, 0.8 * measure, cases.emphasis, 0.04), bool(rng.random() < 0.5)


def _measure_of(content: PageContent, width: float, style: Style, rng: np.random.Generator) -> float:
    if width:
        return max(width, 14 * style.digit_height)
    return float(rng.uniform(20, 36)) * style.digit_height


def set_page(content: PageContent, style: Style, rng: np.random.Generator) -> SetPage:
    """Typeset a page.

    Parameters
    ----------
    content
        What to print.
    style
        How. Where the page would be larger than about 2.6 megapixels its type is made smaller.
    rng
        Decides what printers did not: the cast of each sort, how it stands, where rules are broken.
    """
    cases = Cases.of(style, rng)
    unit = style.digit_height
    tables = [
        measure_table(number, table, style, cases.figures, cases.names, cases.bold) for number, table in enumerate(content.tables)
    ]
    corners, width, tables_height = _arrange_tables(tables, style)
    measure = _measure_of(content, width, style, rng)
    pitch = unit * style.text_scale * float(rng.uniform(1.45, 1.9))
    above: list[TextBlock] = []
    titles = list(dict.fromkeys(table.title for table in content.tables if table.title))
    for title in titles:
        above.append(set_centred(title, measure, cases.emphasis if rng.random() < 0.6 else cases.display))
    paragraphs = _set_paragraphs(content, measure, pitch, cases, rng)
    split = int(rng.integers(len(paragraphs) + 1)) if tables else len(paragraphs)
    above = [*paragraphs[:split], *above] if tables else [*above, *paragraphs]
    below = paragraphs[split:]
    head, number_right = _set_head(content, measure, cases, rng)
    gaps = unit * rng.uniform(0.3, 1.2, len(above) + len(below) + 1)
    drawing = float(rng.uniform(0.5, 0.9)) * measure if content.kind == "diagram" else 0.0
    height = 2.4 * unit + sum(block.height for block in [*above, *below]) + gaps.sum() + tables_height + drawing + 2 * unit
    margin = style.margin * unit + 2
    total = (measure + 2 * margin) * (height + 2 * margin)
    if total > _MOST_PIXELS and unit > _LEAST_DIGIT_HEIGHT:
        smaller = max(_LEAST_DIGIT_HEIGHT, unit * min(0.95, math.sqrt(_MOST_PIXELS / total)))
        return set_page(content, replace(style, digit_height=smaller), rng)
    sheet = Sheet(math.ceil(measure + 2 * margin), math.ceil(height + 2 * margin), rng)
    y = margin
    _draw_head(sheet, content, head, number_right, cases, measure, margin, y)
    y += 2.4 * unit
    heights = iter(gaps)
    for block in above:
        block.draw(sheet, margin, y)
        y += block.height + next(heights)
    if drawing:
        draw_diagram(sheet, (margin + (measure - drawing) / 2, y), drawing, cases.figures, cases.names, rng)
        y += drawing
    left = margin + (measure - width) / 2
    for table, (dx, dy) in zip(tables, corners, strict=True):
        table.draw(sheet, left + dx, y + dy, cases.names)
    y += tables_height + next(heights)
    for block in below:
        block.draw(sheet, margin, y)
        y += block.height + next(heights)
    if content.catchword:
        word = cases.text.set_line(cases.text.spell(content.catchword))
        sheet.put_line(word, margin + measure - word.width, y + 1.2 * unit)
    return sheet.finish(unit)


def _set_paragraphs(
    content: PageContent, measure: float, pitch: float, cases: Cases, rng: np.random.Generator
) -> list[TextBlock]:
    """Set the paragraphs: centred in changing sizes on a title page, else justified."""
    if content.kind == "title":
        choices = (cases.text, cases.emphasis, cases.display, cases.display)
        return [
            set_centred(text, measure, choices[int(rng.integers(len(choices)))], float(rng.uniform(0, 0.3)))
            for text in content.paragraphs
        ]
    blocks = []
    for row, text in enumerate(content.paragraphs):
        initial = None
        if row == 0 and rng.random() < 0.4:
            initial = Compositor(cases.text.case, cases.text._style, rng, 2.6 * pitch / cases.text.case.digit_height / 1.6)
        blocks.append(set_paragraph(text, measure, cases.text, pitch, initial))
    return blocks


def _draw_head(
    sheet: Sheet,
    content: PageContent,
    head: TextBlock,
    number_right: bool,
    cases: Cases,
    measure: float,
    margin: float,
    y: float,
) -> None:
    """Print the running head and the page number at a side of it."""
    unit = cases.text.digit_height
    if head.lines:
        sheet.put_line(head.lines[0][1], margin + 0.1 * measure + head.lines[0][0], y + unit)
    if content.page_number:
        number = cases.text.set_line(content.page_number)
        x = margin + measure - number.width if number_right else margin
        sheet.put_line(number, x, y + unit)
        sheet.put_cell(-1, -1, -1, content.page_number, "page_number", (x, y, x + number.width, y + 1.4 * unit))
