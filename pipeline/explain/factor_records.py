"""FactorRecords: the factor of a document as bytes that follow one another, and what many such records have as arrays.

A record has the fields of ``PooledLevel`` of one level after the other, then what the other similarity is told by.
Places are counted from a document's first, as none of its own is.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.factor_index import FactorIndex
from tablekin.explain.pooling import PooledLevel
from tablekin.explain.simd import copy_bytes, pointer
from tablekin.explain.top_k import Aside
from tablekin.models.compilation import compiled

Index = NDArray[np.int64]
Bytes = NDArray[np.uint8]

# fields of a level by what their rows are
_OF_DOCUMENTS = ("peak", "peak_region")
_OF_REGIONS = ("region_id", "norm", "extent", "end", "head", "tail")
_OF_ENTRIES = ("feature", "relevance")
_FIELDS = (*_OF_DOCUMENTS, *_OF_REGIONS, *_OF_ENTRIES)


class _Field(NamedTuple):
    """A field of documents that follow one another."""

    values: NDArray[Any]  # (rows, ...)
    begin: Index  # (documents,), a document's first row
    end: Index  # (documents,), the one behind its last


def sizes_of(factors: FactorIndex) -> Index:
    """Count the bytes of each field of documents whose regions follow one another, ``(documents, fields)``."""
    fields = _fields_of(factors)
    return np.stack([(field.end - field.begin) * _width(field.values) for field in fields], 1)


def lay_records(factors: FactorIndex, sizes: Index) -> Bytes:
    """Lay out the records of documents, one after the other; ``sizes`` are those of their fields."""
    target = np.empty(int(sizes.sum()), np.uint8)
    at = _places_in_records(sizes)
    for number, field in enumerate(_fields_of(factors)):
        source = np.ascontiguousarray(field.values).reshape(-1).view(np.uint8)
        width = _width(field.values)
        copy_runs(source, field.begin * width, at[:, number].copy(), sizes[:, number].copy(), target)
    return target


def take_apart(
    names: list[str], sizes: Index, parts: Iterable[tuple[Index, Bytes]], like: FactorIndex
) -> FactorIndex:
    """Make the arrays of documents of their records.

    Parameters
    ----------
    names
        The doc_id of each document.
    sizes
        ``(documents, fields)``, bytes of each field.
    parts
        Sizes and records of some of the documents after the other.
    like
        Of none.
    """
    kinds = _kinds_of(like)
    arrays = [np.empty(int(size), np.uint8) for size in sizes.sum(0)]
    filled = np.zeros(len(kinds), np.int64)
    for own, records in parts:
        at = _places_in_records(own)
        for number, array in enumerate(arrays):
            begin = np.cumsum(own[:, number]) - own[:, number] + filled[number]
            copy_runs(records, at[:, number].copy(), begin, own[:, number].copy(), array)
        filled += own.sum(0)
    values = [
        array.view(kind.dtype).reshape(-1, *kind.shape[1:]) for array, kind in zip(arrays, kinds, strict=True)
    ]
    levels = []
    for number, empty in enumerate(like.levels):
        here = slice(number * len(_FIELDS), (number + 1) * len(_FIELDS))
        read = dict(zip(_FIELDS, values[here], strict=True))
        size = dict(zip(_FIELDS, sizes[:, here].T, strict=True))
        levels.append(_level(read, size, empty))
    scale = values[-1] if len(names) and values[-1].size else like.aside.scale
    aside = Aside(scale, like.aside.metric)
    return FactorIndex(names, like.phi, like.sums, like.similarity, tuple(levels), aside)


def _level(read: dict[str, NDArray[Any]], size: dict[str, Index], empty: PooledLevel) -> PooledLevel:
    """Count places from the first of all documents."""
    regions = size["region_id"] // _width(empty.region_id)
    entries = size["feature"] // _width(empty.feature)
    last = np.cumsum(regions)
    before = np.repeat(np.cumsum(entries) - entries, regions)
    end = read.pop("end") + before
    return PooledLevel(
        **{**read, "head": read["head"] + before},
        begin=np.concatenate([np.zeros(1, np.int64), end]),
        first=last - regions,
        last=last,
        scale=empty.scale,
        metric=empty.metric,
    )


def _width(values: NDArray[Any]) -> int:
    """Count the bytes of a row."""
    return values.dtype.itemsize * int(np.prod(values.shape[1:], dtype=np.int64))


def _places_in_records(sizes: Index) -> Index:
    """Say at which byte each field of records that follow one another begins, ``(documents, fields)``."""
    flat = sizes.ravel()
    return (np.cumsum(flat) - flat).reshape(sizes.shape)


def _kinds_of(like: FactorIndex) -> list[NDArray[Any]]:
    """Give of each field of a record an array of its type and of the shape of its rows."""
    levels = [getattr(level, "begin" if name == "end" else name) for level in like.levels for name in _FIELDS]
    return [*levels, like.aside.scale]


def _fields_of(factors: FactorIndex) -> list[_Field]:
    """List the fields of a record, of documents whose regions follow one another."""
    fields = []
    for level in factors.levels:
        regions, entries = level.last, level.begin[level.last]
        owner = np.repeat(np.arange(len(regions)), np.diff(regions, prepend=0))
        before = np.concatenate([[0], entries])[owner]  # of each region, the entries of the documents before
        own = {"end": level.begin[1:] - before, "head": level.head - before}
        each = np.arange(1, len(regions) + 1)
        for names, limits in ((_OF_DOCUMENTS, each), (_OF_REGIONS, regions), (_OF_ENTRIES, entries)):
            begin = np.concatenate([[0], limits])[:-1]
            fields += [
                _Field(own[name] if name in own else getattr(level, name), begin, limits) for name in names
            ]
    documents = len(factors.documents)
    has_scale = int(len(factors.aside.scale) > 0)
    each = np.arange(documents, dtype=np.int64) * has_scale
    fields.append(_Field(factors.aside.scale, each, each + has_scale))
    return fields


@compiled
def copy_runs(source: Bytes, begin: Index, at: Index, size: Index, target: Bytes) -> None:
    """Copy runs of bytes: ``size`` of each, from ``source[begin]`` on, to ``target[at]`` and on."""
    for run in range(len(size)):
        copy_bytes(pointer(source, 0), begin[run], pointer(target, 0), at[run], size[run])
