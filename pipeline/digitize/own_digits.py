"""Own digits: what a page's other digits say about one that looks like many of them and was read as another.

A network knows many faces, a page has one or a few. An engraver's flat-topped 3 is a 5 to the network now and then,
and a worn 5 an 8; beside it stand dozens that were read rightly. A digit whose nearest likes on the page, both in the
network's features and in the ink, are mostly of one kind is of that kind.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from tablekin.digitize.sorts import middles_of_ink
from tablekin.models.networks.closeups import cut_windows
from tablekin.page import Detections
from tablekin.threshold import threshold

_CHOSEN = "three real pages and those of three sample archives, whose digits are known"


@dataclass(frozen=True)
class OwnDigitCriteria:
    """When the other digits of a page overrule what one was read as."""

    neighbours: int = threshold(7, "digits", "of the page that are most like one have a vote", chosen=_CHOSEN)
    margin: float = threshold(
        0.2,
        "cosine",
        "by which a digit may lie nearer to the middle of its own kind and is asked about at all",
    )
    share: float = threshold(
        0.6, "of the votes", "for one kind, by features and by ink, that overrule", chosen=_CHOSEN
    )
    rounds: int = threshold(
        2, "rounds", "of voting: in the second one those have a new name who got it in the first"
    )
    likest: int = threshold(5, "digits", "of its new kind that a digit must be like")
    less_like: float = threshold(
        0.05, "of that kind", "that are less like their own likest at least", chosen=_CHOSEN
    )
    power: int = threshold(4, "exponent", "of the cosine with which a neighbour's vote counts")
    min_digits: int = threshold(40, "digits", "of a page, of which the others can tell something")
    of_each: int = threshold(100, "digits", "of each kind, the surest, whose ink is compared")
    half_width: int = threshold(12, "pixels of the working page", "of a picture, either way")
    half_height: int = threshold(16, "pixels of the working page", "likewise")
    softness: float = threshold(1.0, "pixels", "standard deviation of the blur over a picture")
    room: float = threshold(2.0, "pixels", "beside a digit's box that its picture reaches")
    at_once: int = threshold(1024, "digits", "that are compared with all others in one step")


CRITERIA = OwnDigitCriteria()
_KINDS = 10
_ROUNDING = 1e-4  # of a cosine
_OFF = 6  # pixels, from the middle of a box to that of its ink at most


def name_by_likes(
    digits: Detections, fine: torch.Tensor, z: torch.Tensor, ink: NDArray[np.float32]
) -> Detections:
    """Name digits anew that their likes on the page overrule.

    Parameters
    ----------
    digits
        Digits of the page, ``n``.
    fine
        Finest features of the page, ``(1, c, h, w)``.
    z
        The ten digit maps ``(10, h, w)``: a digit that is named anew has the activation of its new name.
    ink
        ``(height, width)``, the working page.

    Returns
    -------
    Detections
        The same ``n``; the score of one that was named anew is its share of the votes, its second choice the old name.
    """
    if len(digits) < CRITERIA.min_digits:
        return digits
    row, col = digits.cell.T
    features = fine[0][:, row, col].T.float().cpu().numpy()
    features = (features - features.mean(0)) / (features.std(0) + 1e-3)
    for _ in range(CRITERIA.rounds):
        index, kind, share = _overruled(digits, features, ink)
        if not len(index):
            break
        activation = z[kind.astype(np.int64), row[index], col[index]].float().cpu().numpy()
        digits = _named_anew(digits, index, kind, share, activation)
    return digits


def _overruled(
    digits: Detections, features: NDArray[np.float32], ink: NDArray[np.float32]
) -> tuple[NDArray[np.intp], NDArray[np.int8], NDArray[np.float32]]:
    """Find the digits that others overrule: which, what they are, and by which share of the votes, ``(k,)`` each."""
    asked = np.flatnonzero(_is_astray(digits, features))
    by_features = _votes(features, digits, asked, np.arange(len(digits)))
    is_other = (by_features.argmax(1) != digits.digit[asked]) & (by_features.max(1) >= CRITERIA.share)
    disputed, by_features = asked[is_other], by_features[is_other]
    if not len(disputed):
        return disputed, digits.digit[disputed], digits.score[disputed]
    compared = _surest_of_each(digits)
    looked_at = np.union1d(compared, disputed)
    pictures = np.zeros((len(digits), 4 * CRITERIA.half_height * CRITERIA.half_width), np.float32)
    pictures[looked_at] = _pictures(ink, digits.take(looked_at))
    agreed = np.minimum(by_features, _votes(pictures, digits, disputed, compared))
    kind, share = agreed.argmax(1).astype(np.int8), agreed.max(1).astype(np.float32)
    overruled = (share >= CRITERIA.share) & (kind != digits.digit[disputed])
    for place in np.flatnonzero(overruled):
        of_kind = compared[(digits.digit[compared] == kind[place]) & (compared != disputed[place])]
        overruled[place] = _is_like_them(pictures[disputed[place]], pictures[of_kind])
    return disputed[overruled], kind[overruled], share[overruled]


def _named_anew(
    digits: Detections,
    index: NDArray[np.intp],
    kind: NDArray[np.int8],
    share: NDArray[np.float32],
    activation: NDArray[np.float32],
) -> Detections:
    changed = {
        "digit": kind,
        "score": share,
        "activation": activation,
        "other": digits.digit[index],
        "other_score": np.minimum(digits.score[index], 1 - share),
    }
    columns = {name: getattr(digits, name).copy() for name in changed}
    for name, values in changed.items():
        columns[name][index] = values
    return replace(digits, **columns)


def _is_like_them(picture: NDArray[np.float32], others: NDArray[np.float32]) -> bool:
    """Tell whether a picture is as like its likest among the others ``(n, pixels)`` as they are like one another.

    What is left of a damaged digit is like no other, and likest to a 1.
    """
    if len(others) <= CRITERIA.likest:
        return False
    unit = others / (np.linalg.norm(others, axis=1, keepdims=True) + 1e-6)
    alike = unit @ unit.T
    np.fill_diagonal(alike, -1)
    usual = np.sort(alike, 1)[:, -CRITERIA.likest :].mean(1)
    own = np.sort(unit @ (picture / (np.linalg.norm(picture) + 1e-6)))[-CRITERIA.likest :].mean()
    return bool((usual <= own + _ROUNDING).mean() >= CRITERIA.less_like)


def _is_astray(digits: Detections, features: NDArray[np.float32]) -> NDArray[np.bool_]:
    """Tell which digits ``(n,)`` lie nearly as near to the middle of another kind as to that of their own."""
    member = np.eye(_KINDS, dtype=np.float32)[digits.digit] * digits.score[:, None]
    middles = member.T @ features
    middles /= np.linalg.norm(middles, axis=1, keepdims=True) + 1e-6
    alike = features @ middles.T / (np.linalg.norm(features, axis=1, keepdims=True) + 1e-6)
    own = np.take_along_axis(alike, digits.digit[:, None].astype(np.int64), 1)
    is_other = np.arange(_KINDS)[None] != digits.digit[:, None]
    return np.asarray((is_other & (alike > own - CRITERIA.margin)).any(1), bool)


def _surest_of_each(digits: Detections) -> NDArray[np.intp]:
    order = np.argsort(-digits.score, kind="stable")
    chosen = [order[digits.digit[order] == kind][: CRITERIA.of_each] for kind in range(_KINDS)]
    return np.concatenate(chosen)


def _votes(
    values: NDArray[np.float32], digits: Detections, asked: NDArray[np.intp], voting: NDArray[np.intp]
) -> NDArray[np.float64]:
    """Count the votes ``(len(asked), 10)`` of the likest among the ``voting`` digits, which add up to 1.

    ``values (n, d)`` is what digits are compared by. No digit votes for itself.
    """
    count = min(CRITERIA.neighbours, len(voting) - 1)
    unit = values / (np.linalg.norm(values, axis=1, keepdims=True) + 1e-6)
    of_voting = np.ascontiguousarray(unit[voting].T)
    votes = np.zeros((len(asked), _KINDS))
    for first in range(0, len(asked), CRITERIA.at_once):
        some = asked[first : first + CRITERIA.at_once]
        alike = unit[some] @ of_voting
        alike[some[:, None] == voting[None]] = -1
        nearest = np.argpartition(-alike, count - 1, axis=1)[:, :count]
        weight = (
            np.take_along_axis(alike, nearest, 1).clip(0) ** CRITERIA.power * digits.score[voting[nearest]]
        )
        rows = np.repeat(np.arange(first, first + len(some)), count)
        np.add.at(votes, (rows, digits.digit[voting[nearest]].ravel()), weight.ravel())
    return votes / np.maximum(votes.sum(1, keepdims=True), 1e-9)


def _pictures(ink: NDArray[np.float32], digits: Detections) -> NDArray[np.float32]:
    """Cut digits out ``(n, pixels)``: each around the middle of its own ink, softened, of mean 0."""
    windows = cut_windows(ink, digits.centres.astype(np.float32))
    middle = windows.shape[1] // 2
    steps = np.arange(windows.shape[1]) - middle
    half = (digits.boxes[:, 2] - digits.boxes[:, 0])[:, None] / 2 + CRITERIA.room
    windows *= (np.abs(steps)[None] <= half)[:, None, :] & (np.abs(steps) <= CRITERIA.half_height)[
        None, :, None
    ]
    x, y = (off.clip(-_OFF, _OFF) for off in middles_of_ink(windows))
    high, wide = (
        np.arange(-CRITERIA.half_height, CRITERIA.half_height),
        np.arange(-CRITERIA.half_width, CRITERIA.half_width),
    )
    rows = (middle + high[None] + y[:, None])[:, :, None]
    cols = (middle + wide[None] + x[:, None])[:, None, :]
    side = windows.shape[1]
    soft = cv2.GaussianBlur(windows.reshape(-1, side), (5, 5), CRITERIA.softness).reshape(windows.shape)
    flat = soft[np.arange(len(soft))[:, None, None], rows, cols].reshape(len(soft), -1)
    return np.asarray(flat - flat.mean(1, keepdims=True), np.float32)
