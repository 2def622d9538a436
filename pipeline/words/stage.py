"""Words: the stage, from a page whose digits are read to the words that stand on it and what they label."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.page import Layout, RegionKind, WorkingPage
from tablekin.threshold import threshold
from tablekin.words.engine import OcrEngine
from tablekin.words.labels import in_lines, label_regions
from tablekin.words.printout import parse_printout

_REAL = "the real scans"
_RULES_AND_LEADERS = "|[]_\u2013\u2014=~«»"  # what an engine makes of them at the ends of a word
_COLUMNS = ["text", "x0", "y0", "x1", "y1", "confidence", "region_id"]


@dataclass(frozen=True)
class WordCriteria:
    """What is shown to the engine, and which of its words are kept."""

    around: int = threshold(2, "pixels", "around a digit of a cell that are painted over, at digits 20 high")
    min_confidence: float = threshold(0.3, "probability", "of a word at least", chosen=_REAL)
    min_letters: int = threshold(1, "letters", "of a word at least; outside the cells a digit will do")
    min_letters_beside_digits: int = threshold(
        2,
        "letters",
        "of a word in a cell that has digits at least: else it is what is left of them",
        chosen=_REAL,
    )


CRITERIA = WordCriteria()


@dataclass(frozen=True)
class PageWords:
    """The words of a page and the labels they make."""

    words: (
        pd.DataFrame
    )  # text, box in pixels of the working page, confidence, region_id; in reading order by region
    labels: list[str]  # of each region, in the layout's order
    is_read: bool = True  # whether the engine did its work


def read_words(page: WorkingPage, layout: Layout, texts: pd.Series, engine: OcrEngine) -> PageWords:
    """Read the words of a page with a table; where there is none, nothing is read.

    The engine is shown the upright, deskewed page without the digits in its cells: what it would make of them is not
    wanted, and would take it ten times as long.

    Parameters
    ----------
    page
        The working page with its digits.
    layout
        The regions of the same page.
    texts
        The digits of each region, as read, in the layout's order.
    engine
        What reads.
    """
    nothing = pd.DataFrame({name: [] for name in _COLUMNS}).astype({"text": object, "region_id": "int64"})
    labels = [""] * len(layout.regions)
    if not layout.is_table:
        return PageWords(nothing, labels)
    printout = engine.read(_without_cells(page, layout))
    found = None if printout is None else parse_printout(printout)
    if found is None:
        return PageWords(nothing, labels, is_read=False)
    words = in_lines(_kept(found, layout, texts))
    return PageWords(words[_COLUMNS], label_regions(layout, words))


def _without_cells(page: WorkingPage, layout: Layout) -> NDArray[np.uint8]:
    """Draw the page, ``(h, w)`` grey, 0 black, without the digits of its cells."""
    grey = np.round(255 * (1 - page.ink)).astype(np.uint8)
    height, width = grey.shape
    x = np.clip(page.digits.centres[:, 0].astype(np.intp), 0, width - 1)
    y = np.clip(page.digits.centres[:, 1].astype(np.intp), 0, height - 1)
    inside = page.digits.boxes[_are_cells(layout)[layout.labels[y, x]]]
    corners = np.concatenate(
        [np.floor(inside[:, :2]) - CRITERIA.around, np.ceil(inside[:, 2:]) + CRITERIA.around], axis=1
    )
    for x0, y0, x1, y1 in np.maximum(corners, 0).astype(np.intp):
        grey[y0:y1, x0:x1] = 255
    return grey


def _are_cells(layout: Layout) -> NDArray[np.bool_]:
    return np.array([region.kind == RegionKind.CELL for region in layout.regions])


def _kept(found: pd.DataFrame, layout: Layout, texts: pd.Series) -> pd.DataFrame:
    """Give each word its leaf region, and leave out what is no word."""
    height, width = layout.labels.shape
    x = ((found["x0"] + found["x1"]) / 2).to_numpy().astype(np.intp).clip(0, width - 1)
    y = ((found["y0"] + found["y1"]) / 2).to_numpy().astype(np.intp).clip(0, height - 1)
    words = found.assign(
        region_id=layout.labels[y, x].astype(np.int64), text=found["text"].str.strip(_RULES_AND_LEADERS)
    )
    letters = words["text"].map(lambda text: sum(map(str.isalpha, text)))
    digits = words["text"].map(lambda text: sum(map(str.isdigit, text)))
    is_cell = _are_cells(layout)[words["region_id"]]
    has_digits = (texts.to_numpy() != "")[words["region_id"]]
    needed = np.where(is_cell & has_digits, CRITERIA.min_letters_beside_digits, CRITERIA.min_letters)
    is_word = (letters >= needed) | (~is_cell & (digits > 0))
    return words[is_word & (words["confidence"] >= CRITERIA.min_confidence)]
