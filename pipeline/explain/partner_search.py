"""Partner search: the compiled loops of ``partners``: regions of a document against blocks of documents.

Rounding does no harm: bounds and products are added up in the same order, and both operations keep the order of
their arguments. All documents of a block or column are surely partners where the first entries that are positive,
times its smallest phi, exceed what others could take away: by more than the rounding of all.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.bound_blocks import WIDTH, BoundBlocks, Index, Singles
from tablekin.explain.simd import (
    GROUP,
    LANES,
    add_products,
    broadcast,
    count_bits,
    extract,
    load,
    mask_ge,
    multiply_one,
    multiply_two,
    offset,
    pointer,
    trailing_zeros,
)
from tablekin.models.compilation import compiled, compiled_with

inlined = compiled_with(inline="always")  # calls would copy all pointers

_TINY = np.finfo(np.float32).tiny
# What is surely positive is so by more than rounding: 110 products are added up to within 7e-6 of them.
_MARGIN, _SMALL = np.float32(1.001), np.float32(1e-30)

Rows = NDArray[np.uint8]
Answers = NDArray[np.int32]
Pointer = Any


class Allowed(NamedTuple):
    """Documents that are partners."""

    bits: Index  # (columns,), a bit for every document of a column
    in_block: Index  # (blocks,), how many there are in each
    some: Index  # (groups of LANES blocks,), a bit for each block that has any


class Room(NamedTuple):
    """What is known of one region."""

    high: Rows  # (entries,), row of the bounds that an entry has its largest product with
    low: Rows  # (GROUP,), row of the bounds that each of the first entries has its smallest product with
    first: Singles  # (GROUP,), relevance of the first entries, where it is positive
    upper: Singles  # (blocks or some more,), bounds of its products from above
    surely: Singles  # likewise, of its first entries' products from below
    upper_of_columns: Singles  # (columns or some more,), the same of columns
    surely_of_columns: Singles
    known: Index  # (groups of LANES columns,), the region whose bounds of columns are there


class _Tables(NamedTuple):
    """All of this, and the blocks, as pointers, which nobody counts references to; the caller keeps the arrays."""

    takes: Pointer
    bits: Pointer
    in_block: Pointer
    some: Pointer
    phi: Pointer
    documents: Pointer
    bounds: Pointer
    column_bounds: Pointer
    high: Pointer
    low: Pointer
    first: Pointer
    upper: Pointer
    surely: Pointer
    upper_of_columns: Pointer
    surely_of_columns: Pointer
    known: Pointer
    blocks: int
    stride: int  # of the bounds of blocks
    column_stride: int
    columns: int  # of a block


class _Region(NamedTuple):
    """A region of which partners are sought."""

    number: int
    entries: int
    feature: Pointer  # of its entries
    relevance: Pointer
    enough: Any  # float32, of the first entries' products, that surely none is taken away


class _Answer(NamedTuple):
    """What is known of a region's partners so far."""

    best: Any  # float32, the largest relevance with a partner
    top: Any  # int64, that partner
    partners: int  # the number of those that may have positive relevance


