"""Cards: cells that are to be looked at one by one, each with its picture, what was read, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tablekin.palette import COMPUTED, INK, MUTED
from tablekin.report.crops import Crops
from tablekin.report.drawing import MARGIN, SMALL, TEXT, TITLE, Drawing, line_height
from tablekin.report.marks import Mark

MAX_CARDS = 24
_CROP = (250, 168)  # width and height of a picture, in pixels
_BETWEEN, _BESIDE = 16, 24  # pixels between the pictures of a card, and between cards
_SAID, _READ = SMALL + 1, TITLE - 3  # points
_TAG = {"boxstyle": "square,pad=0.15", "fc": "white", "ec": "none", "alpha": 0.9}


@dataclass(frozen=True)
class Card:
    """A cell, or the cells of several pages that are at one place."""

    place: str
    mark: Mark
    pictures: Sequence[
        tuple[Crops, Sequence[int]]
    ]  # where they are cut from, and the regions that are framed
    readings: Sequence[str]  # one for each picture
    due: str  # digits that should stand there; empty where they are not known
    said: str


def draw_cards(drawing: Drawing, heading: str, cards: Sequence[Card], top: float) -> float:
    """Draw cards from a height downwards, side by side, numbered from 1; return where they end."""
    width = drawing.extent[0] - 2 * MARGIN
    y = drawing.write_lines(MARGIN, top, heading, width, TEXT, fontweight="bold") + 12
    pictures = max((len(card.pictures) for card in cards), default=1)
    wide = max(pictures * (_CROP[0] + _BETWEEN), *(_said_width(drawing, card) for card in cards)) + _BESIDE
    high = 2 * line_height(_SAID) + line_height(_READ) + _CROP[1] + 40
    across = max(int((width + _BESIDE) // wide), 1)
    for number, card in enumerate(cards):
        place = (MARGIN + number % across * width / across, y + number // across * high)
        _draw_card(drawing, card, f"{number + 1}", place)
    return y + -(-len(cards) // across) * high


def tag(drawing: Drawing, place: tuple[float, float], number: int) -> None:
    """Write the number of a card on a page, at the upper left corner of its cell."""
    style: dict[str, Any] = {"ha": "left", "va": "bottom", "color": INK, "bbox": _TAG, "zorder": 5}
    drawing.write(*place, f"{number}", fontsize=SMALL - 2, **style)


def _said_width(drawing: Drawing, card: Card) -> float:
    longest = max(f"{card.place}     ", f"{_due(card)}{card.said}", key=len)
    return drawing.text_width(longest, _SAID)


def _due(card: Card) -> str:
    return f"computed {card.due}   " if card.due else ""


def _draw_card(drawing: Drawing, card: Card, number: str, place: tuple[float, float]) -> None:
    x, y = place
    drawing.write(x, y, number, fontsize=_SAID, va="top", color=INK, fontweight="bold")
    drawing.write(x + 30, y, card.place, fontsize=_SAID, va="top", color=MUTED)
    y += line_height(_SAID) + 6
    for (crops, regions), reading in zip(card.pictures, card.readings, strict=True):
        if regions:
            crops.draw(drawing, regions, (x, y, x + _CROP[0], y + _CROP[1]), card.mark)
        drawing.write(x, y + _CROP[1] + 6, reading or "(empty)", fontsize=_READ, va="top", color=INK)
        x += _CROP[0] + _BETWEEN
    x, y = place[0], y + _CROP[1] + 6 + line_height(_READ)
    drawing.write(x, y, _due(card), fontsize=_SAID, va="top", color=COMPUTED)
    drawing.write(
        x + drawing.text_width(_due(card), _SAID), y, card.said, fontsize=_SAID, va="top", color=MUTED
    )
