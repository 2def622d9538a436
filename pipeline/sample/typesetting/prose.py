"""Prose: paragraphs, titles and running heads as lines of text on a measure."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from tablekin.sample.typesetting.line import Compositor, Line
from tablekin.sample.typesetting.sheet import Sheet


@dataclass
class TextBlock:
    """Measured lines of text; all lengths in pixels."""

    lines: list[tuple[float, Line]]  # x of the pen's start, line
    width: float
    pitch: float  # base line to base line
    unit: float  # digit height of this text
    initial: Line | None = None  # drop capital

    @property
    def height(self) -> float:
        """From above the first line to below the last."""
        return self.pitch * len(self.lines) + 0.3 * self.unit

    def draw(self, sheet: Sheet, x: float, y: float) -> None:
        """Print the block with its top left corner at ``x``, ``y``."""
        if self.initial is not None:
            sheet.put_line(self.initial, x, y + self.pitch + 1.1 * self.unit)
        for row, (start, line) in enumerate(self.lines):
            sheet.put_line(line, x + start, y + row * self.pitch + 1.1 * self.unit)


def _break_lines(text: str, widths: list[float], compositor: Compositor) -> list[str]:
    """Break a text greedily; ``widths`` gives the measure of each line, the last one of all that follow."""
    space = compositor.set_line("n").width
    lines: list[str] = []
    current, used = "", 0.0
    for word in text.split():
        width = compositor.set_line(word).width
        room = widths[min(len(lines), len(widths) - 1)]
        if current and used + space + width > room:
            lines.append(current)
            current, used = word, width
        else:
            used += width + (space if current else 0)
            current = f"{current} {word}" if current else word
    return [*lines, current] if current else lines


def set_paragraph(
    text: str, measure: float, compositor: Compositor, pitch: float, initial: Compositor | None = None
) -> TextBlock:
    """Set a justified paragraph.

    Parameters
    ----------
    text
        The paragraph; a first letter is taken off if there is an ``initial``.
    measure, pitch
        Width of the lines, and base line to base line, in pixels.
    compositor
        Sets the text.
    initial
        Sets the first letter two lines high.
    """
    unit = compositor.digit_height
    text = compositor.spell(text)
    capital, indent = None, [1.2 * unit, 0.0]
    if initial is not None and len(text) > 60 and text[0].isalpha():
        capital, text = initial.set_line(text[0].upper()), text[1].upper() + text[2:]
        indent = [capital.width + 0.3 * unit] * 2 + [0.0]
    parts = _break_lines(text, [measure - i for i in indent], compositor)
    lines = []
    for row, part in enumerate(parts):
        start = indent[min(row, len(indent) - 1)]
        line = compositor.set_line(part)
        spaces = part.count(" ")
        spare = measure - start - line.width
        if (row + 1 < len(parts) and spaces and 0 < spare / spaces < 1.2 * unit) or spare < 0 < spaces:
            line = compositor.set_line(part, extra=spare / spaces)
        lines.append((start, line))
    if capital is not None and len(lines) < 2:
        lines.append((0.0, Line()))
    return TextBlock(lines, measure, pitch, unit, capital)


def set_centred(text: str, measure: float, compositor: Compositor, spacing: float = 0.0) -> TextBlock:
    """Set a text in centred lines on a measure in pixels."""
    parts = _break_lines(compositor.spell(text), [measure], compositor)
    lines = [compositor.set_line(part, spacing) for part in parts]
    starts = [max(0.0, (measure - line.width) / 2) for line in lines]
    unit = compositor.digit_height
    return TextBlock(list(zip(starts, lines, strict=True)), measure, 1.7 * unit, unit)


def widest(blocks: list[TextBlock]) -> float:
    """Width of the widest line of the blocks, in pixels."""
    return float(np.max([start + line.width for block in blocks for start, line in block.lines], initial=0.0))
