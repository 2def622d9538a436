"""Typeset: from the content of a page to clean ink, with the place of every digit and cell."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from tablekin.sample.typesetting.faces import FACES
from tablekin.sample.typesetting.furniture import CatchwordBlock, DiagramBlock, HeadBlock
from tablekin.sample.typesetting.line import Compositor
from tablekin.sample.typesetting.prose import TextBlock, set_centred, set_paragraph
from tablekin.sample.typesetting.sheet import SetPage, Sheet
from tablekin.sample.typesetting.style import Style
from tablekin.sample.typesetting.tabulate import TableBlock, measure_table
from tablekin.sample.typesetting.typecase import TypeCase
from tablekin.sample.works.content import PageContent

_MAX_PIXELS = 2.6e6  # a larger page is set in smaller type
_MIN_DIGIT_HEIGHT = 10.0  # pixels
_NOTES = 0.28  # width of the notes in the margin to the text's


class Block(Protocol):
    """Anything measured that can be printed."""

    @property
    def height(self) -> float:
        """Pixels."""
        ...

    def draw(self, sheet: Sheet, x: float, y: float) -> None:
        """Print it with its top left corner at ``x``, ``y``."""
        ...


@dataclass
class Cases:
    """The compositors of a page."""

    digits: Compositor
    text: Compositor
    names: Compositor  # text inside tables
    emphasis: Compositor
    display: Compositor  # titles
    initial: Compositor  # drop capitals
    notes: Compositor  # in the margin
    bold: Compositor  # digits that stand out

    @classmethod
    def of(cls, style: Style, rng: np.random.Generator) -> Cases:
        """Lay out the cases of a style."""
        digits, text, emphasis = (
            TypeCase(face, style, style.digit_height, rng)
            for face in (style.digits, style.text, style.emphasis)
        )
        bold = f"{digits.face.package}/bold"
        heavy = TypeCase(bold, style, style.digit_height, rng) if bold in FACES else digits
        scale = style.text_scale
        return cls(
            digits=Compositor(digits, style, rng),
            text=Compositor(text, style, rng, scale),
            names=Compositor(text, style, rng, min(1.0, scale)),
            emphasis=Compositor(emphasis, style, rng, scale * float(rng.choice([1.0, 1.2]))),
            display=Compositor(text, style, rng, scale * float(rng.uniform(1.3, 2.2))),
            initial=Compositor(text, style, rng, scale * 2.6),
            notes=Compositor(emphasis, style, rng, scale * 0.75),
            bold=Compositor(heavy, style, rng),
        )


@dataclass
class TablesBlock:
    """All tables of a page with their places relative to one another."""

    tables: list[TableBlock]
    corners: list[tuple[float, float]]
    indent: float = 0.0

    @classmethod
    def of(cls, tables: list[TableBlock], style: Style) -> TablesBlock:
        """Place tables beside or below one another."""
        gap, corners, x, y = 1.5 * style.digit_height, [], 0.0, 0.0
        for table in tables:
            corners.append((x, y))
            if style.side_by_side:
                x += table.width + gap
            else:
                y += table.height + 2 * gap
        return cls(tables, corners)

    @property
    def width(self) -> float:
        """Pixels."""
        return max((x + t.width for (x, _), t in zip(self.corners, self.tables, strict=True)), default=0.0)

    @property
    def height(self) -> float:
        """Pixels."""
        return max((y + t.height for (_, y), t in zip(self.corners, self.tables, strict=True)), default=0.0)

    def draw(self, sheet: Sheet, x: float, y: float) -> None:
        """Print the tables."""
        for table, (dx, dy) in zip(self.tables, self.corners, strict=True):
            table.draw(sheet, x + self.indent + dx, y + dy)


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

    Raises
    ------
    ValueError
        If no face has a character of the content.
    """
    unit, cases = style.digit_height, Cases.of(style, rng)
    tables = [
        measure_table(number, table, style, cases.digits, cases.names, cases.bold)
        for number, table in enumerate(content.tables)
    ]
    matter = TablesBlock.of(tables, style)
    measure = _measure_of(content, matter.width, style, rng)
    matter.indent = (measure - matter.width) / 2
    noted = style.marginalia and content.kind == "prose"
    beside = _NOTES * measure + unit if noted else 0.0
    blocks = _stack(content, matter, measure, cases, rng)
    gaps = unit * rng.uniform(0.3, 1.2, len(blocks))
    margin = style.margin * unit + 2
    width = measure + beside + 2 * margin
    height = sum(block.height for block in blocks) + gaps.sum() + 2 * margin
    if width * height > _MAX_PIXELS and unit > _MIN_DIGIT_HEIGHT:
        smaller = max(_MIN_DIGIT_HEIGHT, unit * min(0.95, math.sqrt(_MAX_PIXELS / (width * height))))
        return set_page(content, replace(style, digit_height=smaller), rng)
    sheet = Sheet(math.ceil(width), math.ceil(height), rng)
    noted_left = bool(rng.random() < 0.5)
    x, y = margin + (beside if noted_left else 0.0), margin
    for block, gap in zip(blocks, gaps, strict=True):
        block.draw(sheet, x, y)
        if noted and isinstance(block, TextBlock) and len(block.lines) > 4:
            note = _set_note(content, _NOTES * measure, len(block.lines), cases, rng)
            note.draw(sheet, margin if noted_left else margin + measure + unit, y)
        y += block.height + gap
    return sheet.finish(unit)


