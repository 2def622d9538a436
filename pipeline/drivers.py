"""Drivers: the regions that make a document similar to all others, or to those of another work, year or place.

The relevance of a region over many partners is ``F_a[:, i] @ sum(phi of the partners)``: sums of phi take the place
of the sum over the maps of all pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numba import njit
from numpy.typing import NDArray
from scipy import sparse

from pipeline.corpus import Corpus
from pipeline.errors import UsageError
from pipeline.schemas import FEATURES

_LANES = 64  # documents bounded together
_LINES = {"row": "row", "column": "col"}  # kind of a union of cells, and the column that numbers it

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Index = NDArray[np.int64]


def drivers(corpus: Corpus, partners: str = "all") -> pd.DataFrame:
    """Find how much every region contributes to its document's similarity with many others.

    Parameters
    ----------
    corpus
        Its documents; the tables of pairs are not read.
    partners
        Whom a document is compared with: ``all`` others, or, by a column of the metadata, ``other COLUMN``
        (documents with another value, as in ``other work``) or ``earlier COLUMN`` (documents with a smaller value,
        as in ``earlier year``). A document without a value has no partners and is none.

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


def driver_tables(corpus: Corpus, partners: str = "all") -> Iterator[pa.Table]:
    """Make the rows of ``drivers`` for some documents at a time; see there."""
    names, phi = _read_phi(corpus)
    if not len(names):
        return
    relation = _relation(corpus, names, partners)
    sums, index = relation.sums(phi), _index(phi)
    for batch in corpus.batches(
        {
            "regions": ["doc_id", "region_id", "kind", "table_id", "row", "col"],
            "factors": ["doc_id", "region_id", "feature", "relevance"],
        }
    ):
        regions = _Regions.of(names, batch["regions"])
        if len(regions.document):
            factors = regions.pool(names, batch["factors"])
            yield _weigh(names, regions, factors, relation, sums, index)


def _read_phi(corpus: Corpus) -> tuple[pa.Array, Floats]:
    """Read the names of the documents, sorted, and their features ``(documents, features)``."""
    features = corpus.read("features", columns=["doc_id", "phi"]).sort_values("doc_id")
    phi = np.stack(features["phi"].to_list()) if len(features) else np.zeros((0, len(FEATURES)))
    return pa.array(features["doc_id"], pa.string()), phi.astype(np.float64)


@dataclass(frozen=True)
class _Relation:
    """Who is a partner of whom."""

    value: Index  # (documents,), place of its value among the sorted values; -1 where there is none
    earlier: bool  # partners have a smaller value, not merely another

    def partners(self, document: int) -> NDArray[np.bool_]:
        """Tell which documents are partners of one; ``(documents,)``."""
        own = self.value[document]
        if own < 0:
            return np.zeros(len(self.value), bool)
        compared = self.value < own if self.earlier else self.value != own
        return compared & (self.value >= 0)

    def sums(self, phi: Floats) -> Floats:
        """Add up the phi of each document's partners; ``(documents, features)``.

        Sums from both ends are added and nothing is taken away again, so that a feature no partner has is exactly 0.
        """
        count = int(self.value.max(initial=-1)) + 1
        by_value = np.zeros((count, phi.shape[1]))
        known = self.value >= 0
        np.add.at(by_value, self.value[known], phi[known])
        nothing = np.zeros((1, phi.shape[1]))
        total = np.concatenate([nothing, np.cumsum(by_value, 0)])[:-1]
        if not self.earlier:
            total = total + np.concatenate([nothing, np.cumsum(by_value[::-1], 0)])[-2::-1]
        return np.where(known[:, None], np.concatenate([total, nothing])[self.value], 0.0)


def _relation(corpus: Corpus, names: pa.Array, partners: str) -> _Relation:
    if partners == "all":
        return _Relation(np.arange(len(names)), earlier=False)
    order, _, column = partners.partition(" ")
    documents = corpus.read("documents").set_index("doc_id")
    if order not in ("other", "earlier") or column not in documents:
        raise UsageError(
            f"partners {partners!r} are not known; say all, or other or earlier and one of the columns "
            f"{', '.join(documents.columns)}"
        )
    value = documents.loc[names.to_pylist(), column]
    return _Relation(pd.factorize(value, sort=True)[0].astype(np.int64), order == "earlier")


