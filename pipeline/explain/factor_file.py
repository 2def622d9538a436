"""FactorFile: the factors of more documents than fit into memory, in files from which those of some are taken.

What the comparison of pairs needs of a document stands together there, so that only documents that are compared with
one another at a time have to be in memory.
"""

from __future__ import annotations

import tempfile
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.corpus import places_among
from tablekin.errors import StorageError
from tablekin.execution import in_threads
from tablekin.explain.factor_index import FactorIndex, load_factors, names_of, sum_factors
from tablekin.explain.pooling import PooledLevel
from tablekin.explain.top_k import Aside

Floats = NDArray[np.float64]
Index = NDArray[np.int64]

# fields of a level by what their rows are; places that are counted from a document's first, as none of its own is
_OF_DOCUMENTS = ("peak", "peak_region")
_OF_REGIONS = ("region_id", "norm", "extent", "end", "head", "tail")
_OF_ENTRIES = ("feature", "relevance")
_FIELDS = (*_OF_DOCUMENTS, *_OF_REGIONS, *_OF_ENTRIES)


@dataclass
class FactorFile:
    """Factors of documents, in the order in which they were added.

    Attributes
    ----------
    names
        The doc_id of each.
    sums
        ``(documents, features)``, relevance summed over all regions; also of documents whose factors are left out.
    documents
        The doc_id of those that are not left out, in the order in which they were added.
    """

    names: list[str]
    sums: Floats
    documents: list[str]
    _levels: list[_Level]
    _scales: _Column
    _empty: FactorIndex

    def take(self, places: Index) -> FactorIndex:
        """Read the factors of some documents, without their features and sums.

        Parameters
        ----------
        places
            ``(documents,)``, places among those that are not left out, ascending.
        """
        empty = self._empty
        scale = self._scales.take(places, places + 1) if self._scales.rows else empty.aside.scale
        levels = tuple(
            level.take(places, like) for level, like in zip(self._levels, empty.levels, strict=True)
        )
        return FactorIndex(
            [self.documents[place] for place in places.tolist()],
            empty.phi,
            empty.sums,
            empty.similarity,
            levels,
            Aside(scale, empty.aside.metric),
        )

    def close(self) -> None:
        """Delete the files."""
        for column in (
            self._scales,
            *(column for level in self._levels for column in level.columns.values()),
        ):
            column.file.close()


def write_factors(
    batches: Iterable[dict[str, pa.Table]],
    similarity: Similarity,
    folder: Path,
    threads: int,
    wanted: Collection[str] | None = None,
    also: Collection[str] = (),
) -> FactorFile:
    """Write the factors of documents to a file.

    Parameters
    ----------
    batches
        Rows of ``FACTOR_TABLES`` for some documents at a time, each document in one batch only.
    similarity
        By which matches are to be chosen.
    folder
        Where the file is made; it has no name, and is gone when this program ends, however it does.
    threads
        That read batches.
    wanted
        Documents whose factors are to be there; all by default.
    also
        Further ones of which only sums are.
    """
    chosen, others = None if wanted is None else {*wanted}, {*also}

    def load(batch: dict[str, pa.Table]) -> tuple[list[str], Floats, FactorIndex]:
        index = load_factors([_sorted(batch if chosen is None else _only(batch, chosen))], similarity)
        if not others:
            return index.documents, index.sums, index
        names, sums = sum_factors(_only(batch, others))
        return [*index.documents, *names], np.concatenate([index.sums, sums]), index

    empty = load_factors([], similarity)
    levels, scales = [_Level(folder, like) for like in empty.levels], _Column(folder, empty.aside.scale)
    names: list[str] = []
    known: list[str] = []
    sums = [empty.sums]
    for every, summed, index in in_threads(load, batches, threads):
        names += every
        sums.append(summed)
        known += index.documents
        scales.add(index.aside.scale)
        for level, pooled in zip(levels, index.levels, strict=True):
            level.add(pooled)
    return FactorFile(names, np.concatenate(sums), known, levels, scales, empty)


