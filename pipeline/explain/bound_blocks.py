"""Bound blocks: documents in blocks of alike ones, with bounds that spare a look at most of them.

The relevance of a region with a document is the product of the region's features with the document's phi. Documents
stand in blocks of alike ones, and these in columns, and the largest and smallest phi of either bound its products.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.alike import divide_alike
from tablekin.explain.simd import LANES
from tablekin.schemas import FEATURES

_SIZE = 64  # documents bounded together: fewer are bounded more tightly, more are bounded sooner
WIDTH = len(FEATURES)
_LINE = 64  # bytes

Floats = NDArray[np.float64]
Singles = NDArray[np.float32]
Index = NDArray[np.int64]


class BoundBlocks(NamedTuple):
    """Features of all documents in blocks of columns, with bounds that spare a look at most of them."""

    order: Index  # (documents,), a document's place in the blocks
    documents: Index  # (blocks, size), the last one again where there are no more
    phi: Singles  # (columns, features, LANES), each block a few columns
    bounds: Singles  # (2 features, blocks or some more), largest values in the block, then smallest
    column_bounds: Singles  # (2 features, columns or some more), the same of the columns
    # (2, features), what an entry of 1, and one of -1, can take away from a product with any document
    takes: Singles

    def in_order(self, values: NDArray[Any], rest: Any) -> NDArray[Any]:
        """Give what is known of documents, ``(documents,)``, in the order of blocks; ``rest`` where is none."""
        ordered = np.full(self.documents.size, rest, values.dtype)
        ordered[self.order] = values
        return ordered


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
    """Find the largest and the smallest phi in each of some groups of documents ``(groups, features, documents)``.

    Columns are filled up to twice as many as there are lanes, which are multiplied at once.
    """
    bounds = np.concatenate([phi.max(2), phi.min(2)], 1).T
    return _aligned(np.pad(bounds, ((0, 0), (0, -len(phi) % (2 * LANES)))))


def _aligned(values: Singles) -> Singles:
    """Copy an array to where a line of the cache begins: lanes that lie across two take twice as long to read."""
    place = np.empty(values.nbytes + _LINE, np.uint8)
    begin = -place.ctypes.data % _LINE
    copy = place[begin : begin + values.nbytes].view(np.float32).reshape(values.shape)
    copy[...] = values
    return copy
