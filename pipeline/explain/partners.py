"""Partners: with how many documents a region has positive relevance, and with which one most.

The relevance of a region with a document is the product of the region's features with the document's phi. Documents
stand in blocks of alike ones, and these in columns, and the largest and smallest phi of either bound its products.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.alike import divide_alike
from tablekin.explain.simd import (
    GROUP,
    LANES,
    add_products,
    broadcast,
    count_bits,
    load,
    mask_ge,
    pointer,
    store,
    trailing_zeros,
)
from tablekin.models.compilation import compiled
from tablekin.schemas import FEATURES

_SIZE = 64  # documents bounded together: fewer are bounded more tightly, more are bounded sooner
_WIDTH = len(FEATURES)
_LINE = 64  # bytes
_TINY = np.finfo(np.float32).tiny
# What is surely positive is so by more than rounding: 110 products are added up to within 7e-6 of them.
_MARGIN, _SMALL = np.float32(1.001), np.float32(1e-30)

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Index = NDArray[np.int64]
Pointer = Any


@dataclass(frozen=True)
class BoundBlocks:
    """Features of all documents in blocks of columns, with bounds that spare a look at most of them."""

    order: Index  # (documents,), a document's place in the blocks
    documents: Index  # (blocks, size), the last one again where there are no more
    phi: Singles  # (columns, features, LANES), each block a few columns
    bounds: Singles  # (2 features, blocks or some more), largest values in the block, then smallest
    column_bounds: Singles  # (2 features, columns or some more), the same of the columns
    # (2, features), what an entry of 1, and one of -1, can take away from a product with any document
    takes: Singles


def divide_into_blocks(phi: Floats) -> BoundBlocks:
    """Put documents that are alike into a block, so that its bounds are tight."""
    groups = list(divide_alike(phi, _SIZE))
    documents = np.stack([np.pad(group, (0, _SIZE - len(group)), mode="edge") for group in groups])
    order = np.empty(len(phi), np.int64)
    for block, group in enumerate(groups):
        order[group] = block * _SIZE + np.arange(len(group))
    columns = np.ascontiguousarray(phi[documents.reshape(-1, LANES)].transpose(0, 2, 1).astype(np.float32))
    takes = np.stack([-columns.min((0, 2)), columns.max((0, 2))]).clip(min=0)
    blocks = phi[documents].astype(np.float32).transpose(0, 2, 1)
    return BoundBlocks(order, documents, _aligned(columns), _bounds(blocks), _bounds(columns), takes)


def _bounds(phi: Singles) -> Singles:
    """Find the largest and the smallest phi in each of some groups of documents ``(groups, features, documents)``."""
    bounds = np.concatenate([phi.max(2), phi.min(2)], 1).T
    return _aligned(np.pad(bounds, ((0, 0), (0, -len(phi) % LANES))))


def _aligned(values: Singles) -> Singles:
    """Copy an array to where a line of the cache begins: lanes that lie across two take twice as long to read."""
    place = np.empty(values.nbytes + _LINE, np.uint8)
    begin = -place.ctypes.data % _LINE
    copy = place[begin : begin + values.nbytes].view(np.float32).reshape(values.shape)
    copy[...] = values
    return copy


def find_partners(
    begin: Index,
    feature: NDArray[np.uint8],
    relevance: Singles,
    allowed: NDArray[np.bool_],
    blocks: BoundBlocks,
    partners: NDArray[np.int32],
    top: NDArray[np.int32],
) -> None:
    """Count the partners with which each region has positive relevance, and find the one with the largest.

    A block is looked into only where its bounds leave the answer open. Of equal partners the first one counts.

    Parameters
    ----------
    begin, feature, relevance
        Regions of one document, as :class:`tablekin.explain.region_sums.RegionSums` has them.
    allowed
        ``(documents,)``, whether the document is a partner.
    blocks
        All documents.
    partners, top
        ``(regions,)``, written; ``top`` stays as it is where no partner has any.
    """
    within = np.zeros(blocks.documents.size, bool)
    within[blocks.order] = allowed
    _find(
        begin,
        feature,
        relevance,
        _bits(within),
        blocks.phi,
        blocks.documents,
        blocks.bounds,
        blocks.column_bounds,
        blocks.takes,
        partners,
        top,
    )


def _bits(within: NDArray[np.bool_]) -> Index:
    """Pack truth values into numbers, ``LANES`` in each, the first in its lowest bit; ``(columns,)``."""
    return np.packbits(within, bitorder="little").view("<u2").astype(np.int64)


@compiled
def _multiply(
    row: Pointer, factor: Pointer, entries: int, table: Pointer, stride: int, column: int, product: Pointer
) -> None:
    """Multiply a region by ``LANES`` columns of a table of ``stride``; these of ``product`` are written."""
    total = broadcast(np.float32(0))
    for entry in range(0, entries, GROUP):
        total = add_products(total, table, stride, column, row, factor, entry)
    store(total, product, column)


@compiled
def _find(
    begin: Index,
    feature: NDArray[np.uint8],
    relevance: Singles,
    allowed: Index,
    phi: Singles,
    documents: Index,
    bounds: Singles,
    column_bounds: Singles,
    takes: Singles,
    partners: NDArray[np.int32],
    top: NDArray[np.int32],
) -> None:
    """See ``find_partners``; ``allowed`` has a bit for every document of a column.

    Rounding does no harm: bounds and products are added up in the same order, and both operations keep the order of
    their arguments. All documents of a block or column are surely partners where the first entries that are positive,
    times its smallest phi, exceed what others could take away: by more than the rounding of all.
    """
    count, size = documents.shape
    stride, column_stride = bounds.shape[1], column_bounds.shape[1]
    columns = size // LANES
    allowed_in = np.zeros(stride, np.int64)
    everyone, some = (
        0,
        np.zeros(stride // LANES, np.int64),
    )  # allowed documents; blocks that have any, as bits
    for column in range(count * columns):
        block = column // columns
        allowed_in[block] += count_bits(allowed[column])
        everyone += count_bits(allowed[column])
        if allowed[column]:
            some[block // LANES] |= 1 << (block % LANES)
    high, low = np.empty(_WIDTH + GROUP, np.uint8), np.empty(GROUP, np.uint8)  # rows of the bounds
    first_values = np.zeros(GROUP, np.float32)
    upper, surely = np.zeros(stride, np.float32), np.zeros(stride, np.float32)
    column_upper, column_surely = np.zeros(column_stride, np.float32), np.zeros(column_stride, np.float32)
    is_known = np.full(column_stride // LANES, -1, np.int64)  # region whose column bounds are there
    product = np.empty(LANES, np.float32)
    for region in range(len(begin) - 1):
        entries = begin[region + 1] - begin[region]
        taken_away = np.float32(0)
        for entry in range(entries):
            name, value = feature[begin[region] + entry], relevance[begin[region] + entry]
            turned = value < 0  # the largest product is that of the smallest phi
            high[entry] = name + (_WIDTH if turned else 0)
            taken_away += abs(value) * takes[1 if turned else 0, name]
            if entry < GROUP:
                low[entry] = name + _WIDTH
                first_values[entry] = max(value, np.float32(0))
        enough = taken_away * _MARGIN + _SMALL
        own, values = pointer(feature, begin[region]), pointer(relevance, begin[region])
        first_entries = min(entries, GROUP)
        for column in range(0, stride, LANES):
            _multiply(
                pointer(high, 0), values, entries, pointer(bounds, 0), stride, column, pointer(upper, 0)
            )
            _multiply(
                pointer(low, 0),
                pointer(first_values, 0),
                first_entries,
                pointer(bounds, 0),
                stride,
                column,
                pointer(surely, 0),
            )
        best, found, number = np.float32(0), top[region], everyone
        start, most = 0, np.float32(0)
        for block in range(count):
            if upper[block] > most:
                start, most = block, upper[block]
        groups = stride // LANES
        for step in range(-1, groups):  # the block of the largest bound first
            group = start // LANES if step < 0 else step
            uncertain = some[group] & ~mask_ge(load(pointer(surely, 0), group * LANES), enough)
            bits = some[group] & (
                mask_ge(load(pointer(upper, 0), group * LANES), max(best, _TINY)) | uncertain
            )
            at_start = 1 << (start % LANES) if group == start // LANES else 0
            bits &= at_start if step < 0 else ~at_start
            while bits:
                block = group * LANES + trailing_zeros(bits)
                bits &= bits - 1
                is_certain = (uncertain >> (block % LANES)) & 1 == 0
                if not is_certain:
                    number -= allowed_in[block]
                if upper[block] < _TINY or (is_certain and upper[block] < best):
                    continue
                known = block * columns // LANES
                if is_known[known] != region:
                    is_known[known] = region
                    table = pointer(column_bounds, 0)
                    _multiply(
                        pointer(high, 0),
                        values,
                        entries,
                        table,
                        column_stride,
                        known * LANES,
                        pointer(column_upper, 0),
                    )
                    _multiply(
                        pointer(low, 0),
                        pointer(first_values, 0),
                        first_entries,
                        table,
                        column_stride,
                        known * LANES,
                        pointer(column_surely, 0),
                    )
                for column in range(block * columns, (block + 1) * columns):
                    is_counted = is_certain
                    if not is_counted and column_surely[column] >= enough:
                        number += count_bits(allowed[column])
                        is_counted = True
                    if column_upper[column] < _TINY or (is_counted and column_upper[column] < best):
                        continue
                    products = broadcast(np.float32(0))
                    rows = pointer(phi, column * _WIDTH * LANES)
                    for entry in range(0, entries, GROUP):
                        products = add_products(products, rows, LANES, 0, own, values, entry)
                    bits_here = mask_ge(products, _TINY) & allowed[column]
                    if not is_counted:
                        number += count_bits(bits_here)
                    bits_here &= mask_ge(products, best)
                    if bits_here:
                        store(products, pointer(product, 0), 0)
                    while bits_here:
                        lane = trailing_zeros(bits_here)
                        bits_here &= bits_here - 1
                        document = documents[block, column % columns * LANES + lane]
                        if product[lane] > best or (product[lane] == best and document < found):
                            best, found = product[lane], document
        partners[region], top[region] = number, found
