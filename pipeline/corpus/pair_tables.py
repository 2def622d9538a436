"""Pair tables: what a corpus knows of its pairs, on disk.

A part of ``matches`` says itself which pairs it answers for and what it was made from, so that one that was finished
before a run was interrupted is known to be sound. The one part of ``pairs``, and that of ``drivers``, name all the
documents that were compared: they are made anew when these are not those of the corpus.
"""

from __future__ import annotations

import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds

from tablekin.corpus.match_coverage import Coverage, MatchProvenance
from tablekin.corpus.parts import (
    list_parts,
    part_metadata,
    read_parts,
    read_rows_with,
    remove_rows,
    unique_strings,
    write_row_groups,
)
from tablekin.schemas import SCHEMAS

FINGERPRINT = "tablekin.fingerprint"
COMPARED = "tablekin.compared"
COVERAGE = "tablekin.coverage"
_PAIR = ["doc_a", "doc_b"]


@dataclass(frozen=True)
class Comparison:
    """What table ``pairs`` was made from."""

    fingerprint: str  # of the documents' and the pairs' config
    compared: str  # digest of the documents' names and content


class PairTables:
    """Tables of pairs of the corpus in the folder ``root``."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def comparison(self) -> Comparison | None:
        """Tell what table ``pairs`` was made from; None if there is none."""
        for part in list_parts(self.root / "pairs"):
            metadata = part_metadata(part)
            return Comparison(metadata[FINGERPRINT], metadata[COMPARED])
        return None

    def drop_comparison(self) -> None:
        """Delete all pairs and matches."""
        for table in ("pairs", "matches"):
            for part in list_parts(self.root / table):
                part.unlink()

    def count_pairs(self) -> int:
        """Count the rows of table ``pairs``."""
        parts = list_parts(self.root / "pairs")
        return sum(ds.dataset(part, format="parquet").count_rows() for part in parts)

    def read_nearest_pairs(self, neighbours: int) -> pd.DataFrame:
        """Read ``doc_a`` and ``doc_b`` of pairs one of which is among so many nearest of the other."""
        near = (ds.field("rank_a") <= neighbours) | (ds.field("rank_b") <= neighbours)
        found = [read_parts([part], _PAIR, near) for part in list_parts(self.root / "pairs")]
        empty = SCHEMAS["pairs"].empty_table().select(_PAIR)
        return pa.concat_tables([empty.replace_schema_metadata(), *found]).to_pandas()

    def read_first_pairs(self, columns: list[str]) -> pd.DataFrame:
        """Read pairs one of which is nearest to the other: ``columns`` and both ranks."""
        first = (ds.field("rank_a") == 1) | (ds.field("rank_b") == 1)
        wanted = [*columns, "rank_a", "rank_b"]
        found = [read_parts([part], wanted, first) for part in list_parts(self.root / "pairs")]
        empty = SCHEMAS["pairs"].empty_table().select(wanted)
        return pa.concat_tables([empty.replace_schema_metadata(), *found]).to_pandas()

    def read_pairs_of(self, doc_id: str) -> pd.DataFrame:
        """Read the rows of table ``pairs`` that one document takes part in."""
        return self._read_rows_of("pairs", doc_id)

    def read_matches_of(self, doc_id: str) -> pd.DataFrame:
        """Read the rows of table ``matches`` that one document takes part in."""
        return self._read_rows_of("matches", doc_id)

    def _read_rows_of(self, table: str, doc_id: str) -> pd.DataFrame:
        parts = list_parts(self.root / table)
        return read_rows_with(parts, SCHEMAS[table], _PAIR, doc_id).to_pandas()

    def drop_pairs_of(self, doc_ids: Collection[str]) -> None:
        """Delete the pairs of some documents; ``pairs`` is of no comparison any more if it had any."""
        gone = {*doc_ids}
        for part in list_parts(self.root / "pairs"):
            if any(gone & unique_strings(part, key) for key in _PAIR):
                seal = {FINGERPRINT: part_metadata(part)[FINGERPRINT], COMPARED: ""}
                remove_rows(part, sealed("pairs", seal), _PAIR, gone)
        for name, explained in self.explained():
            here = explained.coverage.documents() if explained else set()
            if found := {document for document in here if document[0] in gone}:
                self.trim_matches(name, found)

    def explained(self) -> Iterator[tuple[str, MatchProvenance | None]]:
        """Name every part of ``matches`` and what it was made from; None where that cannot be told."""
        for part in list_parts(self.root / "matches"):
            yield part.name, read_explained(part)

    def next_pass(self) -> int:
        """Count how many times matches have been added, from 1."""
        parts = list_parts(self.root / "matches")
        return 1 + max((int(part.stem.split("-")[1]) for part in parts), default=0)

    def add_matches(
        self, matches: Iterable[pa.Table], explained: MatchProvenance, number_of_pass: int, number: int
    ) -> int:
        """Add a part of matches.

        Parameters
        ----------
        matches
            Rows of the table, those a reader takes or leaves together in one of them.
        explained
            What they were made from.
        number_of_pass, number
            The part is the only one of these numbers.

        Returns
        -------
        int
            Number of rows.
        """
        path = self.root / "matches" / f"part-{number_of_pass:04d}-{number:05d}.parquet"
        return write_row_groups(path, sealed("matches", _seal_of(explained)), matches)

    def trim_matches(self, name: str, gone: Collection[tuple[str, str]]) -> None:
        """Delete the rows of some documents from a part of ``matches``, or the part if there are no others."""
        part = self.root / "matches" / name
        explained = read_explained(part)
        left = explained.coverage.without(gone) if explained else None
        if explained is None or left is None or not left.pairs.any():
            part.unlink()
            return
        seal = _seal_of(MatchProvenance(explained.fingerprint, left))
        remove_rows(part, sealed("matches", seal), _PAIR, [doc_id for doc_id, _ in gone])

    def drop_matches(self, name: str) -> None:
        """Delete a part of ``matches``."""
        (self.root / "matches" / name).unlink()

    def replace_pairs(self, pairs: Iterable[pa.Table], comparison: Comparison) -> int:
        """Write the table of pairs; returns its number of rows."""
        seal = {FINGERPRINT: comparison.fingerprint, COMPARED: comparison.compared}
        return write_row_groups(self.root / "pairs/part-00000.parquet", sealed("pairs", seal), pairs)

    def drivers_are_current(self) -> bool:
        """Tell whether table ``drivers`` is of the present comparison."""
        now = self.comparison()
        seals = [part_metadata(part) for part in list_parts(self.root / "drivers")]
        return now is not None and [(seal.get(FINGERPRINT), seal.get(COMPARED)) for seal in seals] == [
            (now.fingerprint, now.compared)
        ]

    def replace_drivers(self, drivers: Iterable[pa.Table]) -> int:
        """Write the table of drivers, sealed as of the present comparison; returns its number of rows."""
        comparison = self.comparison()
        seal = {FINGERPRINT: comparison.fingerprint, COMPARED: comparison.compared} if comparison else {}
        return write_row_groups(self.root / "drivers/part-00000.parquet", sealed("drivers", seal), drivers)


def read_explained(part: Path) -> MatchProvenance | None:
    """Read what a part of ``matches`` was made from; None if it cannot be told."""
    try:
        metadata = part_metadata(part)
        return MatchProvenance(metadata[FINGERPRINT], Coverage.from_text(metadata[COVERAGE]))
    except (KeyError, ValueError, OSError, zlib.error):  # pyarrow and json raise ValueErrors
        return None


def _seal_of(explained: MatchProvenance) -> dict[str, str]:
    return {FINGERPRINT: explained.fingerprint, COVERAGE: explained.coverage.to_text()}


def sealed(table: str, seal: Mapping[str, str]) -> pa.Schema:
    """Make the schema of a table with what a part of it was made from."""
    schema = SCHEMAS[table]
    encoded = {key.encode(): value.encode() for key, value in seal.items()}
    return schema.with_metadata({**schema.metadata, **encoded})
