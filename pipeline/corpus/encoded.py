"""Encoded: strings of a table as the numbers by which a dictionary knows them, as Parquet stores them.

A column like the doc_id of ``factors`` has millions of rows and few strings: each of these is looked for once, not for
each row, which takes a tenth of the time.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from tablekin.corpus.parts import string_columns


def read_encoded(path: Path, columns: list[str]) -> pa.Table:
    """Read columns of a part, those of strings as dictionaries, in this thread alone."""
    with pq.ParquetFile(path) as file:
        strings = [name for name in string_columns(file.schema_arrow) if name in columns]
    with pq.ParquetFile(path, read_dictionary=strings) as file:
        return file.read(columns, use_threads=False)


def places_among(
    column: pa.ChunkedArray, values: pa.Array | Mapping[str, int], kind: Any = np.int64
) -> NDArray[Any]:
    """Find where the strings of a column stand among some values; -1 where they do not, ``(rows,)``.

    Parameters
    ----------
    column
        Strings, as such or as dictionaries.
    values
        Strings; or the place of each, which spares gathering them for every column where they are many.
    kind
        Of the numbers; of unsigned ones, only for strings that do stand there.
    """
    found = [np.zeros(0, kind)]
    for chunk in column.chunks:
        if not pa.types.is_dictionary(chunk.type):
            found.append(_places_of(chunk, values).astype(kind))
            continue
        # one more for rows that have no string
        known = np.append(_places_of(chunk.dictionary, values), -1).astype(kind)
        indices = _places(chunk.indices) if chunk.indices.null_count else chunk.indices.to_numpy()
        found.append(known[indices])
    return found[1] if len(found) == 2 else np.concatenate(found)


def _places_of(strings: pa.Array, values: pa.Array | Mapping[str, int]) -> NDArray[np.int64]:
    if isinstance(values, Mapping):
        return np.array([values.get(one, -1) for one in strings.to_pylist()], np.int64)
    return _places(pc.index_in(strings, values))


def _places(numbers: pa.Array) -> NDArray[np.int64]:
    places: NDArray[np.int64] = pc.fill_null(numbers.cast(pa.int64()), -1).to_numpy(zero_copy_only=False)
    return places
