"""Compare how a page is cut into regions with the same done by scikit-image: pixels and seconds.

``python scripts/benchmark_segment.py PAGE`` finds the digits of a scan. Then it takes turns, in one process, between
what the stage does and scikit-image's way: sums over boxes (an integral image), opening along rules, labels with their
properties, rules by Hough's transform, and the map that makes lines straight as a piecewise affine one. For each it
prints the seconds of both, the ratio, and how far the results agree. ``--json`` writes them.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TypeVar

import cv2
import numpy as np
from numpy.typing import NDArray
from skimage.measure import label, regionprops_table
from skimage.morphology import footprint_rectangle, opening
from skimage.transform import PiecewiseAffineTransform, integral_image, integrate, probabilistic_hough_line

from tablekin.binarization import binarize
from tablekin.config import RunConfig
from tablekin.digitize.stage import digitize, load_readers
from tablekin.ingest.image import load_image
from tablekin.page import WorkingPage
from tablekin.segment.dewarping import STEP, Dewarping, fit_dewarping
from tablekin.segment.integral import box_sums
from tablekin.segment.observations import PageObservations, observe_page
from tablekin.segment.ruling import CRITERIA, find_rules
from tablekin.segment.table import pairs_within

A = TypeVar("A")
B = TypeVar("B")


@dataclass(frozen=True)
class Comparison:
    """One piece of work done in two ways, the best of several turns each."""

    work: str
    ours: float  # seconds
    scikit_image: float  # seconds
    agreement: str

    @property
    def ratio(self) -> float:
        """How many times as long scikit-image takes."""
        return self.scikit_image / self.ours


def _by_turns(ours: Callable[[], A], other: Callable[[], B], turns: int) -> tuple[float, float, A, B]:
    """Do both by turns; the best seconds of each, and the results."""
    seconds = np.empty((turns, 2))
    for turn in range(turns):
        clock = [time.perf_counter()]
        one = ours()
        clock.append(time.perf_counter())
        two = other()
        clock.append(time.perf_counter())
        seconds[turn] = np.diff(clock)
    best = seconds.min(0)
    return float(best[0]), float(best[1]), one, two


def compare_box_sums(mask: NDArray[np.uint8], boxes: NDArray[np.float64], turns: int) -> Comparison:
    """Count ink in boxes."""
    height, width = mask.shape
    corners = np.clip(np.round(boxes), 0, [width, height, width, height]).astype(np.intp)

    def other() -> NDArray[np.float64]:
        return np.asarray(integrate(integral_image(mask), corners[:, [1, 0]], corners[:, [3, 2]] - 1))

    ours, theirs, one, two = _by_turns(lambda: box_sums(mask, boxes), other, turns)
    return Comparison("sums over boxes", ours, theirs, f"{(one == two).mean():.4f} of the sums are equal")


def compare_opening(mask: NDArray[np.uint8], length: int, turns: int) -> Comparison:
    """Keep horizontal runs of ink."""
    line = np.ones((1, length), np.uint8)
    footprint = footprint_rectangle((1, length), decomposition="separable")
    ours, theirs, one, two = _by_turns(
        lambda: np.asarray(cv2.morphologyEx(mask, cv2.MORPH_OPEN, line)),
        lambda: opening(mask, footprint),
        turns,
    )
    return Comparison("opening", ours, theirs, f"{(one == two).mean():.4f} of the pixels are equal")


def compare_labels(mask: NDArray[np.uint8], turns: int) -> Comparison:
    """Find pieces of ink, their boxes and their sizes."""

    def other() -> dict[str, NDArray[np.float64]]:
        return regionprops_table(label(mask, connectivity=2), properties=("bbox", "area"))

    ours, theirs, one, two = _by_turns(lambda: cv2.connectedComponentsWithStats(mask), other, turns)
    areas = np.sort(one[2][1:, cv2.CC_STAT_AREA])
    same = len(areas) == len(two["area"]) and bool((areas == np.sort(two["area"])).all())
    return Comparison(
        "labels", ours, theirs, f"{len(areas)} pieces, {'all' if same else 'not all'} of equal size"
    )


def compare_rules(page: WorkingPage, digit_height: float, turns: int) -> Comparison:
    """Find rules."""
    length = round(CRITERIA.long * digit_height)

    def other() -> NDArray[np.uint8]:
        lines = np.zeros(page.ink.shape, np.uint8)
        for start, end in probabilistic_hough_line(
            binarize(page.ink) > 0, line_length=length, line_gap=CRITERIA.slack, rng=0
        ):
            cv2.line(lines, start, end, 1, CRITERIA.slack)
        return lines

    ours, theirs, one, two = _by_turns(lambda: find_rules(page.ink, digit_height), other, turns)
    ruled, lines = (one.horizontal | one.vertical) > 0, two > 0
    agreement = f"{lines[ruled].mean():.3f} of our pixels are on a line, {ruled[lines].mean():.3f} of theirs on a rule"
    return Comparison("rules", ours, theirs, agreement)


def compare_maps(dewarping: Dewarping, window: tuple[int, int, int, int], turns: int) -> Comparison:
    """Map the pixels of a window to table coordinates."""
    y, x = (STEP * axis for axis in np.mgrid[: dewarping.u.shape[0], : dewarping.u.shape[1]].astype(float))
    nodes = np.column_stack([x.ravel(), y.ravel()])
    mapped = np.column_stack([dewarping.u.ravel(), dewarping.v.ravel()])
    x0, y0, x1, y1 = window
    v, u = np.mgrid[y0:y1, x0:x1]
    pixels = np.column_stack([u.ravel(), v.ravel()]).astype(float)

    def other() -> NDArray[np.float64]:
        return np.asarray(PiecewiseAffineTransform.from_estimate(nodes, mapped)(pixels))

    ours, theirs, one, two = _by_turns(lambda: dewarping.pixels(*window), other, turns)
    off = max(float(np.abs(one[k].ravel() - two[:, k]).max()) for k in (0, 1))
    return Comparison("map of pixels", ours, theirs, f"they differ by {off:.4f} pixels at most")


def compare(page: WorkingPage, turns: int) -> list[Comparison]:
    """Compare everything on one page."""
    seen: PageObservations = observe_page(page)
    mask, height = binarize(page.ink), seen.metrics.height
    right, lower = pairs_within(seen, np.arange(len(page.digits)))
    dewarping = fit_dewarping(page.digits, right, lower, mask.shape)
    x, y = (round(float(value)) for value in page.digits.centres.min(0))
    window = (x, y, min(x + 200, mask.shape[1]), min(y + 200, mask.shape[0]))
    return [
        compare_box_sums(mask, seen.numbers, turns),
        compare_opening(mask, round(CRITERIA.long * height), turns),
        compare_labels(mask, turns),
        compare_rules(page, height, turns),
        compare_maps(dewarping, window, 1),
    ]


def main() -> None:
    """Compare on the page that the command line names."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("page", type=Path)
    parser.add_argument("--turns", type=int, default=3)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    threshold = RunConfig().digitize.threshold
    page, _ = digitize(load_image(options.page), load_readers(), threshold)
    found = compare(page, options.turns)
    for each in found:
        print(
            f"{each.work:16} ours {each.ours:.4f} s, scikit-image {each.scikit_image:.4f} s, "
            f"{each.ratio:.1f} times as long; {each.agreement}"
        )
    if options.json:
        options.json.write_text(
            json.dumps([asdict(each) | {"ratio": each.ratio} for each in found], indent=1)
        )


if __name__ == "__main__":
    main()
