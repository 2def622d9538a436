"""Editions: printings of a work along a known tree of descent."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from tablekin.sample.typesetting.headings import LANGUAGES, read_lexicon
from tablekin.sample.typesetting.layout import TableLayout, random_layout
from tablekin.sample.typesetting.style import Style, random_style
from tablekin.sample.works.misprints import Misprint, descend
from tablekin.sample.works.work import Work

_MODERN = 1760  # printers of this year and later use the types of the nineteenth century
_LONG = 24  # rows of a page
_SHARES = (0.4, 0.14, 0.14, 0.12, 0.12, 0.08)  # of LANGUAGES


@dataclass(frozen=True)
class Edition:
    """A printing of a work."""

    key: str
    parent: str | None  # key of the edition it was copied from; None is the author's own
    year: int
    place: str
    language: str
    printer: int  # whose habits its words follow
    layout: TableLayout
    style: Style
    orientation: int  # degrees clockwise by which its tables are turned
    misprints: tuple[Misprint, ...]


def _places(work: Work, layout: TableLayout) -> list[int]:
    """List the columns of the work's cells that a layout prints."""
    starts = np.cumsum([0, *(len(quantity.units) for quantity in work.quantities)]).tolist()
    chosen = sorted(set(layout.quantities))
    return [place for index in chosen for place in range(starts[index], starts[index + 1])]


def _first_year(work: Work, rng: np.random.Generator) -> int:
    """Choose a year in which the work may appear: tables of years are of use only near them."""
    if work.table_type.startswith("easter"):
        return int(work.parameters["first"]) - int(rng.integers(0, 8))
    if work.table_type == "calendar":
        return int(work.parameters["year"]) - int(rng.integers(0, 3))
    return int(rng.integers(1478, 1790))


def _choose_parent(editions: list[Edition], rng: np.random.Generator) -> Edition:
    """Choose what a printer copies: more often a late edition than an early one."""
    weights = np.arange(1, len(editions) + 1, dtype=float)
    return editions[int(rng.choice(len(editions), p=weights / weights.sum()))]


def _draw_style(layout: TableLayout, year: int, rng: np.random.Generator) -> Style:
    """Choose a style of the time; the halves of a long table stand beside one another."""
    style = random_style(rng, modern=year >= _MODERN)
    long = len(layout.rows) > _LONG * (layout.pages if layout.split_rows else 1)
    return replace(style, side_by_side=True) if layout.halves and long else style


def draw_editions(work: Work, name: str, count: int, rng: np.random.Generator) -> list[Edition]:
    """Print a work several times.

    Parameters
    ----------
    work
        The work.
    name
        Short name of the work, from which the keys of the editions are made.
    count
        Number of editions.
    rng
        The only source of chance.

    Returns
    -------
    list of Edition
        Parents before children, the author's own edition first; a child is later than its parent and prints
        nothing that its parent does not print.
    """
    editions: list[Edition] = []
    for number in range(count):
        parent = _choose_parent(editions, rng) if editions else None
        language = str(rng.choice(LANGUAGES, p=_SHARES))
        if parent and rng.random() < 0.5:
            language = parent.language
        year = parent.year + 1 + int(rng.gamma(1.5, 9)) if parent else _first_year(work, rng)
        key = f"{name}_{chr(ord('a') + number)}"
        layout = random_layout(work, parent.layout if parent else None, rng)
        places, inherited = _places(work, layout), parent.misprints if parent else ()
        edition = Edition(
            key=key,
            parent=parent.key if parent else None,
            year=year,
            place=str(rng.choice(sorted(read_lexicon(language).places))),
            language=language,
            printer=int(rng.integers(12)),
            layout=layout,
            style=_draw_style(layout, year, rng),
            orientation=int(rng.choice([0, 90, 270], p=[0.86, 0.07, 0.07])),
            misprints=descend(work, inherited, layout.rows, places, key, rng),
        )
        editions.append(edition)
    return editions
