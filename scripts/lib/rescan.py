"""Rescan: the scan of a page as another scanner would have taken it: turned, scaled, bent, worn."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.sample.degradation.exposure import Scanner, expose
from tablekin.sample.degradation.paper import Paper, shade_paper
from tablekin.sample.degradation.pose import SheetPose, bend_of_sheet
from tablekin.sample.degradation.press import smooth_field


@dataclass(frozen=True)
class Wear:
    """Ranges from which a re-scan is drawn evenly. Lengths are in digit heights.

    They are milder than the worst pages of a sample archive: the digits of the second scan must still be found.
    """

    turn: tuple[float, float] = (0.5, 3.0)  # degrees, to either side
    scale: tuple[float, float] = (0.85, 1.2)  # pixels of the new scan for one of the old
    bend: float = 0.3  # lift of the lines at the gutter, up or down, at most
    ripple: float = 0.05  # of the paper, deviation at most
    fading: tuple[float, float] = (0.05, 0.3)  # share of the ink's darkness that is lost
    clouds: tuple[float, float] = (0.0, 0.05)  # deviation of the light over the sheet
    gutter: tuple[float, float] = (0.0, 0.4)  # darkness of the shadow in the gutter
    blur: tuple[float, float] = (0.01, 0.06)  # deviation of the lens's spread
    noise: tuple[float, float] = (0.005, 0.03)  # deviation of brightness from pixel to pixel
    jpeg: tuple[int, int] = (40, 90)  # quality


WEAR = Wear()


def rescan(
    image: NDArray[np.uint8], digit_height: float, seed: int, wear: Wear = WEAR
) -> tuple[NDArray[np.uint8], SheetPose]:
    """Scan a page anew.

    Parameters
    ----------
    image
        ``(h, w)``, the grey page.
    digit_height
        Pixels of the page.
    seed
        Decides everything.
    wear
        What may happen.

    Returns
    -------
    tuple
        The new grey scan, and the map between it and the page.
    """
    rng = np.random.default_rng(seed)
    scale = float(rng.uniform(*wear.scale))
    turn = float(rng.uniform(*wear.turn) * rng.choice([-1, 1]))
    height, width = (round(side * scale) for side in image.shape)
    affine = cv2.getRotationMatrix2D(((width - 1) / 2, (height - 1) / 2), turn, 1.0) / scale
    affine[:, 2] += 0.5 / scale - 0.5
    gutter_left = bool(rng.random() < 0.5)
    bend = bend_of_sheet(
        (height, width),
        float(rng.uniform(-wear.bend, wear.bend)) * digit_height,
        gutter_left,
        float(rng.uniform(0, wear.ripple)) * digit_height,
        rng,
    )
    pose = SheetPose(affine, bend)
    x, y = pose.maps()
    seen = cv2.remap(image, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE).astype(np.float32) / 255
    unit = digit_height * scale
    bright = float(np.median(seen))  # most of a page is paper
    lost = float(rng.uniform(*wear.fading)) * np.clip(1 + 0.5 * smooth_field(pose.shape, 8 * unit, rng), 0, 2)
    light = seen + lost * np.clip(bright - seen, 0, None)
    paper = Paper(
        (1.0, 1.0, 1.0),
        texture=0.01,
        clouds=float(rng.uniform(*wear.clouds)),
        gutter=float(rng.uniform(*wear.gutter)),
    )
    light *= shade_paper(paper, pose.shape, unit, gutter_left, rng)
    scanner = Scanner(
        blur=float(rng.uniform(*wear.blur)),
        noise=float(rng.uniform(*wear.noise)),
        jpeg=int(rng.integers(*wear.jpeg)),
        grey=True,
    )
    return expose(light, np.ones(pose.shape, np.float32), paper.colour, scanner, unit, rng), pose