def _measure_of(content: PageContent, width: float, style: Style, rng: np.random.Generator) -> float:
    """Width of the text in pixels: the tables', or one that gives a page of usual shape."""
    letters = sum(map(len, content.paragraphs)) + 200
    area = letters * 0.75 * 1.9 * style.text_scale**2  # square digit heights
    usual = float(np.clip(math.sqrt(area / rng.uniform(1.1, 1.8)), 14, 48)) * style.digit_height
    return max(width, 0.8 * usual) if width else usual


def _stack(
    content: PageContent, matter: TablesBlock, measure: float, cases: Cases, rng: np.random.Generator
) -> list[Block]:
    """Set everything on the page, from top to bottom."""
    unit = cases.digits.digit_height
    head = set_centred(content.running_head, 0.75 * measure, cases.emphasis, 0.04)
    head.lines = [(start + 0.125 * measure, line) for start, line in head.lines]
    number = cases.text.set_line(content.page_number)
    top = HeadBlock(head, number, content.page_number, bool(rng.random() < 0.5), measure, unit)
    titles = [
        set_centred(title, measure, cases.emphasis if rng.random() < 0.6 else cases.display)
        for title in dict.fromkeys(table.title for table in content.tables if table.title)
    ]
    paragraphs = _set_paragraphs(content, measure, cases, rng)
    above = int(rng.integers(len(paragraphs) + 1))
    blocks: list[Block] = [top, *paragraphs[:above], *titles]
    if matter.tables:
        blocks.append(matter)
    if content.kind == "diagram":
        blocks.append(
            DiagramBlock(float(rng.uniform(0.5, 0.9)) * measure, measure, cases.digits, cases.names)
        )
    blocks += paragraphs[above:]
    if content.catchword:
        word = cases.text.set_line(cases.text.spell(content.catchword))
        blocks.append(CatchwordBlock(word, measure, unit))
    return blocks


def _set_paragraphs(
    content: PageContent, measure: float, cases: Cases, rng: np.random.Generator
) -> list[TextBlock]:
    """Set the paragraphs: centred in changing sizes on a title page, else justified."""
    if content.kind == "title":
        choices = (cases.text, cases.emphasis, cases.display, cases.display)
        return [
            set_centred(text, measure, choices[int(rng.integers(len(choices)))], float(rng.uniform(0, 0.3)))
            for text in content.paragraphs
        ]
    pitch = cases.text.digit_height * float(rng.uniform(1.45, 1.9))
    adorned = rng.random() < 0.4
    return [
        set_paragraph(text, measure, cases.text, pitch, cases.initial if adorned and row == 0 else None)
        for row, text in enumerate(content.paragraphs)
    ]


def _set_note(
    content: PageContent, measure: float, lines: int, cases: Cases, rng: np.random.Generator
) -> TextBlock:
    """Set a few words of the page as a note no higher than ``lines`` lines of text."""
    words = " ".join(content.paragraphs).split()
    first, count = int(rng.integers(len(words))), int(rng.integers(2, 14))
    text = " ".join(words[first : first + count])
    note = set_paragraph(text, measure, cases.notes, 1.55 * cases.notes.digit_height)
    note.lines = note.lines[:lines]
    return note
