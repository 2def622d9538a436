"""Variant table: what all witnesses of a table read, place by place.

A place is what cells of several witnesses have in common: they were aligned with one another. A reading counts only
where its difference from another one is surely of print.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.collation import VARIANT_CRITERIA
from tablekin.kinship.descent import NOBODYS, UNKNOWN

Cell = tuple[str, int]  # document, region
Part = tuple[str, int, int]  # of a cell that holds what others have in several, counted from 0


@dataclass(frozen=True)
class VariantTable:
    """Readings of some witnesses."""

    witnesses: tuple[str, ...]
    readings: NDArray[
        np.int16
    ]  # (places, witnesses): which reading, 0 that of most; -1 where there is none or doubt
    cells: tuple[dict[str, Cell], ...]  # of each place, by witness
    texts: dict[Cell, str]
    due: NDArray[np.int16] | None = (
        None  # (places,) the reading that is computed, or UNKNOWN, NOBODYS of descent
    )

    @property
    def present(self) -> NDArray[np.bool_]:
        """Which witnesses have a place at all, whether they are read surely or not; ``(places, witnesses)``."""
        return np.array([[name in place for name in self.witnesses] for place in self.cells], bool).reshape(
            len(self.cells), len(self.witnesses)
        )

    def repeated(self) -> NDArray[np.bool_]:
        """Tell which places say again what another says, ``(places,)``: as where an argument is printed twice.

        Those where all witnesses that have both have the same texts, and differ. Such a misprint, or its correction,
        happened once.
        """
        varied = self.variants().tolist()
        said = {
            place: {name: self.texts[cell] for name, cell in self.cells[place].items()} for place in varied
        }
        found = np.zeros(len(self.readings), bool)
        for number, place in enumerate(varied):
            found[place] = any(
                not found[other] and _say_the_same(said[place], said[other]) for other in varied[:number]
            )
        return found

    def variants(self) -> NDArray[np.intp]:
        """Find the places where two witnesses differ."""
        return np.flatnonzero((self.readings > 0).any(axis=1))


def _say_the_same(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    """Tell whether the witnesses that have both of two places have the same texts there, and differ."""
    common = one.keys() & other.keys()
    return len({one[name] for name in common}) > 1 and all(one[name] == other[name] for name in common)


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
    pairs = list(_pairs(aligned))
    texts = {
        cell: text
        for side in "ab"
        for cell, text in zip(
            zip(aligned[f"doc_{side}"], aligned[f"region_{side}"].astype(int), strict=True),
            aligned[f"text_{side}"].str.replace(" ", ""),
            strict=True,
        )
    }
    wide = {part[:2] for pair in pairs for part in (pair.a, pair.b) if part[2]}
    readable = {part: texts[part[:2]] for pair in pairs for part in (pair.a, pair.b) if part[:2] not in wide}
    last: dict[Cell, int] = {}  # part of each cell that holds several
    for pair in pairs:
        for cell in (pair.a, pair.b):
            last[cell[:2]] = max(last.get(cell[:2], 0), cell[2])
    witnesses = tuple(sorted(set(witness_of.values())))
    columns = {witness: column for column, witness in enumerate(witnesses)}
    cells, rows, due = [], [], []
    for place, inside in _places(pairs, witness_of):
        reading = _read_place(
            place, inside, readable, {part: texts[part[:2]] for part in place.values()}, last
        )
        row = np.full(len(witnesses), -1, np.int16)
        for witness, cell in place.items():
            row[columns[witness]] = reading[cell]
        if (row >= 0).sum() > 1:
            cells.append({witness: part[:2] for witness, part in place.items()})
            rows.append(row)
            due.append(_due(inside, reading))
    readings = np.stack(rows) if rows else np.zeros((0, len(witnesses)), np.int16)
    return VariantTable(witnesses, readings, tuple(cells), texts, np.array(due, np.int16))


@dataclass(frozen=True)
class _AlignedPair:
    """Two cells, or parts of cells, that were aligned."""

    a: Part
    b: Part
    is_same: bool
    confidence: float
    error_in: str


def _pairs(aligned: pd.DataFrame) -> Iterator[_AlignedPair]:
    """Yield aligned cells; of a cell that holds what the other document has in several, each part by itself."""
    rows = list(
        zip(
            *(aligned[name] for name in ("doc_a", "region_a", "doc_b", "region_b")),
            *(aligned[name] for name in ("is_same", "confidence", "error_in")),
            strict=True,
        )
    )
    partners: dict[tuple[Cell, str], list[int]] = {}
    for doc_a, region_a, doc_b, region_b, *_ in rows:
        partners.setdefault(((doc_a, int(region_a)), doc_b), []).append(int(region_b))
        partners.setdefault(((doc_b, int(region_b)), doc_a), []).append(int(region_a))
    split = {
        (cell, doc): sorted(others)
        for (cell, doc), others in partners.items()
        if all(len(partners[(doc, other), cell[0]]) == 1 for other in others)
    }
    parts: dict[Cell, int] = {}
    for (cell, _), others in split.items():
        parts[cell] = max(parts.get(cell, 1), len(others))
    for doc_a, region_a, doc_b, region_b, is_same, confidence, error_in in rows:
        a, b = (doc_a, int(region_a)), (doc_b, int(region_b))
        beside_a, beside_b = split.get((a, doc_b), [b[1]]), split.get((b, doc_a), [a[1]])
        if len(beside_a) == parts.get(a, 1) and len(beside_b) == parts.get(b, 1):
            numbers = [(beside_a.index(b[1]), beside_b.index(a[1]))]
        elif parts.get(a, 1) == parts.get(b, 1) and is_same:
            numbers = [(number, number) for number in range(parts.get(a, 1))]
        else:
            continue
        for one, other in numbers:
            yield _AlignedPair((*a, one), (*b, other), is_same, confidence, error_in)


def _places(
    pairs: Sequence[_AlignedPair], witness_of: Mapping[str, str]
) -> Iterator[tuple[dict[str, Part], list[_AlignedPair]]]:
    """Join aligned cells to places, the surest first, and no two cells of one witness."""
    place_of: dict[Part, dict[str, Part]] = {}
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


def _due(pairs: Sequence[_AlignedPair], reading: Mapping[Part, int]) -> int:
    """Tell which reading of a place is computed, by what the collations of its cells say of errors."""
    votes: Counter[int] = Counter()
    for pair in pairs:
        for cell, side in ((pair.a, "a"), (pair.b, "b")):
            if reading[cell] >= 0 and pair.error_in != "unknown":
                votes[reading[cell]] += -1 if pair.error_in in (side, "both") else 1
    if not votes:
        return UNKNOWN
    best, count = max(votes.items(), key=lambda one: (one[1], -one[0]))
    return best if count > 0 else NOBODYS if count < 0 else UNKNOWN


def _holds(whole: str, part: str, begins: bool, ends: bool) -> bool:
    """Tell whether a cell that holds several numbers may hold one at its beginning, at its end, or between."""
    return bool(part) and (
        whole.startswith(part) if begins else whole.endswith(part) if ends else part in whole
    )


def _read_place(
    place: Mapping[str, Part],
    pairs: Sequence[_AlignedPair],
    texts: Mapping[Part, str],
    whole: Mapping[Part, str],
    last: Mapping[Cell, int],
) -> dict[Part, int]:
    """Count the readings of a place, from that of most witnesses; -1 where one is in doubt.

    A reading is in doubt if no difference from another is sure, or if the cell was not read surely in any comparison.

    Parameters
    ----------
    place
        Its cells, or parts of cells, by witness.
    pairs
        Those of them that were aligned with one another.
    texts
        Of cells that hold nothing else.
    whole
        Of all cells, with what else they hold.
    last
        Number of the last part of every cell.
    """
    group: dict[Part, set[Part]] = {cell: {cell} for cell in place.values()}

    def join(one: Part, other: Part) -> None:
        if group[one] is not group[other]:
            group[one] |= group[other]
            group.update(dict.fromkeys(group[other], group[one]))

    first: dict[str, Part] = {}
    for cell in place.values():
        if cell in texts:
            join(cell, first.setdefault(texts[cell], cell))
    for pair in pairs:
        if pair.is_same:
            join(pair.a, pair.b)
    for cell in place.values():
        if cell not in texts and len(group[cell]) == 1:
            begins, ends = cell[2] == 0, cell[2] == last[cell[:2]]
            alike = [text for text in first if _holds(whole[cell], text, begins, ends)]
            if alike:
                join(cell, first[max(alike, key=len)])
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