def _only(batch: dict[str, pa.Table], wanted: Set[str]) -> dict[str, pa.Table]:
    """Leave out the rows of other documents than the wanted ones."""
    names = pa.array(
        [name for name in names_of(batch["features"]).to_pylist() if name in wanted], pa.string()
    )
    return {
        name: rows.filter(pa.array(places_among(rows["doc_id"], names) >= 0)) for name, rows in batch.items()
    }


def _sorted(batch: dict[str, pa.Table]) -> dict[str, pa.Table]:
    """Sort the documents of a batch by name, as they are in what is loaded of it."""
    names = names_of(batch["features"]).to_pylist()
    order = sorted(range(len(names)), key=names.__getitem__)
    return {**batch, "features": batch["features"].take(pa.array(order, pa.int64()))}


class _Level:
    """A level, as it is written; ``like`` is an empty one."""

    def __init__(self, folder: Path, like: PooledLevel) -> None:
        kinds = {name: getattr(like, "begin" if name == "end" else name) for name in _FIELDS}
        self.columns = {name: _Column(folder, kind) for name, kind in kinds.items()}
        self._regions: list[Index] = [
            np.zeros(1, np.int64)
        ]  # of each document those before its own, and of the last
        self._entries: list[Index] = [np.zeros(1, np.int64)]

    def add(self, level: PooledLevel) -> None:
        """Add the regions of further documents, which stand one after the other."""
        regions, entries = level.last, level.begin[level.last]
        owner = np.repeat(np.arange(len(regions)), np.diff(regions, prepend=0))
        before = np.concatenate([[0], entries])[owner]  # of each region, the entries of the documents before
        counted = level._replace(begin=level.begin[1:] - before, head=level.head - before)
        for name, column in self.columns.items():
            column.add(getattr(counted, "begin" if name == "end" else name))
        self._regions.append(self._regions[-1][-1] + regions)
        self._entries.append(self._entries[-1][-1] + entries)

    def take(self, places: Index, like: PooledLevel) -> PooledLevel:
        """Read the regions of some documents."""
        for each in (self._regions, self._entries):
            each[:] = [np.concatenate(each)] if len(each) > 1 else each
        limits = {_OF_DOCUMENTS: np.arange(len(self._regions[0])), _OF_REGIONS: self._regions[0]}
        limits[_OF_ENTRIES] = self._entries[0]
        read = {
            name: self.columns[name].take(limit[places], limit[places + 1])
            for names, limit in limits.items()
            for name in names
        }
        regions, entries = (np.diff(limit)[places] for limit in (self._regions[0], self._entries[0]))
        last = np.cumsum(regions)
        before = np.repeat(np.cumsum(entries) - entries, regions)
        end = read.pop("end") + before
        return PooledLevel(
            **{**read, "head": read["head"] + before},
            begin=np.concatenate([np.zeros(1, np.int64), end]),
            first=last - regions,
            last=last,
            scale=like.scale,
            metric=like.metric,
        )


class _Column:
    """One field of a level, as it is written; ``like`` is of its type and of the shape of a row."""

    def __init__(self, folder: Path, like: NDArray[Any]) -> None:
        self.file = tempfile.TemporaryFile(dir=folder, prefix=".factors-")  # noqa: SIM115
        self.rows = 0
        self._type, self._shape = like.dtype, like.shape[1:]
        self._reading = Lock()

    def add(self, values: NDArray[Any]) -> None:
        """Write further values."""
        self.file.write(np.ascontiguousarray(values, self._type).data)
        self.rows += len(values)
        self._shape = values.shape[1:]

    def take(self, begin: Index, end: Index) -> NDArray[Any]:
        """Read some runs of rows, one after the other."""
        values = np.empty((int((end - begin).sum()), *self._shape), self._type)
        if not values.size:
            return values
        size = values[:1].nbytes
        into = values.reshape(-1).view(np.uint8).data
        follows = begin[1:] == end[:-1]  # runs that follow one another are read as one
        at = 0
        with self._reading:
            firsts, lasts = begin[np.append(True, ~follows)], end[np.append(~follows, True)]
            for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
                self.file.seek(first * size)
                at += self.file.readinto(into[at : at + (last - first) * size])  # type: ignore[attr-defined]
        if at != len(into):
            raise StorageError("a file that this run had written beside the corpus is shorter than it was")
        return values
