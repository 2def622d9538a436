"""Kept: which pairs a corpus keeps that does not keep all, and whether table ``nearest`` says it soundly."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tablekin.check.index import Index
from tablekin.check.problem import Mask, Problem, delete_tables
from tablekin.config import RunConfig
from tablekin.corpus import CorpusLayout, find_keys, pair_keys, pairs_of_keys, part_metadata
from tablekin.schemas import PartKey


class KeptPairs:
    """Which of the pairs that are kept have been met, a byte each, and one for all others together."""

    def __init__(self, keys: Index, documents: int) -> None:
        self.keys, self._count = keys, documents
        self.met = np.zeros(len(keys) + 1, bool)

    def place(self, a: Index, b: Index) -> Index:
        """Give pairs, ``a < b``, their place in ``met``."""
        place, is_kept = find_keys(pair_keys(a, b, self._count), self.keys)
        return np.where(is_kept, place, len(self.keys))

    def is_other(self, place: Index) -> Mask:
        """Tell which places are of pairs that are not kept."""
        return place == len(self.keys)

    def missing(self) -> Iterator[tuple[int, int]]:
        """Find pairs that have not been met."""
        a, b = pairs_of_keys(self.keys[~self.met[:-1]], self._count)
        yield from zip(a.tolist(), b.tolist(), strict=True)


def is_partial(layout: CorpusLayout) -> bool:
    """Tell whether table ``pairs`` says that it keeps some of all pairs."""
    try:
        return any(PartKey.KEPT in part_metadata(part) for part in layout.parts("pairs"))
    except (pa.ArrowException, OSError, ValueError):
        return bool(layout.parts("nearest"))


def kept_keys(sound: Mapping[str, Sequence[Path]], names: pa.Array) -> Index:
    """Find the pairs that are kept, sorted: those with the nearest, and kin; ``names`` are of all documents."""
    count = len(names)
    found = [np.zeros(0, np.int64)]

    def add(one: pa.ChunkedArray, other: pa.ChunkedArray) -> None:
        places = [
            pc.fill_null(pc.index_in(side, names), -1).to_numpy().astype(np.int64) for side in (one, other)
        ]
        known = (places[0] >= 0) & (places[1] >= 0)
        a, b = (side[known] for side in places)
        found.append(np.unique(pair_keys(np.minimum(a, b), np.maximum(a, b), count)))

    for part in sound["nearest"]:
        with pq.ParquetFile(part) as file:
            for group in range(file.num_row_groups):
                rows = file.read_row_group(group, ["doc_id", "partners"])
                own = rows["doc_id"].take(pc.list_parent_indices(rows["partners"]))
                add(own, pc.list_flatten(rows["partners"]))
    for part in sound["alignments"]:
        rows = pq.read_table(part, columns=["doc_a", "doc_b", "is_kin"])
        kin = rows.filter(rows["is_kin"])
        add(kin["doc_a"], kin["doc_b"])
    return np.unique(np.concatenate(found))


def check_nearest(
    layout: CorpusLayout, parts: Sequence[Path], names: pa.Array, config: RunConfig | None
) -> Iterator[Problem]:
    """Check that table ``nearest`` has each document once, and so many others of it as the config says.

    Parameters
    ----------
    layout
        Of the corpus.
    parts
        Those of the table that can be read.
    names
        Of all documents that were analysed, sorted.
    config
        Of the last run, if it is known.
    """
    table, again = layout.place(layout.table("nearest")), delete_tables(layout, "nearest")
    if not parts:
        yield Problem(table, "has no part, but the table pairs keeps some of all pairs", "run again")
        return
    rows = pa.concat_tables([pq.read_table(part) for part in parts])
    if not rows["doc_id"].combine_chunks().equals(names):
        yield Problem(table, "has other documents than were analysed, or in another order", again)
        return
    wanted = config.partners_of(len(names)) if config else None
    size = pc.list_value_length(rows["partners"])
    if wanted is not None and not pc.all(pc.equal(size, min(wanted, len(names) - 1)), min_count=0).as_py():
        yield Problem(table, f"does not have the {wanted} nearest of each document", again)
    own = rows["doc_id"].take(pc.list_parent_indices(rows["partners"]))
    partner = pc.list_flatten(rows["partners"])
    if (
        pc.any(pc.invert(pc.is_in(partner, names)), min_count=0).as_py()
        or pc.any(pc.equal(own, partner), min_count=0).as_py()
    ):
        yield Problem(table, "names partners that are no other documents", again)
    for name in ("median", "deviation"):
        if not np.isfinite(rows[name].to_numpy()).all():
            yield Problem(table, f"has a {name} that is no number", again)
