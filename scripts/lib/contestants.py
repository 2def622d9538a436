"""Contestants: ways of explaining a page from which the default is chosen (``scripts/choose_lrp_rules.py``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from lib.subject import (
    HESSIAN,
    OCCLUSION,
    OWN,
    GradientPatches,
    Subject,
    gradient_shares,
    places,
    pool,
    shares,
    trained,
)
from tablekin.models.networks.architecture import GAMMA
from tablekin.models.networks.bigram import MinRule
from tablekin.models.page_lrp.patches import PatchPropagation


class GammaPatches(PatchPropagation):
    """The rule of the other layers at the pixels as well, with gamma 0: no z^B, blank paper receives nothing."""

    def _pixel_rule(self, ink: Tensor, weight: Tensor) -> tuple[Tensor, Tensor]:
        return ink, weight


@dataclass(frozen=True)
class Contestant:
    """Rules of LRP, from the bigram's minimum down to the pixels."""

    gamma: Mapping[str, float]
    patches: type[PatchPropagation] = PatchPropagation
    min_rule: MinRule = "proportional"


def _all(gamma: float) -> dict[str, float]:
    return dict.fromkeys(GAMMA, gamma)


def _by_depth(*gammas: float) -> dict[str, float]:
    """Gamma by stage, from the pixels up."""
    return dict(zip(GAMMA, gammas, strict=True))


_FALLING = _by_depth(0.5, 0.25, 0.25, 0.1, 0.1, 0)
BASELINE = "gamma falling from 0.5"  # the default when the study was made

RULES: Mapping[str, Contestant] = {
    BASELINE: Contestant(_FALLING),
    **{f"gamma {gamma:g}": Contestant(_all(gamma)) for gamma in (0, 0.25, 1, 4, 16)},
    "gamma falling from 2": Contestant(_by_depth(2, 1, 1, 0.5, 0.5, 0)),
    "gamma rising to 1": Contestant(_by_depth(0, 0.1, 0.25, 0.5, 1, 1)),
    "gamma 1 in the encoder, 0 above": Contestant(_by_depth(1, 1, 1, 0, 0, 0)),
    f"{BASELINE}, no z^B": Contestant(_FALLING, GammaPatches),
    "gamma 1, no z^B": Contestant(_all(1), GammaPatches),
    f"{BASELINE}, weaker": Contestant(_FALLING, min_rule="weaker"),
}
"""Rules that could be the default."""
REFERENCES = (OWN, HESSIAN, OCCLUSION)
"""Ways that could not: the first asks the network nothing, the second is the gradient, the third erases."""
METHODS = (*RULES, *REFERENCES)


def explain_by_all(subject: Subject, is_erased: bool = True) -> NDArray[np.float64]:
    """Explain a page by every one of ``METHODS``: factors ``(methods, features, regions + 1)``.

    Unless ``is_erased`` the last of them, occlusion, which costs most, is left out.
    """
    ink = torch.from_numpy(subject.ink)
    factors = []
    with torch.inference_mode():
        for rules in RULES.values():
            pooled = pool(rules.patches(trained(), ink, rules.gamma), subject)
            factors.append(shares(subject, rules.min_rule) @ pooled)
        pooled = pool(GradientPatches(trained(), ink, _all(0)), subject)
    digits, (x, y) = subject.digits, subject.centres.T
    hessian = gradient_shares(digits.digit, digits.activation, x, y, subject.spacing) @ pooled
    own = shares(subject, "proportional") @ places(subject)
    factors += [own, hessian]
    if is_erased:
        factors.append(subject.erasable().contributions())
    return np.stack(factors)
