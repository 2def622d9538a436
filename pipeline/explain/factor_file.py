"""FactorFile: the factors of more documents than fit into memory, in a file from which those of some are taken.

What the comparison of pairs needs of a document stands together there, so that it is read in one go, and only documents
that are compared with one another at a time have to be in memory.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Collection, Iterable, Set
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.corpus import places_among
from tablekin.errors import StorageError
from tablekin.execution import in_threads
from tablekin.explain.factor_index import FactorIndex, load_factors, names_of, sum_factors
from tablekin.explain.factor_records import lay_records, sizes_of, take_apart
from tablekin.threshold import threshold

Floats = NDArray[np.float64]
Index = NDArray[np.int64]


@dataclass(frozen=True)
class ReadingSizes:
    """How much is read at a time; what is read is the same whatever it is."""

    documents: int = threshold(256, "documents", "read before they are put where they belong in memory")


SIZES = ReadingSizes()


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

    def __init__(self, folder: Path, similarity: Similarity) -> None:
        self.names: list[str] = []
        self.documents: list[str] = []
        self._empty = load_factors([], similarity)
        self.sums, self._summed = self._empty.sums, [self._empty.sums]
        self._sizes = [sizes_of(self._empty)]
        self._file = tempfile.TemporaryFile(dir=folder, prefix=".factors-")  # noqa: SIM115

    def add(self, names: list[str], sums: Floats, factors: FactorIndex) -> None:
        """Write the factors of further documents; names and sums are also of others."""
        self.names += names
        self._summed.append(sums)
        self.documents += factors.documents
        sizes = sizes_of(factors)
        self._sizes.append(sizes)
        self._file.write(lay_records(factors, sizes).data)

    def written(self) -> None:
        """Note that all are added."""
        self._file.flush()
        self._sizes = [np.concatenate(self._sizes)]
        self.sums = np.concatenate(self._summed)
        self._summed.clear()
        self._begin = np.concatenate([[0], np.cumsum(self._sizes[0].sum(1))])

    def take(self, places: Index) -> FactorIndex:
        """Read the factors of some documents, without their features and sums.

        Parameters
        ----------
        places
            ``(documents,)``, places among those that are not left out, ascending.

        Raises
        ------
        StorageError
            The file is shorter than it was.
        """
        names = [self.documents[place] for place in places.tolist()]
        sizes = self._sizes[0][places]
        parts = (
            (sizes[begin : begin + SIZES.documents], self._read(places[begin : begin + SIZES.documents]))
            for begin in range(0, len(places), SIZES.documents)
        )
        return take_apart(names, sizes, parts, self._empty)

    def _read(self, places: Index) -> NDArray[np.uint8]:
        """Read the records of documents, one after the other; those that follow one another in the file at once."""
        begin, end = self._begin[places], self._begin[places + 1]
        values = np.empty(int((end - begin).sum()), np.uint8)
        follows = begin[1:] == end[:-1]
        at = 0
        firsts, lasts = begin[np.append(True, ~follows)], end[np.append(~follows, True)]
        for first, last in zip(firsts.tolist(), lasts.tolist(), strict=True):
            while first < last:
                found = os.preadv(self._file.fileno(), [values.data[at : at + last - first]], first)
                if not found:
                    raise StorageError(
                        "a file that this run had written beside the corpus is shorter than it was"
                    )
                first, at = first + found, at + found
        return values

    def close(self) -> None:
        """Delete the file."""
        self._file.close()


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

    file = FactorFile(folder, similarity)
    for names, sums, index in in_threads(load, batches, threads):
        file.add(names, sums, index)
    file.written()
    return file


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
