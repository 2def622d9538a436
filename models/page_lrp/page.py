"""Pages of any size: the relevance of their digits, pooled by region, section by section where they are large."""

from __future__ import annotations

from collections.abc import Mapping, MutableMapping

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array, vstack
from torch import Tensor

from tablekin.models.networks.architecture import COARSE, GAMMA, STRIDE
from tablekin.models.networks.digits import DigitNetwork, activations, pad_to_grain
from tablekin.models.networks.sections import LARGEST, WHOLE, Section, divide
from tablekin.models.page_lrp.patches import PatchPropagation


def pool_page(
    network: DigitNetwork,
    ink: Tensor,
    digit: Tensor,
    cell: Tensor,
    labels: NDArray[np.int32],
    gamma: Mapping[str, float] = GAMMA,
    maps: MutableMapping[str, Tensor] | None = None,
    whole: int = WHOLE,
    largest: int = LARGEST,
) -> csr_array:
    """Follow the detections of a page back to the pixels and add their relevance up by region.

    Parameters
    ----------
    network, ink, gamma, maps
        As for :class:`PatchPropagation`.
    digit, cell, labels
        As for :meth:`PatchPropagation.pool`.
    whole
        Pixels of a page, at most, that is not divided.
    largest
        Pixels of a section of another, at most (:func:`tablekin.models.networks.sections.divide`).

    Returns
    -------
    csr_array
        ``(n, regions)``; each row sums to 1. To rounding, what the page as a whole gives.
    """
    if ink.numel() <= whole:
        return PatchPropagation(network, ink, gamma, maps).pool(digit, cell, labels, is_last=True)
    regions, places = int(labels.max()) + 1, cell.cpu().numpy() * STRIDE
    chosen, parts = [], []
    for section in divide((ink.shape[0], ink.shape[1]), largest):
        inside = np.flatnonzero(_is_inside(places, section))
        if len(inside):
            part = torch.from_numpy(inside).to(digit.device)
            first = torch.tensor([side.start // STRIDE for side in section.outer], device=cell.device)
            window, there = ink[section.outer].contiguous(), labels[section.outer]
            parts.append(
                _pool_window(network, window, digit[part], cell[part] - first, there, regions, gamma)
            )
            chosen.append(inside)
    if not parts:
        return csr_array((0, regions))
    return csr_array(vstack(parts, format="csr")[np.argsort(np.concatenate(chosen))])


def _pool_window(
    network: DigitNetwork,
    ink: Tensor,
    digit: Tensor,
    cell: Tensor,
    labels: NDArray[np.int32],
    regions: int,
    gamma: Mapping[str, float],
) -> csr_array:
    """Pool the relevance of some detections, all that they depend on being in a window of the page."""
    there, names = _renumbered(labels, regions)
    encoded = activations(network, pad_to_grain(ink[None, None]), COARSE)
    found = PatchPropagation(network, ink, gamma, encoded).pool(digit, cell, there, is_last=True)
    return csr_array((found.data, names[found.indices], found.indptr), (len(digit), regions))


def _is_inside(places: NDArray[np.int64], section: Section) -> NDArray[np.bool_]:
    """Tell which ``places (n, 2)``, in pixels, lie in a section; those in the padding of a page, in its last ones."""
    inside = np.ones(len(places), bool)
    for axis, (inner, outer) in enumerate(zip(section.inner, section.outer, strict=True)):
        is_last = inner.stop == outer.stop
        inside &= (places[:, axis] >= inner.start) & (is_last | (places[:, axis] < inner.stop))
    return inside


def _renumbered(labels: NDArray[np.int32], regions: int) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Give the regions on a part of a page numbers from 0 on, and say which they are on the page."""
    names = np.flatnonzero(np.bincount(labels.ravel(), minlength=regions))
    number = np.zeros(regions, np.int32)
    number[names] = np.arange(len(names), dtype=np.int32)
    return number[labels], names
