"""Variant table: what all witnesses of a table read, place by place.

A place is what cells of several witnesses have in common: they were aligned with one another. A reading counts only
where its difference from another one is surely of print.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation import VARIANT_CRITERIA

Cell = tuple[str, int]  # document, region


@dataclass(frozen=True)
class VariantTable:
    """Readings of some witnesses."""

    witnesses: tuple[str, ...]
    readings: NDArray[
        np.int16
    ]  # (places, witnesses): which reading, 0 that of most; -1 where there is none or doubt
    cells: tuple[dict[str, Cell], ...]  # of each place, by witness
    texts: dict[Cell, str]

    def variants(self) -> NDArray[np.intp]:
        """Find the places where two witnesses differ."""
        return np.flatnonzero((self.readings > 0).any(axis=1))


def build_variant_table(collations: pd.DataFrame, witness_of: Mapping[str, str]) -> VariantTable:
    """Gather the readings of witnesses from the collations of their documents.

    Parameters
    ----------
    collations
        Rows of table ``collations``.
    witness_of
        The witness that a document is part of; documents that are not named are left out.
    """
    known = collations["doc_a"].isin(witness_of.keys()) & collations["doc_b"].isin(witness_of.keys())
    aligned = collations[known & (collations["region_a"] >= 0) & (collations["region_b"] >= 0)]
    aligned = aligned.assign(is_same=aligned["relation"] == "same").sort_values(
        ["is_same", "confidence", "doc_a", "doc_b", "region_a", "region_b"],
        ascending=[False, False, True, True, True, True],
    )
    pairs = [
        _AlignedPair(
            (row.doc_a, int(row.region_a)), (row.doc_b, int(row.region_b)), row.is_same, row.confidence
        )
        for row in aligned.itertuples()
    ]
    texts = {
        cell: text
        for side in "ab"
        for cell, text in zip(
            zip(aligned[f"doc_{side}"], aligned[f"region_{side}"].astype(int), strict=True),
            aligned[f"text_{side}"].str.replace(" ", ""),
            strict=True,
        )
    }
    witnesses = tuple(sorted(set(witness_of.values())))
    columns = {witness: column for column, witness in enumerate(witnesses)}
    cells, rows = [], []
    for place, inside in _places(pairs, witness_of):
        reading = _read_place(place, inside, texts)
        row = np.full(len(witnesses), -1, np.int16)
        for witness, cell in place.items():
            row[columns[witness]] = reading[cell]
        if (row >= 0).sum() > 1:
            cells.append(place)
            rows.append(row)
    readings = np.stack(rows) if rows else np.zeros((0, len(witnesses)), np.int16)
    return VariantTable(witnesses, readings, tuple(cells), texts)


@dataclass(frozen=True)
class _AlignedPair:
    """Two cells that were aligned."""

    a: Cell
    b: Cell
    is_same: bool
    confidence: float


def _places(
    pairs: Sequence[_AlignedPair], witness_of: Mapping[str, str]
) -> Iterator[tuple[dict[str, Cell], list[_AlignedPair]]]:
    """Join aligned cells to places, the surest first, and no two cells of one witness."""
    place_of: dict[Cell, dict[str, Cell]] = {}
    for pair in pairs:
        one, other = (place_of.setdefault(cell, {witness_of[cell[0]]: cell}) for cell in (pair.a, pair.b))
        if one is other or one.keys() & other.keys():
            continue
        one |= other
        place_of |= dict.fromkeys(other.values(), one)
    inside: dict[int, list[_AlignedPair]] = {}
    for pair in pairs:
        if place_of[pair.a] is place_of[pair.b]:
            inside.setdefault(id(place_of[pair.a]), []).append(pair)
    seen: set[int] = set()
    for place in place_of.values():
        if id(place) not in seen and len(place) > 1:
            seen.add(id(place))
            yield place, inside[id(place)]


def _read_place(
    place: Mapping[str, Cell], pairs: Sequence[_AlignedPair], texts: Mapping[Cell, str]
) -> dict[Cell, int]:
    """Count the readings of a place, from that of most witnesses; -1 where one is in doubt.

    A reading is in doubt if no difference from another is sure, or if the cell was not read surely in any comparison.
    """
    group: dict[Cell, set[Cell]] = {cell: {cell} for cell in place.values()}

    def join(one: Cell, other: Cell) -> None:
        if group[one] is not group[other]:
            group[one] |= group[other]
            group.update(dict.fromkeys(group[other], group[one]))

    first: dict[str, Cell] = {}
    for cell in place.values():
        join(cell, first.setdefault(texts[cell], cell))
    for pair in pairs:
        if pair.is_same:
            join(pair.a, pair.b)
    best = dict.fromkeys(place.values(), 0.0)
    differing: set[int] = set()
    for pair in pairs:
        for cell in (pair.a, pair.b):
            best[cell] = max(best[cell], pair.confidence)
        if group[pair.a] is not group[pair.b] and pair.confidence >= VARIANT_CRITERIA.min_confidence:
            differing |= {id(group[pair.a]), id(group[pair.b])}
    classes = {id(members): members for members in group.values()}
    ordered = sorted(classes.values(), key=lambda members: (-len(members), min(members)))
    reading = {}
    for number, members in enumerate(ordered):
        plain = len(ordered) == 1 or id(members) in differing or (number == 0 and len(members) > 1)
        for cell in members:
            reading[cell] = number if plain and best[cell] >= VARIANT_CRITERIA.min_confidence else -1
    return reading
