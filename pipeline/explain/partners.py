"""Partners: with how many documents a region has positive relevance, and with which one most.

The relevance of a region with a document is the product of the region's features with the document's phi. Documents
stand in blocks of alike ones, and the largest and smallest phi of a block bound its products.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.simd import (
    GROUP,
    LANES,
    add_products,
    broadcast,
    count_bits,
    mask_ge,
    pointer,
    store,
    trailing_zeros,
)
from tablekin.models.compilation import compiled
from tablekin.schemas import FEATURES

_SIZE = 64  # documents bounded together: fewer are bounded more tightly, more are bounded sooner
_WIDTH = len(FEATURES)
_TINY = np.finfo(np.float32).tiny
_ROUNDS = 30  # of looking for a principal component, which need not be exact: blocks only save time

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Index = NDArray[np.int64]
Pointer = Any


@dataclass(frozen=True)
class BoundBlocks:
    """Features of all documents in blocks, with bounds that spare a look at most of them."""

    order: Index  # (documents,), a document's place in the blocks
    documents: Index  # (blocks, size), the last one again where there are no more
    phi: Singles  # (blocks, features, size)
    bounds: Singles  # (2 features, blocks or some more), largest values in the block, then smallest


def divide_into_blocks(phi: Floats) -> BoundBlocks:
    """Put documents that are alike into a block, so that its bounds are tight."""
    groups = list(_divide(phi, np.arange(len(phi))))
    documents = np.stack([np.pad(group, (0, _SIZE - len(group)), mode="edge") for group in groups])
    order = np.empty(len(phi), np.int64)
    for block, group in enumerate(groups):
        order[group] = block * _SIZE + np.arange(len(group))
    blocks = np.ascontiguousarray(phi[documents].transpose(0, 2, 1).astype(np.float32))
    bounds = np.concatenate([blocks.max(2), blocks.min(2)], 1).T
    padded = np.pad(bounds, ((0, 0), (0, -len(groups) % LANES)))
    return BoundBlocks(order, documents, blocks, np.ascontiguousarray(padded))


def order_alike(phi: Floats) -> Index:
    """Order documents so that those that are alike stand together; ``(documents,)``, their places."""
    return np.concatenate([*_divide(phi, np.arange(len(phi)))])


def _divide(phi: Floats, documents: Index) -> Iterator[Index]:
    """Halve documents along their first principal component until each group fits into a block."""
    if len(documents) <= _SIZE:
        yield documents
        return
    order = documents[np.argsort(_along_principal_component(phi[documents]), kind="stable")]
    half = -(-len(order) // _SIZE) // 2 * _SIZE
    yield from _divide(phi, order[:half])
    yield from _divide(phi, order[half:])


def _along_principal_component(phi: Floats) -> Floats:
    """Project documents by the power method: near enough, and free of a threaded solver's waits."""
    centred = phi - phi.mean(0)
    covariance = centred.T @ centred
    direction = covariance[np.argmax(np.diag(covariance))]
    for _ in range(_ROUNDS):
        direction = direction / max(np.linalg.norm(direction), 1e-300)
        direction = covariance @ direction
    return centred @ direction


def fill_groups(begin: Index, feature: Index, relevance: Floats) -> tuple[Index, NDArray[np.uint8], Singles]:
    """Fill up the entries of each region to whole groups, with feature 0 without relevance.

    Returns
    -------
    tuple
        As the arguments: ``(regions + 1,)``, a region's first entry; its features, their relevance.
    """
    size = np.diff(begin)
    filled = np.concatenate([[0], np.cumsum(-(-size // GROUP) * GROUP)]).astype(np.int64)
    place = np.repeat(filled[:-1] - begin[:-1], size) + np.arange(len(feature))
    features, values = np.zeros(filled[-1], np.uint8), np.zeros(filled[-1], np.float32)
    features[place], values[place] = feature, relevance
    return filled, features, values


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
        Regions of one document; see ``fill_groups``.
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
        within.reshape(blocks.documents.shape),
        blocks.phi,
        blocks.documents,
        blocks.bounds,
        partners,
        top,
    )


@compiled
def _multiply(
    row: Pointer, factor: Pointer, entries: int, table: Pointer, stride: int, product: Pointer
) -> None:
    """Multiply a region by the rows of a table of ``stride`` columns; ``product`` is written."""
    for column in range(0, stride, LANES):
        total = broadcast(np.float32(0))
        for entry in range(0, entries, GROUP):
            total = add_products(total, table, stride, column, row, factor, entry)
        store(total, product, column)


@compiled
def _find(
    begin: Index,
    feature: NDArray[np.uint8],
    relevance: Singles,
    allowed: NDArray[np.bool_],
    phi: Singles,
    documents: Index,
    bounds: Singles,
    partners: NDArray[np.int32],
    top: NDArray[np.int32],
) -> None:
    """See ``find_partners``.

    Rounding does no harm: bounds and products are added up in the same order, and both operations keep the order of
    their arguments.
    """
    count, size = allowed.shape
    stride = bounds.shape[1]
    columns = size // LANES
    bits_allowed, allowed_in = np.zeros(count * columns, np.int64), np.zeros(count, np.int32)
    for block in range(count):
        for lane in range(size):
            if allowed[block, lane]:
                bits_allowed[block * columns + lane // LANES] |= 1 << (lane % LANES)
                allowed_in[block] += 1
    high, low = np.empty(_WIDTH + GROUP, np.uint8), np.empty(_WIDTH + GROUP, np.uint8)  # rows of the bounds
    upper, lower = np.empty(stride, np.float32), np.empty(stride, np.float32)
    product = np.empty(LANES, np.float32)
    for region in range(len(begin) - 1):
        entries = begin[region + 1] - begin[region]
        for entry in range(entries):
            turned = relevance[begin[region] + entry] < 0  # the largest product is that of the smallest phi
            high[entry] = feature[begin[region] + entry] + (_WIDTH if turned else 0)
            low[entry] = feature[begin[region] + entry] + (0 if turned else _WIDTH)
        own, values = pointer(feature, begin[region]), pointer(relevance, begin[region])
        _multiply(pointer(high, 0), values, entries, pointer(bounds, 0), stride, pointer(upper, 0))
        _multiply(pointer(low, 0), values, entries, pointer(bounds, 0), stride, pointer(lower, 0))
        best, found, number = np.float32(0), top[region], 0
        first, largest = 0, np.float32(0)
        for block in range(count):
            if allowed_in[block] == 0:
                upper[block] = 0
            elif lower[block] > 0:
                number += allowed_in[block]
            if upper[block] > largest:
                first, largest = block, upper[block]
        for step in range(count):  # that of the largest bound first
            block = (first + step) % count
            if upper[block] <= 0 or (upper[block] < best and lower[block] > 0):
                continue
            for column in range(columns):
                products = broadcast(np.float32(0))
                rows = pointer(phi, block * _WIDTH * size)
                for entry in range(0, entries, GROUP):
                    products = add_products(products, rows, size, column * LANES, own, values, entry)
                bits = mask_ge(products, _TINY) & bits_allowed[block * columns + column]
                if lower[block] <= 0:
                    number += count_bits(bits)
                bits &= mask_ge(products, best)
                if bits:
                    store(products, pointer(product, 0), 0)
                while bits:
                    lane = trailing_zeros(bits)
                    bits &= bits - 1
                    document = documents[block, column * LANES + lane]
                    if product[lane] > best or (product[lane] == best and document < found):
                        best, found = product[lane], document
        partners[region], top[region] = number, found
