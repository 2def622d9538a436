"""Bounds: which regions of two documents may match well, by bounds on their relevance computed in float32.

By Cauchy-Schwarz the relevance of two regions is at most the product of their norms. Nearly all of a region's norm
lies in the few features of its head, so the products of these, and the norm of the rest, bound the relevance far
better. One region is compared with sixteen at a time.

Where the relevance of two regions is ``x^T metric y``, the one document is laid out as ``metric y``: what is compared
with it stays sparse, and the same holds with the norms of this inner product.
"""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.pooling import PEAKS, PooledLevel
from tablekin.explain.simd import (
    GROUP,
    LANES,
    add_product,
    add_products,
    broadcast,
    load,
    mask_ge,
    multiply,
    store,
    trailing_zeros,
)
from tablekin.models.compilation import compiled
from tablekin.schemas import FEATURES

WIDTH = len(FEATURES)
TINY = np.finfo(np.float32).tiny
# A bound computed in float32 is raised by this share of the product of the norms. Each of the up to 110 products and
# sums of a bound is rounded by at most 6e-8 of it, 1.3e-5 in all; a larger share costs time, and changes no match.
ROUNDING = np.float32(2e-5)

Pointer = Any  # to numbers of one type; see tablekin.explain.simd


class RegionEntries(NamedTuple):
    """A region's features, those of the largest absolute relevance first, and what bounds its relevance with others."""

    feature: Pointer  # of all regions; those of this one stand from begin to end
    relevance: Pointer
    begin: int
    head: int  # the entry behind those that hold nearly all of the norm; see PooledLevel
    end: int
    tail: np.float32  # norm of the entries behind the head
    rounding: np.float32  # what is to be added for rounding, times the norm of the other region


class DenseDocument(NamedTuple):
    """The regions of a document laid out as a table: a feature's relevance in each of them, then the next feature's."""

    relevance: Pointer  # (features, stride), of the metric times the region
    stride: int  # regions, and as many zeros as fill up a multiple of LANES
    norm: Pointer  # (stride,)
    first: int  # place of its first region in the level


@compiled
def lay_out(
    level: PooledLevel,
    document: int,
    scale: NDArray[np.float64],
    metric: NDArray[np.float64],
    table: NDArray[np.float32],
    norm: NDArray[np.float32],
) -> int:
    """Write the regions of a document as a table.

    Parameters
    ----------
    level
        The regions of all documents.
    document
        Place of the document.
    scale
        ``(documents, features)``, what their relevance is multiplied by, or ``PLAIN``.
    metric
        ``(features, features)``, by which it is multiplied then, or ``PLAIN``.
    table, norm
        Overwritten with the arrays of a ``DenseDocument``.

    Returns
    -------
    int
        The stride of the table.
    """
    first, last = level.first[document], level.last[document]
    stride = (last - first + LANES - 1) // LANES * LANES
    table[: WIDTH * stride] = 0
    norm[:stride] = 0
    column = np.zeros(WIDTH)
    for region in range(first, last):
        norm[region - first] = level.norm[region]
        if len(metric):
            column[:] = 0
        for entry in range(level.begin[region], level.begin[region + 1]):
            feature, value = level.feature[entry], level.relevance[entry]
            factor = scale[document, feature] if len(scale) else 1.0
            if len(metric) == 0:
                table[feature * stride + region - first] += np.float32(value * factor)
            elif value != 0:
                product = np.float64(value) * factor
                for other in range(WIDTH):  # a loop, as an expression would make an array for each entry
                    column[other] += product * metric[feature, other]
        if len(metric):
            for feature in range(WIDTH):
                table[feature * stride + region - first] = np.float32(column[feature])
    return stride


@compiled
def largest_peaks(
    peak: Pointer, a: int, b: int, count: int, product: Pointer, feature: Pointer, scratch: Pointer
) -> int:
    """Find the ``count`` features with the largest products of their peaks in two documents.

    Parameters
    ----------
    peak
        ``(documents, PEAKS)``.
    a, b
        The documents.
    count, product, feature
        ``product`` and ``feature`` are written, ``count`` of them, the largest first.
    scratch
        ``(LANES,)``, overwritten.

    Returns
    -------
    int
        How many there are.
    """
    found = 0
    for begin in range(0, PEAKS, LANES):
        products = multiply(load(peak, a * PEAKS + begin), load(peak, b * PEAKS + begin))
        bits = mask_ge(products, product[count - 1] if found == count else TINY)
        if bits:
            store(products, scratch, 0)
        while bits:
            lane = trailing_zeros(bits)
            bits &= bits - 1
            place = found
            while place > 0 and scratch[lane] > product[place - 1]:
                place -= 1
                if place + 1 < count:
                    product[place + 1], feature[place + 1] = product[place], feature[place]
            if place < count:
                product[place], feature[place] = scratch[lane], begin + lane
                found = min(found + 1, count)
    return found


@compiled
def upper_bounds(
    region: RegionEntries, other: DenseDocument, column: int, min_relevance: np.float32, scratch: Pointer
) -> int:
    """Tell which of ``LANES`` regions of a document may have a relevance of ``min_relevance`` with a region.

    Where the head leaves it open for any of them, the rest is added, and only rounding is allowed for.

    Parameters
    ----------
    region
        The one region.
    other
        The document of the others.
    column
        First of the others in the table of their document.
    min_relevance
        What they may reach.
    scratch
        ``(LANES,)``, the bounds are written to it if any of them reaches ``min_relevance``.

    Returns
    -------
    int
        A bit for each, the lowest is that of the first.
    """
    norms = load(other.norm, column)
    bound = multiply(norms, broadcast(region.tail + region.rounding))
    for entry in range(region.begin, region.head, GROUP):
        bound = add_products(
            bound, other.relevance, other.stride, column, region.feature, region.relevance, entry
        )
    bits = mask_ge(bound, min_relevance)
    if bits != 0:
        bound = add_product(bound, norms, broadcast(-region.tail))
        for entry in range(region.head, region.end, GROUP):
            bound = add_products(
                bound, other.relevance, other.stride, column, region.feature, region.relevance, entry
            )
        bits = mask_ge(bound, min_relevance)
        store(bound, scratch, 0)
    return bits
