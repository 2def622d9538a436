"""Values: an index of all cells by what stands in them, in shards by their first digits."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from tablekin.page import RegionKind
from tablekin.report.atlas.shards import ShardFolder

_MAX_PLACES = 60_000  # cells in a shard, about 700 kB


@dataclass
class ValueIndex:
    """The cells of the documents that were added: text, document, region; about 20 bytes a cell."""

    _texts: list[pa.Array] = field(default_factory=list)
    _documents: list[np.ndarray] = field(default_factory=list)
    _regions: list[np.ndarray] = field(default_factory=list)

    def add(self, number: int, regions: pd.DataFrame) -> None:
        """Add the cells of a document, by its number in the catalogue."""
        texts = regions["text"].tolist()
        is_cell = (regions["kind"] == RegionKind.CELL).to_numpy(bool)
        kept = [place for place in np.flatnonzero(is_cell).tolist() if texts[place]]
        self._texts.append(pa.array([texts[place] for place in kept], pa.string()))
        self._documents.append(np.full(len(kept), number, np.int32))
        self._regions.append(regions["region_id"].to_numpy(np.int32)[kept])

    def write(self, folder: ShardFolder) -> list[str]:
        """Write the shards: text -> document, region, document, region ...

        Returns
        -------
        list of str
            First text of each shard, in order of code points; what comes before it is in the one before.
        """
        texts = pa.chunked_array(self._texts, pa.string()).dictionary_encode().combine_chunks()
        if len(texts) == 0:
            return []
        words = texts.dictionary
        order_of_words = pc.sort_indices(words).to_numpy()
        rank = np.empty(len(words), np.int64)
        rank[order_of_words] = np.arange(len(words))
        code = rank[texts.indices.to_numpy()]
        document, region = np.concatenate(self._documents), np.concatenate(self._regions)
        order = np.lexsort((region, document, code))
        code, document, region = code[order], document[order], region[order]
        names = words.take(pa.array(order_of_words)).to_pylist()
        begin = np.searchsorted(code, np.arange(len(names) + 1))
        starts: list[str] = []
        content: dict[str, list[int]] = {}
        size = 0
        for place, name in enumerate(names):
            for first in range(begin[place], begin[place + 1], _MAX_PLACES):
                last = min(first + _MAX_PLACES, begin[place + 1])
                if content and size + last - first > _MAX_PLACES:
                    self._close(folder, starts, content)
                    content, size = {}, 0
                content[name] = np.stack([document[first:last], region[first:last]], 1).ravel().tolist()
                size += last - first
        self._close(folder, starts, content)
        return starts

    @staticmethod
    def _close(folder: ShardFolder, starts: list[str], content: dict[str, Any]) -> None:
        folder.write(f"values/{len(starts):04d}", content)
        starts.append(next(iter(content)))
