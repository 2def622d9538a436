"""Degradation: from clean ink to the scan of an old page, with every box carried along."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.sample.degradation.exposure import Scanner, expose, shape_leaf
from tablekin.sample.degradation.legibility import in_sight, lost_digits
from tablekin.sample.degradation.paper import Paper, shade_paper, spot_paper
from tablekin.sample.degradation.pose import SheetPose, bend_of_sheet, turn_boxes
from tablekin.sample.degradation.press import press_ink, slur_ink, smooth_field
from tablekin.sample.typesetting.sheet import SetPage

_BOX = ["x0", "y0", "x1", "y1"]


@dataclass(frozen=True)
class Degradation:
    """What printing, age and the scanner do to a page. Lengths are in digit heights."""

    paper: Paper
    scanner: Scanner = field(default_factory=Scanner)
    slur: float = 0.0  # shift of a faint second impression
    spread: float = 0.0
    unevenness: float = 0.0
    roughness: float = 0.0
    density: float = 0.9  # darkness of full ink
    fading: float = 0.0  # deviation of the darkness over the page
    show_through: float = 0.0  # darkness of the verso
    skew_degrees: float = 0.0  # positive is clockwise
    bend: float = 0.0  # lift of the lines at the gutter
    ripple: float = 0.0
    gutter_left: bool = True
    border: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)  # left, top, right, bottom
    neighbour: float = 0.0  # width of the strip of the facing page
    scale: float = 1.0  # pixels of the scan a pixel of the page
    orientation: int = 0  # degrees clockwise
    strength: float = 0.0  # of all of it together, 0 to 1


@dataclass
class DegradedPage:
    """The scan of a page; all coordinates are its pixels."""

    image: NDArray[np.uint8]  # (h, w) grey or (h, w, 3) RGB
    digits: pd.DataFrame  # as of the set page; digits out of sight left out, lost and cut ones marked ignore
    marks: pd.DataFrame  # likewise
    cells: pd.DataFrame
    orientation: int  # degrees clockwise the page is turned relative to upright
    skew_degrees: float  # degrees clockwise its lines are tilted once it is turned upright
    digit_height: float  # pixels


def _random_paper(rng: np.random.Generator, strength: float) -> Paper:
    bright = rng.uniform(0.72, 0.98)
    warm = rng.uniform(0.0, 0.2) * (0.3 + 0.7 * strength)
    return Paper(
        colour=(bright, bright * (1 - 0.45 * warm), bright * (1 - 1.3 * warm)),
        texture=float(rng.uniform(0.0, 0.03) * strength),
        clouds=float(rng.uniform(0.0, 0.05) * strength),
        laid_lines=float(rng.uniform(0, 0.015) * strength if rng.random() < 0.25 else 0.0),
        foxing=float(rng.exponential(12) * strength if rng.random() < 0.5 else 0.0),
        stain=float(rng.uniform(0.03, 0.3) * strength if rng.random() < 0.25 else 0.0),
        edge=float(rng.uniform(0, 0.25) * strength),
        gutter=float(rng.uniform(0.1, 0.7) * strength if rng.random() < 0.5 else 0.0),
    )


def _random_scanner(rng: np.random.Generator, strength: float) -> Scanner:
    beds = [rng.uniform(0.0, 0.2), rng.uniform(0.2, 0.7), rng.uniform(0.9, 1.0)]
    return Scanner(
        bed=float(rng.choice(beds, p=[0.6, 0.2, 0.2])),
        blur=float(abs(rng.normal(0, 0.05)) * strength),
        noise=float(abs(rng.normal(0, 0.02)) * strength),
        jpeg=int(rng.integers(30, 95)) if rng.random() < 0.6 else 0,
        grey=bool(rng.random() < 0.35),
    )


def random_degradation(
    rng: np.random.Generator, strength: float | None = None, upright: bool = False
) -> Degradation:
    """Choose the degradation of a page.

    Parameters
    ----------
    rng
        The only source of chance.
    strength
        0 a clean print, well scanned ... 1 as bad as real scans come; random by default.
    upright
        Whether the page must not be turned.
    """
    if strength is None:
        strength = float(rng.beta(1.6, 1.6))
    some = strength * (0.5 + 0.5 * rng.random())
    through = [0.0, rng.uniform(0.02, 0.12), rng.uniform(0.1, 0.32)]
    bordered = rng.random() < 0.35
    border = rng.uniform(0, 4, 4) * bordered * (rng.random(4) < 0.7)
    return Degradation(
        paper=_random_paper(rng, strength),
        scanner=_random_scanner(rng, some),
        slur=float(rng.uniform(0.05, 0.2) if rng.random() < 0.12 * some else 0.0),
        spread=float(rng.normal(0.03, 0.13) * some),
        unevenness=float(abs(rng.normal(0, 0.11)) * some),
        roughness=float(abs(rng.normal(0, 0.16)) * some),
        density=float(1 - rng.uniform(0.02, 0.25) * (0.4 + 0.6 * some)),
        fading=float(abs(rng.normal(0, 0.1)) * some),
        show_through=float(rng.choice(through, p=[0.4, 0.4, 0.2]) * some),
        skew_degrees=float(np.clip(rng.normal(0, 1.0), -3, 3) * min(1.0, 0.3 + some)),
        bend=float(rng.normal(0, 0.5) * some if rng.random() < 0.5 else 0.0),
        ripple=float(abs(rng.normal(0, 0.06)) * some),
        gutter_left=bool(rng.random() < 0.5),
        border=(float(border[0]), float(border[1]), float(border[2]), float(border[3])),
        neighbour=float(rng.exponential(5) + 0.5 if rng.random() < 0.2 else 0.0),
        orientation=0 if upright or rng.random() < 0.8 else int(rng.choice([90, 180, 270])),
        strength=strength,
    )


def _pose_of(
    shape: tuple[int, int], degradation: Degradation, unit: float, rng: np.random.Generator
) -> SheetPose:
    """Lay the page ``(h, w)`` into a scan with borders, skewed, scaled and bent."""
    left, top, right, bottom = (side * unit for side in degradation.border)
    height, width = (
        (shape[0] + top + bottom) * degradation.scale,
        (shape[1] + left + right) * degradation.scale,
    )
    scan = (max(8, round(height)), max(8, round(width)))
    centre = ((scan[1] - 1) / 2, (scan[0] - 1) / 2)
    rotate = cv2.getRotationMatrix2D(
        centre, degradation.skew_degrees, 1.0
    )  # scan to page: undo a clockwise turn
    affine = rotate / degradation.scale
    affine[:, 2] += 0.5 / degradation.scale - 0.5 - np.array([left, top])
    bend = bend_of_sheet(
        scan, degradation.bend * unit, degradation.gutter_left, degradation.ripple * unit, rng
    )
    return SheetPose(affine, bend)


def _add_neighbour(
    page: SetPage, ink: NDArray[np.float32], degradation: Degradation
) -> tuple[NDArray[np.float32], pd.DataFrame, pd.DataFrame, float]:
    """Put a strip of the facing page beside the page; returns ink, digits, marks, and x of the page in it."""
    strip = min(round(degradation.neighbour * page.digit_height), ink.shape[1] // 2)
    if not strip:
        return ink, page.digits, page.marks, 0.0
    width = ink.shape[1]
    if degradation.gutter_left:
        ink, shift, away = np.hstack([ink[:, width - strip :], ink]), float(strip), strip - width
    else:
        ink, shift, away = np.hstack([ink, ink[:, :strip]]), 0.0, width
    facing = page.digits.assign(table=-1, row=-1, col=-1)
    return ink, _beside(page.digits, facing, shift, away), _beside(page.marks, page.marks, shift, away), shift


def _beside(own: pd.DataFrame, facing: pd.DataFrame, shift: float, away: float) -> pd.DataFrame:
    """Join boxes of a page, moved by ``shift``, and those of the facing page, moved by ``away``."""
    moved = [
        table.assign(x0=table["x0"] + by, x1=table["x1"] + by) for table, by in ((own, shift), (facing, away))
    ]
    return pd.concat(moved, ignore_index=True)


def _carry(table: pd.DataFrame, pose: SheetPose, orientation: int) -> pd.DataFrame:
    """Map the boxes of a table into the scan, cut at its sides, and leave out rows that lie outside it."""
    if table.empty:
        return table.copy()
    height, width = pose.shape
    boxes = np.clip(pose.boxes_to_scan(table[_BOX].to_numpy(float)), 0, [width, height, width, height])
    kept = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    carried = table[kept].reset_index(drop=True)
    carried[_BOX] = turn_boxes(boxes[kept], (height, width), orientation)
    return carried


def degrade(
    page: SetPage, degradation: Degradation, rng: np.random.Generator, verso: SetPage | None = None
) -> DegradedPage:
    """Print, age and scan a page.

    Parameters
    ----------
    page
        The set page.
    degradation
        What happens to it.
    rng
        Decides the details.
    verso
        Page on the other side of the leaf; by default the page itself shows through, mirrored.
    """
    unit = page.digit_height
    printed = slur_ink(page.ink, degradation.slur * unit, rng) if degradation.slur else page.ink
    pressed = press_ink(printed, unit, degradation.spread, degradation.unevenness, degradation.roughness, rng)
    lost = lost_digits(page.ink, pressed, page.digits[_BOX].to_numpy(float))
    unseen = lost_digits(page.ink, pressed, page.marks[_BOX].to_numpy(float))
    marked = replace(
        page,
        digits=page.digits.assign(ignore=page.digits["ignore"] | lost),
        marks=page.marks.assign(ignore=page.marks["ignore"] | unseen),
    )
    ink, digits, marks, shift = _add_neighbour(marked, pressed, degradation)
    pose = _pose_of((ink.shape[0], ink.shape[1]), degradation, unit, rng)
    x, y = pose.maps()
    scan_unit = unit * degradation.scale
    light = shade_paper(degradation.paper, pose.shape, scan_unit, degradation.gutter_left, rng)
    spot_paper(light, degradation.paper, scan_unit, rng)
    darkness = cv2.remap(ink, x, y, cv2.INTER_LINEAR)
    if degradation.fading:
        darkness *= np.clip(
            1 - np.abs(degradation.fading * smooth_field(pose.shape, 8 * scan_unit, rng)), 0.2, 1
        )
    light *= 1 - degradation.density * darkness
    if degradation.show_through:
        back = _mirror(verso, ink.shape) if verso is not None else ink[:, ::-1]
        soft = cv2.GaussianBlur(np.ascontiguousarray(back), (0, 0), 0.09 * unit)
        clouds = np.clip(0.7 + 0.4 * smooth_field(pose.shape, 12 * scan_unit, rng), 0, 1.3)
        light *= 1 - degradation.show_through * cv2.remap(soft, x, y, cv2.INTER_LINEAR) * clouds
    leaf = shape_leaf((ink.shape[0], ink.shape[1]), x, y, unit, rng)
    image = expose(light, leaf, degradation.paper.colour, degradation.scanner, scan_unit, rng)
    image = np.ascontiguousarray(np.rot90(image, -(degradation.orientation // 90)))
    cells = page.cells.copy()
    cells[["x0", "x1"]] += shift
    return DegradedPage(
        image=image,
        digits=_carry(in_sight(digits, pose, leaf), pose, degradation.orientation),
        marks=_carry(in_sight(marks, pose, leaf), pose, degradation.orientation),
        cells=_carry(cells, pose, degradation.orientation),
        orientation=degradation.orientation,
        skew_degrees=degradation.skew_degrees,
        digit_height=scan_unit,
    )


def _mirror(verso: SetPage, shape: tuple[int, ...]) -> NDArray[np.float32]:
    """Ink of the verso seen through the leaf, cut or padded to ``(h, w)``."""
    mirrored = np.zeros(shape, np.float32)
    seen = verso.ink[: shape[0], ::-1][:, : shape[1]]
    mirrored[: seen.shape[0], : seen.shape[1]] = seen
    return mirrored
