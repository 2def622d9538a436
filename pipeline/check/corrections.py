"""Corrections: whether the readings are those that people corrected them to, and every correction stands somewhere."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from tablekin.check.problem import Problem, name_some
from tablekin.corpus import CellKey, CorpusLayout, CorpusStore
from tablekin.correction import lost_corrections
from tablekin.errors import CorpusError

_AGAIN = (
    "run again, or give any file of corrections to tablekin correct again, which puts them in their places"
)


def check_corrections(layout: CorpusLayout) -> Iterator[Problem]:
    """Compare the corrected cells of table ``regions`` with table ``corrections``, and name what stands nowhere."""
    try:
        corpus = CorpusStore(layout.root)
        active = corpus.correction_table.active()
    except CorpusError as error:
        what, _, repair = str(error).partition("; ")
        yield Problem(layout.place(layout.table("corrections")), what, repair)
        return
    there = {cell: after for _, cells in corpus.corrected_readings.parts() for cell, after in cells.items()}
    placed = active[active["region_id"] >= 0]
    wanted: dict[CellKey, str] = {
        (str(doc), int(region)): str(after)
        for doc, region, after in zip(placed["doc_id"], placed["region_id"], placed["after"], strict=True)
    }
    place = layout.place(layout.table("regions"))
    cells = {cell for cell in there.keys() | wanted.keys() if there.get(cell) != wanted.get(cell)}
    if cells:
        names = sorted({doc for doc, _ in cells})
        yield Problem(place, f"{len(cells)} cells of {name_some(names)} are not as corrections say", _AGAIN)
    shown = corpus.read("regions", {doc for doc, _ in there}, ["doc_id", "region_id", "printed"])
    printed = {
        (str(doc), int(region)): text
        for doc, region, text in zip(shown["doc_id"], shown["region_id"], shown["printed"], strict=True)
    }
    if other := sorted({cell[0] for cell, after in there.items() if printed.get(cell, after) != after}):
        what = f"corrected cells of {name_some(other)} have another reading than they were given"
        yield Problem(place, what, _AGAIN)
    for lost in lost_corrections(corpus):
        repair = (
            "put its scan back and run again, or take it back with: "
            f"tablekin correct {layout.root} --undo {lost.document}"
        )
        yield Problem(layout.place(layout.table("corrections")), str(lost), repair)


def can_be_compared(sound: Mapping[str, Sequence[Path]], layout: CorpusLayout) -> bool:
    """Tell whether the tables that corrections are compared with can be read whole."""
    return all(sound[table] == layout.parts(table) for table in ("documents", "regions", "corrections"))