@dataclass(frozen=True)
class _Regions:
    """Regions of some documents, those of a document together."""

    document: Index  # (regions,), place of the document among the names; so are the others
    region_id: Index
    kind: NDArray[np.str_]
    table: Index  # -1 where there is none; so are row and column
    line: dict[str, Index]  # number of the row and of the column

    @classmethod
    def of(cls, names: pa.Array, regions: pa.Table) -> _Regions:
        document = _integers(pc.index_in(regions["doc_id"], names))
        region_id = _integers(regions["region_id"])
        order = np.lexsort((region_id, document))
        order = order[document[order] >= 0]
        return cls(
            document[order],
            region_id[order],
            regions["kind"].to_numpy().astype(str)[order],
            _integers(regions["table_id"])[order],
            {kind: _integers(regions[column])[order] for kind, column in _LINES.items()},
        )

    def pool(self, names: pa.Array, factors: pa.Table) -> sparse.csr_array:
        """Give every region its relevance; rows and columns the sum of their cells'. ``(regions, features)``."""
        count, width = len(self.document), int(self.region_id.max()) + 1
        keys = self.document * width + self.region_id
        wanted = _integers(pc.index_in(factors["doc_id"], names)) * width + _integers(factors["region_id"])
        feature = _integers(pc.index_in(factors["feature"], pa.array(FEATURES)))
        relevance = factors["relevance"].to_numpy().astype(np.float64)
        own = sparse.csr_array(
            (relevance, (np.searchsorted(keys, wanted), feature)), shape=(count, len(FEATURES))
        )
        parts = [np.stack([np.arange(count)] * 2), *(self._members(kind) for kind in _LINES)]
        owner, leaf = np.concatenate(parts, 1)
        pooled = sparse.csr_array((np.ones(len(owner)), (owner, leaf)), shape=(count, count)) @ own
        pooled.sort_indices()  # sums must not depend on how the rows of a table are ordered
        return pooled

    def _members(self, kind: str) -> Index:
        """Find the cells of every row or column: ``(2, cells)``, the place of the union, and of the cell."""
        number = self.line[kind]
        tables, lines = int(self.table.max()) + 2, int(number.max()) + 2
        keys = (self.document * tables + self.table + 1) * lines + number + 1
        unions, cells = np.flatnonzero(self.kind == kind), np.flatnonzero(self.kind == "cell")
        unions = unions[np.argsort(keys[unions], kind="stable")]
        place = np.searchsorted(keys[unions], keys[cells])
        inside = place < len(unions)
        inside[inside] = keys[unions[place[inside]]] == keys[cells[inside]]
        return np.stack([unions[place[inside]], cells[inside]])


@dataclass(frozen=True)
class _Index:
    """Features of all documents in blocks, with bounds that spare a look at most of them."""

    order: Index  # (documents,), a document's place in the blocks
    blocks: Singles  # (blocks, features, lanes)
    documents: Index  # (blocks, lanes), the last one again where there are no more
    most: Singles  # (features, blocks), largest value in the block
    least: Singles  # (features, blocks), smallest value


def _index(phi: Floats) -> _Index:
    """Put documents that are alike into a block, so that its bounds are tight."""
    groups = list(_divide(phi, np.arange(len(phi))))
    documents = np.stack([np.pad(group, (0, _LANES - len(group)), mode="edge") for group in groups])
    order = np.empty(len(phi), np.int64)
    for block, group in enumerate(groups):
        order[group] = block * _LANES + np.arange(len(group))
    blocks = np.ascontiguousarray(phi[documents].transpose(0, 2, 1).astype(np.float32))
    most, least = (np.ascontiguousarray(bound.T) for bound in (blocks.max(2), blocks.min(2)))
    return _Index(order, blocks, documents, most, least)


