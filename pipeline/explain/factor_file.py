"""FactorFile: the factors of more documents than fit into memory, in a file that is mapped into it.

What the comparison of pairs needs of a document stands together there, so that only documents that are compared with
one another at a time have to be in memory; the system gives room back when it is needed elsewhere.
"""

from __future__ import annotations

import mmap
import tempfile
from collections.abc import Collection, Iterable, Sequence, Set
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.execution import in_threads
from tablekin.explain.factor_index import FactorIndex, load_factors, sum_factors
from tablekin.explain.pooling import LEVELS, PooledLevel
from tablekin.explain.top_k import Aside

Floats = NDArray[np.float64]

# of documents, what their regions are counted from; of regions and of entries, which are not counted from anything
_PLACES = ("first", "last")
_MAPPED = (
    "region_id",
    "norm",
    "extent",
    "begin",
    "head",
    "tail",
    "feature",
    "relevance",
    "peak",
    "peak_region",
)


@dataclass
class FactorFile:
    """Factors of documents, in the order in which they were added.

    Attributes
    ----------
    names
        The doc_id of each.
    sums
        ``(documents, features)``, relevance summed over all regions; also of documents whose factors are left out.
    index
        The factors of those that are not left out, in the order in which they were added; without features and sums.
    """

    names: list[str]
    sums: Floats
    index: FactorIndex
    _files: Sequence[IO[bytes]] = field(default_factory=list)
    _maps: list[Any] = field(default_factory=list)

    def release(self) -> None:
        """Let the system have the memory that holds what was last looked at."""
        for mapped in self._maps:
            with suppress(AttributeError, OSError, ValueError):  # where a system has no such advice
                mapped.madvise(mmap.MADV_DONTNEED)

    def close(self) -> None:
        """Delete the files."""
        self._maps.clear()
        for file in self._files:
            file.close()


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
        index = load_factors([batch if chosen is None else _only(batch, chosen)], similarity)
        if not others:
            return index.documents, index.sums, index
        names, sums = sum_factors(_only(batch, others))
        return [*index.documents, *names], np.concatenate([index.sums, sums]), index

    columns, scales = [_Level(folder) for _ in LEVELS], _Column(folder)
    empty = load_factors([], similarity)
    names: list[str] = []
    known: list[str] = []
    sums = [empty.sums]
    for every, summed, index in in_threads(load, batches, threads):
        names += every
        sums.append(summed)
        known += index.documents
        scales.add(index.aside.scale)
        for level, column in zip(index.levels, columns, strict=True):
            column.add(level)
    maps: list[Any] = []
    levels = tuple(column.map(level, maps) for column, level in zip(columns, empty.levels, strict=True))
    aside = Aside(scales.map(empty.aside.scale, maps), empty.aside.metric)
    found = FactorIndex(known, empty.phi, empty.sums, similarity, levels, aside)
    files = [each.file for column in columns for each in column.columns.values()]
    return FactorFile(names, np.concatenate(sums), found, [*files, scales.file], maps)


def _only(batch: dict[str, pa.Table], wanted: Set[str]) -> dict[str, pa.Table]:
    """Leave out the rows of other documents than the wanted ones."""
    names = pa.array(
        [name for name in batch["features"]["doc_id"].to_pylist() if name in wanted], pa.string()
    )
    return {name: rows.filter(pc.is_in(rows["doc_id"], names)) for name, rows in batch.items()}


class _Level:
    """A level, as it is written."""

    def __init__(self, folder: Path) -> None:
        self.columns = {name: _Column(folder) for name in _MAPPED}
        self._places: dict[str, list[NDArray[np.int64]]] = {name: [] for name in _PLACES}
        self.columns["begin"].add(np.zeros(1, np.int64))

    def add(self, level: PooledLevel) -> None:
        """Add the regions of further documents."""
        regions, entries = self.columns["region_id"].rows, self.columns["feature"].rows
        moved = level._replace(begin=level.begin[1:] + entries, head=level.head + entries)
        for name in _PLACES:
            self._places[name].append(getattr(level, name) + regions)
        for name in _MAPPED:
            self.columns[name].add(getattr(moved, name))

    def map(self, empty: PooledLevel, maps: list[Any]) -> PooledLevel:
        """Map what was written into memory."""
        mapped = {name: column.map(getattr(empty, name), maps) for name, column in self.columns.items()}
        places = {
            name: np.concatenate([getattr(empty, name), *found]) for name, found in self._places.items()
        }
        return PooledLevel(**mapped, **places, scale=empty.scale, metric=empty.metric)


class _Column:
    """One field of a level, as it is written."""

    def __init__(self, folder: Path) -> None:
        self.file = tempfile.TemporaryFile(dir=folder, prefix=".factors-")  # noqa: SIM115
        self.rows = 0

    def add(self, values: NDArray[Any]) -> None:
        """Write further values."""
        self.file.write(np.ascontiguousarray(values).data)
        self.rows += len(values)

    def map(self, like: NDArray[Any], maps: list[Any]) -> NDArray[Any]:
        """Map what was written; ``like`` is of its type and shape."""
        self.file.flush()
        shape = (self.rows, *like.shape[1:])
        if not self.rows:
            return np.zeros(shape, like.dtype)
        mapped = np.memmap(self.file, like.dtype, "r+", shape=shape)
        maps.append(mapped._mmap)  # type: ignore[attr-defined]
        return np.asarray(mapped)
