"""Screening: which regions of two documents may match well, by bounds on their relevance computed in float32.

By Cauchy-Schwarz the relevance of two regions is at most the product of their norms. Nearly all of a region's norm
lies in the few features of its head, so the products of these, and the norm of the rest, bound the relevance far
better. Where regions are few, as rows and columns are, it costs less to multiply out all of them.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

from pipeline.pooling import GROUP, Level
from pipeline.schemas import FEATURES

WIDTH = len(FEATURES)
PADDED = (WIDTH + 15) // 16 * 16  # features of a region written out
FEW = 64  # regions of a document; up to here, products are cheaper than bounds
LANES = 16  # regions looked at together
ROUNDING = 2e-5  # a bound computed in float32 is raised by this share of the product of the norms

Numbers = NDArray[np.float32]
Places = NDArray[np.int64]


@njit(cache=True, nogil=True)
def lay_out(level: Level, document: int, table: Numbers, stride: int, norm: Numbers) -> None:
    """Write the regions of a document as a table: a feature's relevance in each of them, then the next feature's.

    It takes ``stride`` numbers for a feature, and 0 stands behind the last region.
    """
    first = level.first[document]
    table[: WIDTH * stride] = 0
    norm[:stride] = 0
    for region in range(first, level.last[document]):
        norm[region - first] = level.norm[region]
        for entry in range(level.begin[region], level.begin[region + 1]):
            table[level.feature[entry] * stride + region - first] = level.relevance[entry]


@njit(cache=True, nogil=True, fastmath=True)
def screen(
    level: Level,
    region: int,
    last: int,
    reach: int,
    least: np.float32,
    table: Numbers,
    stride: int,
    norm: Numbers,
    bound: Numbers,
) -> tuple[int, int]:
    """Find the next region that may have a relevance of ``least`` with a region of the table.

    Parameters
    ----------
    level
        The regions.
    region, last
        The first one to look at, and the one behind the last.
    reach
        How many regions of the table have a norm large enough for the region before.
    table, stride
        See ``lay_out``.
    norm, bound
        Of the regions of the table; ``bound`` is written.

    Returns
    -------
    int, int
        The region, or ``last``; and its reach.
    """
    feature, relevance = level.feature, level.relevance
    while region < last:
        while reach > 0 and level.norm[region] * norm[reach - 1] < least:
            reach -= 1
        if reach == 0:
            return last, 0  # the norms only become smaller
        count = (reach + LANES - 1) // LANES * LANES
        tail = level.tail[region] + np.float32(ROUNDING) * level.norm[region]
        for other in range(count):
            bound[other] = tail * norm[other]
        begin, head = level.begin[region], level.head[region]
        full = head - (head - begin) % GROUP
        for entry in range(begin, full, GROUP):
            s, t, u, v = relevance[entry], relevance[entry + 1], relevance[entry + 2], relevance[entry + 3]
            w, x, y, z = (
                relevance[entry + 4],
                relevance[entry + 5],
                relevance[entry + 6],
                relevance[entry + 7],
            )
            row_s = table[feature[entry] * stride :][:count]
            row_t = table[feature[entry + 1] * stride :][:count]
            row_u = table[feature[entry + 2] * stride :][:count]
            row_v = table[feature[entry + 3] * stride :][:count]
            row_w = table[feature[entry + 4] * stride :][:count]
            row_x = table[feature[entry + 5] * stride :][:count]
            row_y = table[feature[entry + 6] * stride :][:count]
            row_z = table[feature[entry + 7] * stride :][:count]
            for other in range(count):
                bound[other] += (
                    (s * row_s[other] + t * row_t[other])
                    + (u * row_u[other] + v * row_v[other])
                    + (w * row_w[other] + x * row_x[other])
                    + (y * row_y[other] + z * row_z[other])
                )
        for entry in range(full, head):
            value = relevance[entry]
            row = table[feature[entry] * stride :][:count]
            for other in range(count):
                bound[other] += value * row[other]
        largest = np.float32(0)
        for other in range(count):
            largest = max(largest, bound[other])
        if largest > 0 and largest >= least:
            return region, reach
        region += 1
    return last, 0


@njit(cache=True, nogil=True)
def write_out(level: Level, documents: Places) -> tuple[Numbers, Places]:
    """Write out the regions of documents; return ``(regions, PADDED)`` and each document's first row in it."""
    begin, rows = np.full(len(level.first), -1, np.int64), 0
    for document in documents:
        if begin[document] < 0:
            begin[document] = rows
            rows += level.last[document] - level.first[document]
    written = np.zeros((rows + LANES, PADDED), np.float32)
    for document in range(len(begin)):
        if begin[document] < 0:
            continue
        for region in range(level.first[document], level.last[document]):
            row = begin[document] + region - level.first[document]
            for entry in range(level.begin[region], level.begin[region + 1]):
                written[row, level.feature[entry]] = level.relevance[entry]
    return written, begin


@njit(cache=True, nogil=True, fastmath=True)
def multiply(left: Numbers, right: Numbers, bound: Numbers) -> None:
    """Multiply regions ``left @ right.T``, both ``(regions, PADDED)`` of an even number and a multiple of 4."""
    for row in range(0, len(bound), 2):
        x, y = left[row], left[row + 1]
        for other in range(0, bound.shape[1], 4):
            p, q, r, s = right[other], right[other + 1], right[other + 2], right[other + 3]
            a = b = c = d = e = f = g = h = np.float32(0)
            for feature in range(PADDED):
                a += x[feature] * p[feature]
                b += x[feature] * q[feature]
                c += x[feature] * r[feature]
                d += x[feature] * s[feature]
                e += y[feature] * p[feature]
                f += y[feature] * q[feature]
                g += y[feature] * r[feature]
                h += y[feature] * s[feature]
            bound[row, other], bound[row, other + 1] = a, b
            bound[row, other + 2], bound[row, other + 3] = c, d
            bound[row + 1, other], bound[row + 1, other + 1] = e, f
            bound[row + 1, other + 2], bound[row + 1, other + 3] = g, h


@njit(cache=True, nogil=True, fastmath=True)
def _largest(bound: Numbers) -> np.float32:
    largest = np.float32(0)
    for other in range(len(bound)):
        largest = max(largest, bound[other])
    return largest


@njit(cache=True, nogil=True)
def last_of_largest(product: Numbers, largest: Numbers, best: Numbers) -> np.float32:
    """Find the last of the ``len(best)`` largest numbers above 0, or 0; ``largest`` becomes that of each row."""
    best[:] = 0
    for row in range(len(product)):
        largest[row] = _largest(product[row])
        if largest[row] <= best[-1]:
            continue
        for value in product[row]:
            if value > best[-1]:
                place = len(best) - 1
                while place > 0 and value > best[place - 1]:
                    best[place] = best[place - 1]
                    place -= 1
                best[place] = value
    return best[-1]
