"""Screening: which regions of two documents may match well, by bounds on their relevance computed in float32.

By Cauchy-Schwarz the relevance of two regions is at most the product of their norms. Nearly all of a region's norm
lies in the few features of its head, so the products of these, and the norm of the rest, bound the relevance far
better. One region is screened against sixteen at a time.
"""

from __future__ import annotations

from typing import Any

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
ROUNDING = np.float32(2e-5)  # a bound computed in float32 is raised by this share of the product of the norms

Pointer = Any  # to numbers of one type; see tablekin.explain.simd


@compiled
def lay_out(level: PooledLevel, document: int, table: NDArray[np.float32], norm: NDArray[np.float32]) -> int:
    """Write the regions of a document as a table: a feature's relevance in each of them, then the next feature's.

    Returns
    -------
    int
        How many numbers a feature takes, a multiple of ``LANES``; 0 stands behind the last region, also in ``norm``.
    """
    first, last = level.first[document], level.last[document]
    stride = (last - first + LANES - 1) // LANES * LANES
    table[: WIDTH * stride] = 0
    norm[:stride] = 0
    for region in range(first, last):
        norm[region - first] = level.norm[region]
        for entry in range(level.begin[region], level.begin[region + 1]):
            table[level.feature[entry] * stride + region - first] += level.relevance[entry]
    return stride


@compiled
def largest_peaks(
    peak: Pointer, a: int, b: int, count: int, product: Pointer, feature: Pointer, room: Pointer
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
    room
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
            store(products, room, 0)
        while bits:
            lane = trailing_zeros(bits)
            bits &= bits - 1
            place = found
            while place > 0 and room[lane] > product[place - 1]:
                place -= 1
                if place + 1 < count:
                    product[place + 1], feature[place + 1] = product[place], feature[place]
            if place < count:
                product[place], feature[place] = room[lane], begin + lane
                found = min(found + 1, count)
    return found


@compiled
def upper_bounds(
    feature: Pointer,
    relevance: Pointer,
    begin: int,
    head: int,
    end: int,
    tail: np.float32,
    rounding: np.float32,
    least: np.float32,
    table: Pointer,
    stride: int,
    norm: Pointer,
    column: int,
    room: Pointer,
) -> int:
    """Tell which of ``LANES`` regions of a table may have a relevance of ``least`` with a region.

    Where the head leaves it open for any of them, the rest is added, and only rounding is allowed for.

    Parameters
    ----------
    feature, relevance, begin, head, end
        Entries of the region; see ``PooledLevel``.
    tail, rounding
        What is to be added, times the norm of the other region, for the entries behind the head, and for rounding.
    table, stride, norm
        See ``lay_out``.
    column
        First of the regions of the table.
    room
        ``(LANES,)``, the bounds are written to it if any of them reaches ``least``.

    Returns
    -------
    int
        A bit for each, the trailing_zeros is the first.
    """
    norms = load(norm, column)
    bound = multiply(norms, broadcast(tail + rounding))
    for entry in range(begin, head, GROUP):
        bound = add_products(bound, table, stride, column, feature, relevance, entry)
    bits = mask_ge(bound, least)
    if bits != 0:
        bound = add_product(bound, norms, broadcast(-tail))
        for entry in range(head, end, GROUP):
            bound = add_products(bound, table, stride, column, feature, relevance, entry)
        bits = mask_ge(bound, least)
        store(bound, room, 0)
    return bits
