"""KeptPairs: which pairs are kept of very many documents, in little more memory than they themselves take."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.corpus import pair_keys, pairs_of_keys

_AT_ONCE = 2**20  # pairs that are looked at together

Keys = NDArray[np.int64]
Index = NDArray[np.int64]


def list_kept(nearest: NDArray[np.int32], kin: Keys) -> Keys:
    """List the pairs in which one document is among the nearest of the other, and those of kin.

    Parameters
    ----------
    nearest
        ``(documents, count)``, places of the nearest of each.
    kin
        ``(pairs,)``, see :func:`tablekin.corpus.pair_keys`.

    Returns
    -------
    Keys
        Each pair once, sorted.
    """
    count, width = nearest.shape
    keys = np.empty(count * width + len(kin), np.int64)
    for begin in range(0, count, at_once := max(1, _AT_ONCE // max(width, 1))):
        here = range(begin, min(begin + at_once, count))
        own, other = (
            np.arange(here.start, here.stop)[:, None],
            nearest[here.start : here.stop].astype(np.int64),
        )
        listed = pair_keys(np.minimum(own, other), np.maximum(own, other), count)
        keys[here.start * width : here.stop * width] = listed.ravel()
    keys[count * width :] = kin
    keys.sort()
    is_first = np.ones(len(keys), bool)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    return keys[is_first]


def list_documents(keys: Keys, documents: int) -> Index:
    """List the documents of pairs, by their places, sorted."""
    is_there = np.zeros(documents, bool)
    for begin in range(0, len(keys), _AT_ONCE):
        for side in pairs_of_keys(keys[begin : begin + _AT_ONCE], documents):
            is_there[side] = True
    return np.flatnonzero(is_there)


def order_pairs(keys: Keys, place: Index) -> Keys:
    """Order pairs by the place of the one of their documents that stands later; ``place`` is that of each document."""
    later = np.empty(len(keys), np.int32)
    for begin in range(0, len(keys), _AT_ONCE):
        a, b = pairs_of_keys(keys[begin : begin + _AT_ONCE], len(place))
        later[begin : begin + _AT_ONCE] = np.maximum(place[a], place[b])
    return keys[np.argsort(later, kind="stable")]
