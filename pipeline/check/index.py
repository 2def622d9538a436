"""DocumentIndex: what the checks of pairs and matches need to know of all documents, a few kilobytes each."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tablekin.page import RegionKind
from tablekin.schemas import FEATURES, SCHEMAS

KINDS = tuple(RegionKind)

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


class DocumentIndex:
    """Documents of a corpus: names, features and regions; ``settle`` sorts them once all have been added."""

    def __init__(self) -> None:
        self.complete = True  # whether all documents could be read
        self.inputs: list[tuple[str, str, str]] = []  # (doc_id, sha256, status)
        self._parts: defaultdict[str, list[str]] = defaultdict(list)  # of each document
        self._names: list[str] = []
        self._vectors: list[Floats] = []  # (3, documents, features)
        self._regions: list[pa.Table] = [
            SCHEMAS["regions"].empty_table().select(["doc_id", "region_id", "kind"])
        ]

    def note(self, part: str, documents: pd.DataFrame) -> None:
        """Add the names and states of the documents of a batch; ``documents`` are rows of the table."""
        columns = (documents[name] for name in ("doc_id", "sha256", "status"))
        self.inputs += zip(*columns, strict=True)
        for name in documents["doc_id"]:
            self._parts[name].append(part)

    def add(
        self,
        phi: pd.Series,
        factors: pd.DataFrame,
        regions: pd.DataFrame,
    ) -> None:
        """Add features and regions of the documents of a batch that has been noted.

        Parameters
        ----------
        phi
            Vectors by doc_id.
        factors, regions
            Rows of the tables.
        """
        names = [name for name in phi.index if len(self._parts[name]) == 1]
        self._names += names
        cells = regions.loc[
            regions["kind"].isin([RegionKind.CELL, RegionKind.HEADER]), ["doc_id", "region_id"]
        ]
        inner = factors.merge(cells, on=["doc_id", "region_id"])
        magnitudes = factors.assign(relevance=factors["relevance"].abs())
        sums = [sum_by_feature(rows, names) for rows in (magnitudes, inner)]
        whole = np.stack([np.asarray(phi[name], np.float64) for name in names]) if names else sums[0]
        self._vectors.append(np.stack([whole, *sums]))
        own = regions.loc[regions["doc_id"].isin(names), ["doc_id", "region_id", "kind"]]
        schema = self._regions[0].schema
        self._regions.append(pa.Table.from_pandas(own, schema, preserve_index=False))

    def settle(self) -> None:
        """Sort what was added; before that, the following are not there."""
        order = (
            np.argsort(np.array(self._names, object), kind="stable") if self._names else np.zeros(0, np.int64)
        )
        self.names = pa.array([self._names[place] for place in order], pa.string())
        vectors = [np.zeros((3, 0, len(FEATURES))), *self._vectors]
        # phi, absolute relevance of all regions, relevance of cells and headers: (documents, features)
        self.phi, self.magnitude, self.cells = np.concatenate(vectors, 1)[:, order]
        regions = pa.concat_tables(self._regions)
        number = regions["region_id"].to_numpy().astype(np.int64)
        self._width = int(number.max(initial=0)) + 1
        keys = self.places(regions["doc_id"]) * self._width + number
        by_key = np.argsort(keys, kind="stable")
        self._keys = keys[by_key]
        kinds = pc.fill_null(pc.index_in(regions["kind"], pa.array(KINDS)), -1)
        self._kinds = kinds.to_numpy().astype(np.int64)[by_key]
        self._vectors, self._regions = [], []

    def places(self, column: pa.ChunkedArray) -> Index:
        """Find the place of documents among the names; -1 for one that is not there."""
        found = [np.zeros(0, np.int64)]
        for chunk in column.chunks:
            if pa.types.is_dictionary(chunk.type):
                known = pc.fill_null(pc.index_in(chunk.dictionary, self.names), -1).to_numpy()
                codes = pc.fill_null(chunk.indices, -1).to_numpy()
                found.append(np.append(known, -1)[codes].astype(np.int64))
            else:
                found.append(pc.fill_null(pc.index_in(chunk, self.names), -1).to_numpy().astype(np.int64))
        return np.concatenate(found)

    def kinds(self, document: Index, region: Index) -> Index:
        """Find the kind of regions, as its place in ``KINDS``; -1 for one that is not there."""
        if not len(self._keys):
            return np.full(len(region), -1)
        keys = document * self._width + region
        place = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        here = (self._keys[place] == keys) & (region >= 0) & (region < self._width)
        return np.where(here, self._kinds[place], -1)

    def count_regions(self) -> int:
        """Count the regions of all documents."""
        return len(self._keys)

    def repeated(self) -> Iterator[tuple[str, list[str]]]:
        """Find documents that are there more than once, and the parts that have them."""
        return ((name, parts) for name, parts in self._parts.items() if len(parts) > 1)

    def count_by_status(self) -> dict[str, int]:
        """Count the documents of each status."""
        return dict(Counter(status for _, _, status in self.inputs))


def sum_by_feature(factors: pd.DataFrame, names: list[str]) -> Floats:
    """Sum relevance over regions in float64; ``(documents, features)``."""
    document = pd.Index(names).get_indexer(factors["doc_id"])
    feature = pd.Index(FEATURES).get_indexer(factors["feature"])
    known = (document >= 0) & (feature >= 0)
    flat = document[known] * len(FEATURES) + feature[known]
    values = factors["relevance"].to_numpy(np.float64)[known]
    total = np.bincount(flat, values, len(names) * len(FEATURES)).astype(np.float64)
    return total.reshape(len(names), len(FEATURES))
