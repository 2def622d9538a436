"""TileBatch: the pairs of a block on their way to a worker of a cluster, and their matches on the way back."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.errors import TablekinError
from tablekin.execution import Failure, WorkerPool
from tablekin.explain.factor_index import FactorIndex

# places of the two documents of each pair, and their dot
Tile = tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float32]]
TileBatch = list[Tile]


@dataclass(frozen=True)
class Packed:
    """Tables as compressed bytes: what a network and the memory of a waiting result are spared."""

    streams: tuple[bytes, ...]

    @classmethod
    def pack(cls, tables: Iterable[pa.Table]) -> Packed:
        """Compress each table."""
        return cls(tuple(_stream(table) for table in tables))

    def tables(self) -> Iterator[pa.Table]:
        """Decompress one table after the other."""
        return (pa.ipc.open_stream(stream).read_all() for stream in self.streams)


def _stream(table: pa.Table) -> bytes:
    sink = pa.BufferOutputStream()
    options = pa.ipc.IpcWriteOptions(compression="zstd")
    with pa.ipc.new_stream(sink, table.schema, options=options) as writer:
        writer.write_table(table)
    return sink.getvalue().to_pybytes()


def match_tile_batch(
    batch: TileBatch, factors: FactorIndex, match: Callable[..., pa.Table], matches_per_pair: int
) -> Packed:
    """Find the matches of the pairs of a block, a table for each tile; runs in a worker."""
    return Packed.pack(match(factors, a, b, dot, matches_per_pair) for a, b, dot in batch)


def match_in_cluster(
    cluster: WorkerPool,
    batches: Iterable[TileBatch],
    factors: FactorIndex,
    match: Callable[..., pa.Table],
    matches_per_pair: int,
) -> Generator[Iterator[pa.Table]]:
    """Find the matches of blocks in a cluster, in their order; a table for each tile.

    Raises
    ------
    TablekinError
        The workers cannot do one of them.
    """
    shared = (factors, match, matches_per_pair)
    with closing(cluster.run_in_order(match_tile_batch, batches, *shared)) as results:
        for result in results:
            if isinstance(result, Failure):
                raise TablekinError(
                    f"a block of pairs could not be compared: {result.reason}; what is finished is kept, run the "
                    f"same command again {result.detail}".rstrip()
                )
            yield result.tables()
