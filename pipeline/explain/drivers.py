"""Drivers: the regions that make a document similar to all others, or to those of another work, year or place.

The relevance of a region over many partners is ``F_a[:, i] @ sum(phi of the partners)``: sums of phi take the place
of the sum over the maps of all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tablekin.corpus import CorpusStore, places_among
from tablekin.dating import YEAR_COLUMNS, year_column, years_of
from tablekin.errors import UsageError
from tablekin.execution import default_workers, in_threads
from tablekin.explain.bound_blocks import BoundBlocks, divide_into_blocks
from tablekin.explain.partners import find_partners
from tablekin.explain.region_sums import RegionSums, find_owners, is_in_order, sort_entries, sum_members
from tablekin.page import RegionKind
from tablekin.schemas import FEATURES

_LINES = {
    RegionKind.ROW: "row",
    RegionKind.COLUMN: "col",
}  # kind of a union of cells, and the column that numbers it

_KINDS = pa.array([kind.value for kind in RegionKind], pa.string())

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


def find_drivers(corpus: CorpusStore, partners: str = "all") -> pd.DataFrame:
    """Find how much every region contributes to its document's similarity with many others.

    Parameters
    ----------
    corpus
        Its documents; the tables of pairs are not read.
    partners
        Whom a document is compared with: ``all`` others, or, by a column of the metadata, ``other COLUMN``
        (documents with another value, as in ``other work``) or ``earlier COLUMN`` (documents with a smaller value,
        as in ``earlier year``: of dates that are not exact, those that are surely earlier). A document without a value
        has no partners and is none.

    Returns
    -------
    DataFrame
        Rows of table ``drivers``, all regions of all documents.

    Raises
    ------
    UsageError
        ``partners`` is not understood, or there is no such column.
    """
    return pa.concat_tables(driver_tables(corpus, partners)).unify_dictionaries().to_pandas()


def driver_tables(corpus: CorpusStore, partners: str = "all") -> Iterator[pa.Table]:
    """Make the rows of table ``drivers`` for some documents at a time; see ``find_drivers``."""
    names, phi = _read_phi(corpus)
    if not len(names):
        return
    relation = _relation(corpus, names, partners)
    sums, blocks = relation.sums(phi), divide_into_blocks(phi)
    batches = corpus.batches(
        {
            "regions": ["doc_id", "region_id", "kind", "table_id", "row", "col"],
            "factors": ["doc_id", "region_id", "feature", "relevance"],
        },
        is_encoded=True,
    )

    places = {name: place for place, name in enumerate(names.to_pylist())}

    def weigh(batch: dict[str, pa.Table]) -> pa.Table | None:
        regions = _DocumentRegions.of(places, batch["regions"])
        if not len(regions.document):
            return None
        return _weigh(names, regions, regions.pool(places, batch["factors"], sums), relation, blocks)

    with closing(in_threads(weigh, batches, default_workers("cpu"))) as found:
        yield from (rows for rows in found if rows is not None)


def _read_phi(corpus: CorpusStore) -> tuple[pa.Array, Floats]:
    """Read the names of the documents, sorted, and their features ``(documents, features)``."""
    features = corpus.read("features", columns=["doc_id", "phi"]).sort_values("doc_id")
    phi = np.stack(features["phi"].to_list()) if len(features) else np.zeros((0, len(FEATURES)))
    names = pa.chunked_array([pa.array(features["doc_id"], pa.string())]).combine_chunks()
    return names, phi.astype(np.float64)  # a dictionary in one piece, or making each column would copy it


@dataclass(frozen=True)
class _Relation:
    """Who is a partner of whom."""

    value: Index  # (documents,), place of its value among the sorted values; -1 where there is none
    earlier: bool  # partners have a smaller value, not merely another
    first: Index  # the same of the smallest value it may have, which differs where it is a date that is not exact

    @classmethod
    def of(cls, value: Index, earlier: bool, first: Index | None = None) -> _Relation:
        return cls(value, earlier, value if first is None else first)

    def partners(self, document: int, values: Index) -> NDArray[np.bool_]:
        """Tell which documents, by their values, are partners of one; ``(n,)``."""
        own = self.first[document] if self.earlier else self.value[document]
        if own < 0:
            return np.zeros(len(values), bool)
        compared = values < own if self.earlier else values != own
        return compared & (values >= 0)

    def sums(self, phi: Floats) -> Floats:
        """Add up the phi of each document's partners; ``(documents, features)``.

        Sums from both ends are added and nothing is taken away again, so that a feature no partner has is exactly 0.
        """
        own = self.first if self.earlier else self.value
        count = int(max(self.value.max(initial=-1), own.max(initial=-1))) + 1
        by_value = np.zeros((count, phi.shape[1]))
        known = self.value >= 0
        np.add.at(by_value, self.value[known], phi[known])
        nothing = np.zeros((1, phi.shape[1]))
        total = np.concatenate([nothing, np.cumsum(by_value, 0)])[:-1]
        if not self.earlier:
            total = total + np.concatenate([nothing, np.cumsum(by_value[::-1], 0)])[-2::-1]
        return np.where((own >= 0)[:, None], np.concatenate([total, nothing])[own], 0.0)


def _relation(corpus: CorpusStore, names: pa.Array, partners: str) -> _Relation:
    if partners == "all":
        return _Relation.of(np.arange(len(names)), earlier=False)
    order, _, column = partners.partition(" ")
    documents = corpus.read("documents").set_index("doc_id")
    if order not in ("other", "earlier") or column not in documents:
        raise UsageError(
            f"partners {partners!r} are not known; say all, or other or earlier and one of the columns "
            f"{', '.join(documents.columns)}"
        )
    value = documents.loc[names.to_pylist(), column]
    if order == "earlier" and column == year_column([*documents.columns]):
        years = years_of(documents.loc[names.to_pylist()], column)
        ends = pd.concat([years[name] for name in reversed(YEAR_COLUMNS)], ignore_index=True)
        last, first = np.split(pd.factorize(ends, sort=True)[0].astype(np.int64), 2)
        return _Relation.of(last, True, first)
    return _Relation.of(pd.factorize(value, sort=True)[0].astype(np.int64), order == "earlier")


@dataclass(frozen=True)
class _DocumentRegions:
    """Regions of some documents, those of a document together."""

    document: Index  # (regions,), place of the document among the names; so are the others
    region_id: Index
    kind: Index  # place in RegionKind
    table: Index  # -1 where there is none; so are row and column
    line: dict[str, Index]  # number of the row and of the column

    @classmethod
    def of(cls, names: Mapping[str, int], regions: pa.Table) -> _DocumentRegions:
        document = places_among(regions["doc_id"], names)
        region_id = _integers(regions["region_id"])
        order = np.lexsort((region_id, document))
        order = order[document[order] >= 0]
        return cls(
            document[order],
            region_id[order],
            places_among(regions["kind"], _KINDS)[order],
            _integers(regions["table_id"])[order],
            {kind: _integers(regions[column])[order] for kind, column in _LINES.items()},
        )

    def pool(self, names: Mapping[str, int], factors: pa.Table, sums: Floats) -> RegionSums:
        """Give every region its relevance; rows and columns the sum of their cells'.

        Parameters
        ----------
        names
            Of the documents, with their places.
        factors
            Rows of the table.
        sums
            ``(documents, features)``, by which the regions of each are multiplied.
        """
        count = len(self.document)
        of_document = places_among(factors["doc_id"], names)
        place = find_owners(self.document, self.region_id, of_document, _as_stored(factors["region_id"]))
        feature = places_among(factors["feature"], pa.array(FEATURES), np.uint8)
        relevance = factors["relevance"].to_numpy()
        if not is_in_order(place, feature):  # which is how a run writes them; sums must not depend on it
            order = sort_entries(place, feature, count, len(FEATURES))
            place, feature, relevance = place[order], feature[order], relevance[order]
        first = _ends(place, count)
        parts = [np.stack([np.arange(count)] * 2), *(self._members(kind) for kind in _LINES)]
        owner, leaf = np.concatenate(parts, 1)
        order = np.lexsort((leaf, owner))
        begin = _ends(owner, count)
        return sum_members(begin, leaf[order], first, feature, relevance, self.document, sums)

    def _members(self, kind: str) -> Index:
        """Find the cells of every row or column: ``(2, cells)``, the place of the union, and of the cell."""
        number = self.line[kind]
        tables, lines = int(self.table.max()) + 2, int(number.max()) + 2
        keys = (self.document * tables + self.table + 1) * lines + number + 1
        unions, cells = (np.flatnonzero(self.kind == _place(each)) for each in (kind, RegionKind.CELL))
        unions = unions[np.argsort(keys[unions], kind="stable")]
        place = np.searchsorted(keys[unions], keys[cells])
        inside = place < len(unions)
        inside[inside] = keys[unions[place[inside]]] == keys[cells[inside]]
        return np.stack([unions[place[inside]], cells[inside]])


def _ends(owners: Index, count: int) -> Index:
    """Tell where what belongs to each of ``count`` owners begins, and the last ends, once sorted; ``(count + 1,)``."""
    return np.concatenate([np.zeros(1, np.int64), np.cumsum(np.bincount(owners, minlength=count))])


def _weigh(
    names: pa.Array,
    regions: _DocumentRegions,
    pooled: RegionSums,
    relation: _Relation,
    blocks: BoundBlocks,
) -> pa.Table:
    """Make the rows of some documents."""
    count = len(regions.document)
    relevance = pooled.total
    leaf = ~np.isin(regions.kind, [_place(kind) for kind in _LINES])
    first = np.flatnonzero(np.diff(regions.document, prepend=-1))
    total = np.add.reduceat(np.where(leaf, relevance, 0.0), first)
    sizes = np.diff([*first, count])
    positive = np.repeat(total, sizes) > 0
    share = np.where(positive, relevance / np.where(positive, np.repeat(total, sizes), 1.0), 0.0)
    partners, top = np.zeros(count, np.int32), np.full(count, -1, np.int32)
    values = blocks.in_order(relation.value, -1)
    for at, size in zip(first.tolist(), sizes.tolist(), strict=True):
        here = slice(at, at + size)
        allowed = relation.partners(regions.document[at], values)
        find_partners(
            pooled.begin[at : at + size + 1],
            pooled.feature,
            pooled.relevance,
            allowed,
            blocks,
            partners[here],
            top[here],
        )
    return pa.table(
        {
            "doc_id": pa.DictionaryArray.from_arrays(pa.array(regions.document, pa.int32()), names),
            "region_id": pa.array(regions.region_id, pa.int32()),
            "kind": pa.DictionaryArray.from_arrays(pa.array(regions.kind), _KINDS).cast(pa.string()),
            "relevance": pa.array(relevance, pa.float32()),
            "share": pa.array(share, pa.float32()),
            "partners": pa.array(partners, pa.int32()),
            "top_partner": pa.DictionaryArray.from_arrays(pa.array(top, mask=top < 0), names),
        }
    )


def _place(kind: str) -> int:
    return [*RegionKind].index(RegionKind(kind))


def _as_stored(column: pa.ChunkedArray) -> NDArray[Any]:
    """Read integers without a copy where each row has one; -1 where there is none."""
    return _integers(column) if column.null_count else column.to_numpy()


def _integers(column: pa.ChunkedArray) -> Index:
    """Read integers as numpy's; -1 where there is none."""
    return pc.fill_null(column.cast(pa.int64()), -1).to_numpy().astype(np.int64)
