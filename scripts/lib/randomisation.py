"""Randomisation: whether an explanation changes when the network's layers forget what they learned.

The sanity check of Adebayo et al. 2018 ("Sanity checks for saliency maps"): layers are re-drawn from the head down,
one after the other. The digits and their features are kept, so that only the way relevance takes is compared.
"""

from __future__ import annotations

from collections.abc import Iterator
from copy import deepcopy

import numpy as np
import torch
from numpy.typing import NDArray

from lib.perturbation import correlation, map_of, rank_correlation
from lib.subject import Subject, pool, shares, trained
from tablekin.models.networks.digits import DigitNetwork
from tablekin.models.page_lrp.patches import PatchPropagation

STAGES = (
    "head",
    "decode_quarter",
    "decode_eighth",
    "encode_sixteenth",
    "encode_eighth",
    "encode_quarter",
    "encode_half",
)
_FOLLOWED = 16  # digits a page whose pixels are compared


def randomised(network: DigitNetwork, seed: int) -> Iterator[tuple[str, DigitNetwork]]:
    """Re-draw the weights of one stage after the other, normal with the deviation they had.

    Yields
    ------
    tuple
        The last stage re-drawn, and the network, which the next step changes further.
    """
    network = deepcopy(network)
    generator = torch.Generator().manual_seed(seed)
    for stage in STAGES:
        for weight in network.get_submodule(stage).parameters():
            weight.copy_(torch.randn(weight.shape, generator=generator) * weight.std())
        yield stage, network


def _pool(patches: PatchPropagation, subject: Subject) -> NDArray[np.float64]:
    """Pool relevance by region; what a network that answers nothing cannot share out is nowhere."""
    return np.nan_to_num(pool(patches, subject))


def _follow(patches: PatchPropagation, subject: Subject) -> list[NDArray[np.float64]]:
    """Relevance of some digits at the pixels around them."""
    chosen = np.unique(np.linspace(0, len(subject.digits) - 1, _FOLLOWED).astype(int))
    digit = torch.from_numpy(subject.digits.digit[chosen].astype(np.int64))
    parts = patches.follow(digit, torch.from_numpy(subject.digits.cell[chosen]))
    return [np.nan_to_num(window.numpy()).astype(np.float64) for _, part in parts for window in part]


def _reached(relevance: NDArray[np.float64], other: NDArray[np.float64]) -> tuple[NDArray[np.float64], ...]:
    """Keep the pixels that either explanation reaches."""
    reached = (relevance != 0) | (other != 0)
    return relevance[reached], other[reached]


def randomise(a: Subject, b: Subject, seed: int) -> list[dict[str, object]]:
    """Compare the default explanation of a pair with that through ever more random networks.

    Parameters
    ----------
    a, b
        The pages.
    seed
        Of the weights.

    Returns
    -------
    list
        A row a stage: ``region pairs``, correlation of the pair maps, ``regions``, mean correlation of a digit's
        relevance by region, and ``pixels``, mean correlation at the pixels around a digit; with ``(rank)`` the
        rank correlations.
    """
    pages = (a, b)
    inks = [torch.from_numpy(page.ink) for page in pages]
    kept = [shares(page, "proportional") for page in pages]
    with torch.inference_mode():
        patches = [PatchPropagation(trained(), ink) for ink in inks]
        pooled = [_pool(patch, page) for patch, page in zip(patches, pages, strict=True)]
        windows = [w for patch, page in zip(patches, pages, strict=True) for w in _follow(patch, page)]
        original = map_of(kept[0] @ pooled[0], kept[1] @ pooled[1])
        rows: list[dict[str, object]] = []
        for stage, network in randomised(trained(), seed):
            patches = [PatchPropagation(network, ink) for ink in inks]
            other = [_pool(patch, page) for patch, page in zip(patches, pages, strict=True)]
            pairs = map_of(kept[0] @ other[0], kept[1] @ other[1])
            at_pixels = [w for patch, page in zip(patches, pages, strict=True) for w in _follow(patch, page)]
            row: dict[str, object] = {"re-drawn down to": stage}
            for name, compare in (("", correlation), (" (rank)", rank_correlation)):
                row[f"region pairs{name}"] = compare(original, pairs)
                row[f"regions{name}"] = float(
                    np.mean(
                        [
                            compare(*_reached(p, o))
                            for page, new in zip(pooled, other, strict=True)
                            for p, o in zip(page, new, strict=True)
                        ]
                    )
                )
                row[f"pixels{name}"] = float(
                    np.mean([compare(*_reached(w, o)) for w, o in zip(windows, at_pixels, strict=True)])
                )
            rows.append(row)
    return rows
