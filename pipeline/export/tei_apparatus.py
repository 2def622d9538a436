"""TEIApparatus: what all witnesses of a family read, cell by cell, as an apparatus."""

from __future__ import annotations

import xml.etree.ElementTree as ET
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from urllib.parse import quote

import pandas as pd

from tablekin.export.tei_header import describe_witness, make_header, make_tei
from tablekin.export.xml_names import xml_names
from tablekin.export.xml_tree import XML_ID, make
from tablekin.kinship import UNKNOWN, Family

Cell = tuple[str, int]  # document, region


@dataclass(frozen=True)
class FamilyApparatus:
    """A family, or those of its witnesses that are exported.

    Attributes
    ----------
    family
        The family.
    regions
        Rows of table regions of the exported documents.
    titles
        What each of these documents is called.
    made
        When the corpus was made: date and time, as XML Schema writes them.
    """

    family: Family
    regions: Mapping[str, pd.DataFrame]
    titles: Mapping[str, str]
    made: str

    @cached_property
    def witnesses(self) -> tuple[str, ...]:
        """The witnesses of which a document is exported."""
        there = {witness for doc_id, witness in self.family.witness_of.items() if doc_id in self.regions}
        return tuple(name for name in self.family.variants.witnesses if name in there)

    @cached_property
    def names(self) -> dict[str, str]:
        """Identifier of each witness."""
        return xml_names(self.family.variants.witnesses)

    @cached_property
    def places(self) -> dict[int, dict[str, Cell]]:
        """Places of which two witnesses or more are exported: number -> witness -> cell."""
        found = {
            number: {
                witness: (cell[0], int(cell[1]))
                for witness, cell in sorted(place.items())
                if witness in self.witnesses and cell[0] in self.regions
            }
            for number, place in enumerate(self.family.variants.cells)
        }
        return {number: place for number, place in found.items() if len(place) > 1}

    @cached_property
    def printed(self) -> dict[Cell, str]:
        """What was read in each cell of the exported documents, as printed."""
        return {
            (doc_id, int(region_id)): printed or text
            for doc_id, rows in self.regions.items()
            for region_id, printed, text in zip(rows["region_id"], rows["printed"], rows["text"], strict=True)
        }

    @cached_property
    def base(self) -> str:
        """The witness whose tables carry the apparatus: of those with most places the earliest."""
        counts = Counter(witness for place in self.places.values() for witness in place)

        def key(witness: str) -> tuple[int, int, str]:
            years = self.family.years.get(witness)
            return -counts[witness], years.by if years is not None and years.by else 9999, witness

        return min(self.witnesses, key=key)

    def make(self) -> ET.Element | None:
        """Make the root of its file; None where no two witnesses that are exported have a cell in common."""
        if not self.places:
            return None
        documents = {
            witness: {
                doc_id: _address(doc_id)
                for doc_id, other in sorted(self.family.witness_of.items())
                if other == witness and doc_id in self.regions
            }
            for witness in self.witnesses
        }
        listed = [
            describe_witness(
                self.names[witness],
                documents[witness],
                witness if len(documents[witness]) != 1 else self.titles[next(iter(documents[witness]))],
                self.family.years.get(witness),
            )
            for witness in self.witnesses
        ]
        title = f"Tables of family {self.family.number}: what its {len(listed)} witnesses read"
        header = make_header(title, self.made, [make("listWit", None, *listed)])
        return make_tei(header, make("text", None, make("body", None, *self._body())))

    def _body(self) -> Iterator[ET.Element]:
        of_cell: dict[Cell, list[int]] = {}
        for number, place in self.places.items():
            if self.base in place:
                of_cell.setdefault(place[self.base], []).append(number)
        for doc_id in sorted({doc_id for doc_id, _ in of_cell}):
            cells = self.regions[doc_id]
            for table_id, rows in cells[cells["kind"] == "cell"].groupby("table_id"):
                if any((doc_id, region_id) in of_cell for region_id in rows["region_id"]):
                    yield self._table(doc_id, int(table_id), rows, of_cell)
        rest = [number for number, place in self.places.items() if self.base not in place]
        if rest:
            yield make("listApp", None, *(self._app(number) for number in rest))

    def _table(
        self, doc_id: str, table_id: int, cells: pd.DataFrame, of_cell: Mapping[Cell, list[int]]
    ) -> ET.Element:
        rows = []
        for row, own in cells.sort_values(["row", "col"]).groupby("row"):
            made = []
            for region_id, col in zip(own["region_id"], own["col"], strict=True):
                cell = (doc_id, int(region_id))
                place = {"n": int(col) + 1, "facs": f"{_address(doc_id)}#r{int(region_id)}"}
                apps = [self._app(number) for number in of_cell.get(cell, ())]
                made.append(make("cell", place, *apps, text="" if apps else self.printed[cell]))
            rows.append(make("row", {"n": int(row) + 1}, *made))
        return make("table", {"corresp": f"{_address(doc_id)}#table{table_id}"}, *rows)

    def _app(self, number: int) -> ET.Element:
        """Make the entry of a place: each reading with its witnesses, then witnesses whose reading is in doubt."""
        place, variants = self.places[number], self.family.variants
        column = {witness: at for at, witness in enumerate(variants.witnesses)}
        reading = {witness: int(variants.readings[number, column[witness]]) for witness in place}
        due = UNKNOWN if variants.due is None else int(variants.due[number])
        name = f"p{number}"
        entries: list[ET.Element] = []
        for value in sorted({value for value in reading.values() if value >= 0}):
            own = [witness for witness in place if reading[witness] == value]
            entries.append(
                make(
                    "rdg",
                    {
                        XML_ID: f"{name}r{value}",
                        "wit": " ".join(f"#{self.names[witness]}" for witness in own),
                        "facs": " ".join(self._zone(place[witness]) for witness in own),
                        "ana": None if due == UNKNOWN else "#computed" if value == due else "#otherwise",
                    },
                    text=self._text([place[witness] for witness in own]),
                )
            )
        for witness in place:
            if reading[witness] < 0:
                entries.append(
                    make(
                        "note",
                        {"type": "doubtful", "target": f"#{self.names[witness]}"},
                        text=self.printed[place[witness]],
                    )
                )
        return make("app", {XML_ID: name}, *entries)

    def _zone(self, cell: Cell) -> str:
        return f"{_address(cell[0])}#r{cell[1]}"

    @cached_property
    def _uses(self) -> Counter[Cell]:
        return Counter(cell for place in self.places.values() for cell in place.values())

    def _text(self, cells: list[Cell]) -> str:
        """Choose how a reading is written: as in the first witness whose cell holds nothing else."""
        return self.printed[min(cells, key=lambda cell: self._uses[cell])]


def _address(doc_id: str) -> str:
    return f"{quote(doc_id)}.xml"
