"""Generated pages of print and of digits by hand, and the features of their digits that the handwriting reader sees."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from scipy.spatial import cKDTree

from lib.penmanship import (
    GROTESQUES,
    HANDS,
    TYPEWRITERS,
    UNSEEN_HANDS,
    UNSEEN_PRINTS,
    Penmanship,
    fetch_faces,
    random_machine,
    random_penmanship,
)
from tablekin.digitize.normalization import extract_ink
from tablekin.models.networks.architecture import DIGIT_HEIGHT
from tablekin.models.networks.digits import DigitNetwork, find_detections, pad_to_grain
from tablekin.models.networks.glyphs import features_around
from tablekin.sample.degradation.degrade import degrade, random_degradation
from tablekin.sample.training.pages import training_page
from tablekin.sample.typesetting.engraver import random_hand
from tablekin.sample.typesetting.faces import FACES
from tablekin.sample.typesetting.style import random_style
from tablekin.sample.typesetting.typeset import set_page

KINDS = ("type", "hand", "engraved", "hand", "machine", "type", "hand", "any face", "hand", "type")
UNSEEN = 5  # every such ten of pages is of faces that are not trained on
_UNSEEN_TYPES = ("cardo", "fanwood-text", "rosarivo", "eb-garamond", "im-fell-double-pica")
_CLEAN = 0.4  # share of pages that are well printed and well scanned
_COARSE = 0.2  # share of pages that are scanned at a low resolution
_BITONAL = 0.1  # share of pages that are black and white alone
_SPREAD_OF_SCALE = 0.12  # standard deviation of its logarithm: a page's scale is an estimate
_CANDIDATE = 0.45  # activation from which on a digit is seen
_NEAR = 0.35  # digit heights from a digit's centre, within which it is that digit
_BESIDE = 0.9  # digit heights, beyond which it is none
_DIGITS, _OTHERS = 140, 20  # of a page at most


@dataclass(frozen=True)
class MadePage:
    """A generated page as the networks see pages."""

    ink: NDArray[np.float32]  # (h, w)
    centres: NDArray[np.float64]  # (n, 2): x, y of its digits
    kind: str  # one of KINDS
    face: str


def faces_of(folder: Path) -> dict[str, list[Path]]:
    """Fetch the fonts into a folder: files by what they are for."""
    names = {
        "hand": HANDS,
        "machine": (*TYPEWRITERS, *GROTESQUES),
        "unseen hand": UNSEEN_HANDS,
        "unseen machine": UNSEEN_PRINTS,
    }
    return {use: fetch_faces(fonts, folder) for use, fonts in names.items()}


def make_page(seed: tuple[int, int], faces: Mapping[str, Sequence[Path]]) -> MadePage:
    """Set, degrade and scan one page, by hand four times of ten.

    Parameters
    ----------
    seed
        Seed of the training and number of the page; the number says of which kind it is, and whether its faces are
        those that are not trained on.
    faces
        As from :func:`faces_of`.
    """
    rng, number = np.random.default_rng(seed), seed[1]
    kind, is_unseen = KINDS[number % len(KINDS)], number // len(KINDS) % UNSEEN == UNSEEN - 1
    style = random_style(rng)
    while (FACES[style.digits].package in _UNSEEN_TYPES) != (is_unseen and kind == "type"):
        style = random_style(rng)
    degradation = random_degradation(rng, upright=True)
    if rng.random() < _CLEAN:
        degradation = random_degradation(rng, float(rng.uniform(0, 0.25)), upright=True)
        style = replace(style, damage=0.0)
    name = style.digits
    if kind == "engraved":
        style, name = replace(style, hand=random_hand(rng)), "engraved"
    elif kind == "any face":
        names = [face.name for face in FACES.values() if face.kind in ("lining", "screen", "practice")]
        names = [one for one in names if FACES[one].package not in _UNSEEN_TYPES]
        name = str(rng.choice(names))
        style = replace(style, digits=name, one="1", zero="0")
    elif kind in ("hand", "machine"):
        own = faces[f"unseen {kind}" if is_unseen else kind]
        drawer: Penmanship = (random_penmanship if kind == "hand" else random_machine)(rng, own)
        name = drawer.face.stem
        spacing = float(rng.uniform(-0.08, 0.2)) if kind == "hand" else style.letter_spacing
        style = replace(
            style,
            hand=drawer,
            letter_spacing=spacing,
            irregularity=0.0,
            slant=0.0,
            width_factor=1.0,
            weight=0.0,
        )
    content = training_page(rng)
    while kind == "hand" and content.kind != "table":
        content = training_page(rng)
    page = set_page(content, style, rng)
    verso = set_page(training_page(rng), style, rng) if degradation.show_through else None
    scan = degrade(page, degradation, rng, verso)
    grey = scan.image if scan.image.ndim == 2 else cv2.cvtColor(scan.image, cv2.COLOR_RGB2GRAY)
    height = scan.digit_height
    if rng.random() < _COARSE:
        shrink = min(1.0, float(rng.uniform(7, 12)) / height)
        grey, height = (
            cv2.resize(grey, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA),
            height * shrink,
        )
    factor = DIGIT_HEIGHT / height * float(np.exp(rng.normal(0, _SPREAD_OF_SCALE)))
    ink = extract_ink(grey.astype(np.uint8))
    if rng.random() < _BITONAL:
        ink = (ink > rng.uniform(0.25, 0.6)).astype(np.float32)
    size = (round(ink.shape[1] * factor), round(ink.shape[0] * factor))
    ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    boxes = scan.digits[["x0", "y0", "x1", "y1"]].to_numpy(np.float64) * (height / scan.digit_height) * factor
    return MadePage(ink.astype(np.float32), (boxes[:, :2] + boxes[:, 2:]) / 2, kind, name)


@torch.inference_mode()
def digits_of(
    page: MadePage, network: DigitNetwork, rng: np.random.Generator
) -> tuple[NDArray[np.float16], NDArray[np.bool_]]:
    """Find digits of a page, and some of what else looks like digits.

    Returns
    -------
    tuple
        Features ``(n, 1200)`` as from :func:`tablekin.models.networks.glyphs.features_around`; ``(n,)``: whether
        each is written by hand. What is no digit is print, on pages of all kinds.
    """
    fine, _ = network.trunk(pad_to_grain(torch.from_numpy(page.ink)[None, None]))
    found = find_detections(network.head(fine)[0], network.box_head(fine)[0], _CANDIDATE)
    if not len(found) or not len(page.centres):
        return np.zeros((0, 1200), np.float16), np.zeros(0, bool)
    away = cKDTree(page.centres).query(found.centres)[0] / DIGIT_HEIGHT
    digits, others = (
        rng.permutation(np.flatnonzero(chosen))[:count]
        for chosen, count in ((away < _NEAR, _DIGITS), (away > _BESIDE, _OTHERS))
    )
    chosen = np.concatenate([digits, others])
    row, col = torch.from_numpy(found.cell[chosen]).T
    features = features_around(fine, torch.zeros_like(row), row, col).half().numpy()
    return features, (np.arange(len(chosen)) < len(digits)) & (page.kind == "hand")
