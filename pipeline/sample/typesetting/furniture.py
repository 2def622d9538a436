"""Furniture: what stands around the matter of a page: head, page number, catchword, drawings."""

from __future__ import annotations

from dataclasses import dataclass

from tablekin.sample.typesetting.diagram import draw_diagram
from tablekin.sample.typesetting.line import Compositor, Line
from tablekin.sample.typesetting.prose import TextBlock
from tablekin.sample.typesetting.sheet import Sheet


@dataclass
class HeadBlock:
    """The running head and the page number at a side of it; lengths in pixels."""

    head: TextBlock
    number: Line
    number_text: str
    number_right: bool
    width: float
    unit: float  # digit height

    @property
    def height(self) -> float:
        """Of the head and the space below it."""
        return 2.4 * self.unit

    def draw(self, sheet: Sheet, x: float, y: float) -> None:
        """Print it with its top left corner at ``x``, ``y``."""
        if self.head.lines:
            start, line = self.head.lines[0]
            sheet.put_line(line, x + start, y + self.unit)
        if self.number_text:
            left = x + (self.width - self.number.width if self.number_right else 0)
            box = (left, y, left + self.number.width, y + 1.4 * self.unit)
            sheet.put_line(self.number, left, y + self.unit)
            sheet.put_cell(-1, -1, -1, self.number_text, "page_number", box)


@dataclass
class CatchwordBlock:
    """The first word of the next page, right below the matter."""

    word: Line
    width: float
    unit: float

    @property
    def height(self) -> float:
        """Pixels."""
        return 1.6 * self.unit

    def draw(self, sheet: Sheet, x: float, y: float) -> None:
        """Print it with its top left corner at ``x``, ``y``."""
        sheet.put_line(self.word, x + self.width - self.word.width, y + 1.2 * self.unit)


@dataclass
class DiagramBlock:
    """A woodcut in the middle of the measure."""

    side: float
    width: float
    digits: Compositor
    names: Compositor

    @property
    def height(self) -> float:
        """Pixels."""
        return self.side

    def draw(self, sheet: Sheet, x: float, y: float) -> None:
        """Print it with its top left corner at ``x``, ``y``."""
        draw_diagram(sheet, (x + (self.width - self.side) / 2, y), self.side, self.digits, self.names)