def _divide(phi: Floats, documents: Index) -> Iterator[Index]:
    """Halve documents along their first principal component until each group fits into a block."""
    if len(documents) <= _LANES:
        yield documents
        return
    centred = phi[documents] - phi[documents].mean(0)
    along = centred @ np.linalg.eigh(centred.T @ centred)[1][:, -1]
    order = documents[np.argsort(along, kind="stable")]
    half = -(-len(order) // _LANES) // 2 * _LANES
    yield from _divide(phi, order[:half])
    yield from _divide(phi, order[half:])


def _weigh(
    names: pa.Array,
    regions: _Regions,
    factors: sparse.csr_array,
    relation: _Relation,
    sums: Floats,
    index: _Index,
) -> pa.Table:
    """Make the rows of some documents."""
    count = len(regions.document)
    owners = np.repeat(np.arange(count), np.diff(factors.indptr))
    products = factors.data * sums[regions.document[owners], factors.indices]
    relevance = np.bincount(owners, products, count)
    leaf = ~np.isin(regions.kind, list(_LINES))
    first = np.flatnonzero(np.diff(regions.document, prepend=-1))
    total = np.add.reduceat(np.where(leaf, relevance, 0.0), first)
    sizes = np.diff([*first, count])
    positive = np.repeat(total, sizes) > 0
    share = np.where(positive, relevance / np.where(positive, np.repeat(total, sizes), 1.0), 0.0)
    partners, top = np.zeros(count, np.int32), np.full(count, -1, np.int32)
    entries, features = factors.data.astype(np.float32), factors.indices.astype(np.int64)
    for begin, size in zip(first, sizes, strict=True):
        allowed = np.zeros(index.documents.size, bool)
        allowed[index.order] = relation.partners(regions.document[begin])
        _find_partners(
            factors.indptr[begin : begin + size + 1].astype(np.int64),
            features,
            entries,
            allowed.reshape(index.documents.shape),
            index.blocks,
            index.documents,
            index.most,
            index.least,
            partners[begin : begin + size],
            top[begin : begin + size],
        )
    return pa.table(
        {
            "doc_id": pa.DictionaryArray.from_arrays(pa.array(regions.document, pa.int32()), names),
            "region_id": pa.array(regions.region_id, pa.int32()),
            "kind": pa.array(regions.kind, pa.string()),
            "relevance": pa.array(relevance, pa.float32()),
            "share": pa.array(share, pa.float32()),
            "partners": pa.array(partners, pa.int32()),
            "top_partner": pa.DictionaryArray.from_arrays(pa.array(top, mask=top < 0), names),
        }
    )


@njit(cache=True, nogil=True)
def _multiply(feature: Index, relevance: Singles, block: Singles, product: Singles) -> None:
    """Multiply a region by the documents of a block ``(features, lanes)``; ``product`` is written."""
    product[:] = 0
    for value, row in zip(relevance, feature):  # noqa: B905 (numba knows no strict)
        for lane in range(len(product)):
            product[lane] += value * block[row, lane]


@njit(cache=True, nogil=True)
def _find_partners(
    begin: Index,
    feature: Index,
    relevance: Singles,
    allowed: NDArray[np.bool_],
    blocks: Singles,
    documents: Index,
    most: Singles,
    least: Singles,
    partners: NDArray[np.int32],
    top: NDArray[np.int32],
) -> None:
    """Count the partners with which each region has positive relevance, and find the one with the largest.

    A block is looked into only where its bounds leave the answer open. Rounding does no harm: bounds and products
    are added up in the same order, and both operations keep the order of their arguments. Of equal partners the
    first one counts.

    Parameters
    ----------
    begin
        ``(regions + 1,)``, a region's first entry in ``feature`` and ``relevance``.
    allowed
        ``(blocks, lanes)``, whether the document is a partner.
    blocks, documents, most, least
        See ``_Index``.
    partners, top
        ``(regions,)``, written; ``top`` stays as it is where no partner has any.
    """
    count, lanes = allowed.shape
    size = np.zeros(count, np.int32)
    for block in range(count):
        for lane in range(lanes):
            size[block] += allowed[block, lane]
    upper, lower = np.empty(count, np.float32), np.empty(count, np.float32)
    product = np.empty(lanes, np.float32)
    for region in range(len(begin) - 1):
        entries = slice(begin[region], begin[region + 1])
        upper[:] = 0
        lower[:] = 0
        for entry in range(begin[region], begin[region + 1]):
            value = relevance[entry]
            high = most[feature[entry]] if value > 0 else least[feature[entry]]
            low = least[feature[entry]] if value > 0 else most[feature[entry]]
            for block in range(count):
                upper[block] += value * high[block]
                lower[block] += value * low[block]
        best = np.float32(0)
        for block in range(count):
            if size[block] == 0 or upper[block] <= 0:
                upper[block] = 0
            elif lower[block] > 0:
                partners[region] += size[block]
        while True:
            block = int(np.argmax(upper))
            if upper[block] <= 0 or upper[block] < best:
                break
            upper[block] = 0
            _multiply(feature[entries], relevance[entries], blocks[block], product)
            for lane in range(lanes):
                if allowed[block, lane] and product[lane] > 0:
                    if lower[block] <= 0:
                        partners[region] += 1
                    document = documents[block, lane]
                    if product[lane] > best or (product[lane] == best and document < top[region]):
                        best, top[region] = product[lane], document
            lower[block] = 1  # its partners are counted
        for block in range(count):
            if upper[block] > 0 and lower[block] <= 0:
                _multiply(feature[entries], relevance[entries], blocks[block], product)
                for lane in range(lanes):
                    partners[region] += allowed[block, lane] and product[lane] > 0


def _integers(column: pa.ChunkedArray) -> Index:
    """Read integers as numpy's; -1 where there is none."""
    return pc.fill_null(column.cast(pa.int64()), -1).to_numpy().astype(np.int64)