@compiled
def find_in_blocks(
    begin: Index,
    feature: Rows,
    relevance: Singles,
    allowed: Index,
    blocks: BoundBlocks,
    partners: Answers,
    top: Answers,
) -> None:  # pragma: no cover (compiled)
    """See ``tablekin.explain.partners.find_partners``; ``allowed`` has a bit for every document of a column."""
    stride, column_stride = blocks.bounds.shape[1], blocks.column_bounds.shape[1]
    room = Room(
        np.empty(WIDTH + GROUP, np.uint8),
        np.empty(GROUP, np.uint8),
        np.zeros(GROUP, np.float32),
        np.zeros(stride, np.float32),
        np.zeros(stride, np.float32),
        np.zeros(column_stride, np.float32),
        np.zeros(column_stride, np.float32),
        np.full(column_stride // LANES, -1, np.int64),
    )
    _find_all(begin, feature, relevance, _count_allowed(allowed, blocks), blocks, room, partners, top)


@compiled
def _count_allowed(bits: Index, blocks: BoundBlocks) -> Allowed:  # pragma: no cover (compiled)
    """Count the allowed documents of each block."""
    count = np.zeros(len(blocks.documents), np.int64)
    some = np.zeros(blocks.bounds.shape[1] // LANES, np.int64)
    columns = blocks.documents.shape[1] // LANES
    for block in range(len(count)):
        for column in range(block * columns, (block + 1) * columns):
            count[block] += count_bits(bits[column])
        if count[block]:
            some[block // LANES] |= 1 << (block % LANES)
    return Allowed(bits, count, some)


@compiled
def _find_all(
    begin: Index,
    feature: Rows,
    relevance: Singles,
    allowed: Allowed,
    blocks: BoundBlocks,
    room: Room,
    partners: Answers,
    top: Answers,
) -> None:  # pragma: no cover (compiled)
    everyone = allowed.in_block.sum()
    tables = _Tables(
        pointer(blocks.takes, 0),
        pointer(allowed.bits, 0),
        pointer(allowed.in_block, 0),
        pointer(allowed.some, 0),
        pointer(blocks.phi, 0),
        pointer(blocks.documents, 0),
        pointer(blocks.bounds, 0),
        pointer(blocks.column_bounds, 0),
        pointer(room.high, 0),
        pointer(room.low, 0),
        pointer(room.first, 0),
        pointer(room.upper, 0),
        pointer(room.surely, 0),
        pointer(room.upper_of_columns, 0),
        pointer(room.surely_of_columns, 0),
        pointer(room.known, 0),
        len(blocks.documents),
        blocks.bounds.shape[1],
        blocks.column_bounds.shape[1],
        blocks.documents.shape[1] // LANES,
    )
    for number in range(len(begin) - 1):
        at, entries = begin[number], begin[number + 1] - begin[number]
        own, values = pointer(feature, at), pointer(relevance, at)
        region = _Region(number, entries, own, values, _prepare(own, values, entries, tables))
        answer = _search(region, _Answer(np.float32(0), np.int64(top[number]), everyone), tables)
        partners[number], top[number] = answer.partners, answer.top


@inlined
def _prepare(
    feature: Pointer, relevance: Pointer, entries: int, tables: _Tables
) -> Any:  # pragma: no cover (compiled)
    """Find the rows of the bounds that a region is multiplied with, and how large its first products must be."""
    taken_away = np.float32(0)
    for entry in range(entries):
        name, value = np.int64(feature[entry]), relevance[entry]
        turned = value < 0  # the largest product is that of the smallest phi
        tables.high[entry] = np.uint8(name + (WIDTH if turned else 0))
        taken_away += abs(value) * tables.takes[name + (WIDTH if turned else 0)]
        if entry < GROUP:
            tables.low[entry], tables.first[entry] = np.uint8(name + WIDTH), max(value, np.float32(0))
    return taken_away * _MARGIN + _SMALL


@inlined
def _search(region: _Region, answer: _Answer, tables: _Tables) -> _Answer:  # pragma: no cover (compiled)
    """Look into the blocks that the bounds leave open, the two of the largest bounds first."""
    entries, first_entries, stride = region.entries, min(region.entries, GROUP), tables.stride
    for column in range(0, stride, 2 * LANES):
        multiply_two(tables.high, region.relevance, entries, tables.bounds, stride, column, tables.upper)
        multiply_two(tables.low, tables.first, first_entries, tables.bounds, stride, column, tables.surely)
    first, second = _two_largest(tables.upper, tables.blocks)
    for block in (first, second):
        if block >= 0:
            answer = _look_into_group(region, block // LANES, 1 << (block % LANES), answer, tables)
    for group in range(stride // LANES):
        done = 0
        for block in (first, second):
            if block >= 0 and block // LANES == group:
                done |= 1 << (block % LANES)
        answer = _look_into_group(region, group, ~done, answer, tables)
    return answer


@inlined
def _two_largest(bounds: Pointer, count: int) -> tuple[int, int]:  # pragma: no cover (compiled)
    """Find the blocks of the two largest bounds; -1 where there are not so many that are positive."""
    first = second = -1
    most = next_most = np.float32(0)
    for block in range(count):
        if bounds[block] > most:
            second, next_most, first, most = first, most, block, bounds[block]
        elif bounds[block] > next_most:
            second, next_most = block, bounds[block]
    return first, second


@inlined
def _look_into_group(
    region: _Region, group: int, among: int, answer: _Answer, tables: _Tables
) -> _Answer:  # pragma: no cover (compiled)
    """Look into the open ones among some of ``LANES`` blocks, which are given as bits."""
    some = tables.some[group] & among
    doubtful = some & ~mask_ge(load(tables.surely, group * LANES), region.enough)
    bits = some & (mask_ge(load(tables.upper, group * LANES), max(answer.best, _TINY)) | doubtful)
    while bits:
        lane = trailing_zeros(bits)
        bits &= bits - 1
        answer = _look_into(region, group * LANES + lane, (doubtful >> lane) & 1 == 0, answer, tables)
    return answer


@inlined
def _look_into(
    region: _Region, block: int, is_certain: bool, answer: _Answer, tables: _Tables
) -> _Answer:  # pragma: no cover (compiled)
    """Look for the best partner in a block, and count partners, unless it is certain that all are."""
    best, top, partners = answer.best, answer.top, answer.partners
    bound = tables.upper[block]
    if not is_certain:
        partners -= tables.in_block[block]
    if bound < _TINY or (is_certain and bound < best):
        return _Answer(best, top, partners)
    begin, count = block * tables.columns, tables.columns
    _bound_columns(region, begin // LANES, tables)
    start = 0  # where nothing is known yet, the column of the largest bound
    for place in range(count if best == 0 else 0):
        if tables.upper_of_columns[begin + place] > tables.upper_of_columns[begin + start]:
            start = place
    for step in range(count):
        column = begin + (start + step) % count
        is_counted, bound = is_certain, tables.upper_of_columns[column]
        if not is_counted and tables.surely_of_columns[column] >= region.enough:
            partners += count_bits(tables.bits[column])
            is_counted = True
        if bound < _TINY or (is_counted and bound < best):
            continue
        products, rows = broadcast(np.float32(0)), offset(tables.phi, column * WIDTH * LANES)
        for entry in range(0, region.entries, GROUP):
            products = add_products(products, rows, LANES, 0, region.feature, region.relevance, entry)
        bits = mask_ge(products, _TINY) & tables.bits[column]
        if not is_counted:
            partners += count_bits(bits)
        bits &= mask_ge(products, best)
        while bits:
            lane = trailing_zeros(bits)
            bits &= bits - 1
            product, document = extract(products, lane), tables.documents[column * LANES + lane]
            if product > best or (product == best and document < top):
                best, top = product, document
    return _Answer(best, top, partners)


@inlined
def _bound_columns(region: _Region, group: int, tables: _Tables) -> None:  # pragma: no cover (compiled)
    """Bound a region's products in ``LANES`` columns, where that has not been done."""
    if tables.known[group] == region.number:
        return
    tables.known[group] = region.number
    bounds, stride, column = tables.column_bounds, tables.column_stride, group * LANES
    entries, upper, surely = region.entries, tables.upper_of_columns, tables.surely_of_columns
    multiply_one(tables.high, region.relevance, entries, bounds, stride, column, upper)
    multiply_one(tables.low, tables.first, min(entries, GROUP), bounds, stride, column, surely)
