"""Partners: with how many documents a region has positive relevance, and with which one most."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from tablekin.explain.bound_blocks import BoundBlocks, Index, Singles
from tablekin.explain.partner_search import find_in_blocks


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
        Whether a document is a partner, in the order of :meth:`BoundBlocks.in_order`.
    blocks
        All documents.
    partners, top
        ``(regions,)``, written; ``top`` stays as it is where no partner has any.
    """
    find_in_blocks(begin, feature, relevance, _bits(allowed), blocks, partners, top)


def _bits(within: NDArray[np.bool_]) -> Index:
    """Pack truth values into numbers, ``LANES`` in each, the first in its lowest bit; ``(columns,)``."""
    return np.packbits(within, bitorder="little").view("<u2").astype(np.int64)
