"""Strokes: whether what an explanation marks within a digit is what the network knows the digit by."""

from __future__ import annotations

import numpy as np
import torch
from numpy.typing import NDArray
from torch.nn import functional as F

from lib.contestants import Contestant
from lib.subject import Subject, trained
from tablekin.models.networks.architecture import STRIDE

BLOCK = 4  # pixels, height and width of what is painted over
STEPS = (2, 6)  # blocks; a digit has about fifteen
_PRINTED = 0.05  # mean ink of a block that counts as printed


def strongest_blocks(
    relevance: NDArray[np.float64], ink: NDArray[np.float32], count: int
) -> NDArray[np.bool_]:
    """Mark the pixels of the most relevant blocks that are printed, ``(h, w)``.

    Parameters
    ----------
    relevance, ink
        ``(h, w)``, multiples of a block.
    count
        Of blocks.
    """
    shape = (relevance.shape[0] // BLOCK, BLOCK, relevance.shape[1] // BLOCK, BLOCK)
    of_blocks = relevance.reshape(shape).sum((1, 3))
    of_blocks = np.where(ink.reshape(shape).mean((1, 3)) >= _PRINTED, of_blocks, -np.inf)
    marked = np.zeros(of_blocks.size, bool)
    marked[np.argsort(-of_blocks.ravel(), kind="stable")[:count]] = True
    return np.kron(marked.reshape(of_blocks.shape), np.ones((BLOCK, BLOCK), bool))


def activation_left(subject: Subject, rules: Contestant, digits: NDArray[np.intp]) -> float:
    """Paint over the most relevant blocks of digits; the mean activation left, in parts of what it was.

    Each digit by itself, in the pixels that its activation depends on.

    Parameters
    ----------
    subject
        The page.
    rules
        The rules of the explanation.
    digits
        Numbers of the digits.
    """
    ink = torch.from_numpy(subject.ink)
    digit = torch.from_numpy(subject.digits.digit[digits].astype(np.int64))
    cell = torch.from_numpy(subject.digits.cell[digits])
    left = []
    with torch.inference_mode():
        patches = rules.patches(trained(), ink, rules.gamma)
        followed = [
            (corner, window)
            for corners, windows in patches.follow(digit, cell)
            for corner, window in zip(corners.tolist(), windows.numpy(), strict=True)
        ]
        for number, (corner, relevance) in zip(digits, followed, strict=True):
            one, place = int(subject.digits.digit[number]), subject.digits.cell[number]
            side = relevance.shape[0]
            around = F.pad(ink, (side,) * 4)[
                corner[0] + side : corner[0] + 2 * side, corner[1] + side : corner[1] + 2 * side
            ].numpy()
            changed = [
                np.where(strongest_blocks(relevance.astype(np.float64), around, count), np.float32(0), around)
                for count in STEPS
            ]
            maps = trained().measure(torch.from_numpy(np.stack(changed))[:, None])[0]
            row, col = (place[axis] - corner[axis] // STRIDE for axis in (0, 1))
            found = maps[:, one, row, col].clamp(min=0).numpy()
            left.append(float(found.mean() / subject.digits.activation[number]))
    return float(np.mean(left))
