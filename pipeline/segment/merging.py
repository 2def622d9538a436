"""Merging: which groups of digits, beside or below one another, are parts of one block."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitMetrics
from tablekin.segment.lines import CRITERIA as LINES
from tablekin.segment.lines import lines_continue
from tablekin.segment.ruling import Ruling
from tablekin.segment.runs import longest_run
from tablekin.threshold import threshold

_FACING = "pages that face one another"
_SEVERAL_RULES = "columns far apart that several rules join"


@dataclass(frozen=True)
class MergingCriteria:
    """When two groups of digits are parts of one block."""

    max_blocks: int = threshold(
        60, "blocks", "the largest are compared, the rest is noise", (45.0, 75.0), chosen=_FACING
    )
    max_distance: float = threshold(80.0, "digit heights", "blocks farther apart stay apart", (60.0, 100.0))
    # beside one another
    common_height: float = threshold(
        0.5, "heights of the lower", "blocks that share more stand side by side", (0.375, 0.625)
    )
    corridor: float = threshold(
        3.2, "digit heights", "white space that parts blocks side by side", (2.4, 4.0)
    )
    wide_corridor: float = threshold(
        9.0,
        "digit heights",
        "the same where the lines go on or a rule crosses it",
        (6.75, 11.25),
        chosen=_SEVERAL_RULES,
    )
    widest_corridor: float = threshold(
        18.0, "digit heights", "the same where several rules cross it", (13.5, 22.5), chosen=_SEVERAL_RULES
    )
    same_lines: float = threshold(
        0.85,
        "of the digits",
        "lines that are the same in two blocks, whatever white lies between them",
        chosen="tables of feasts of seed 617263, whose columns stand far apart",
    )
    far_corridor: float = threshold(
        12.0, "digit heights", "widest white space between such blocks", chosen="the same"
    )
    stray_ink: float = threshold(
        0.03, "of the height", "ink of a column of pixels that is white", (0.0225, 0.0375), chosen=_FACING
    )
    inked_frame: float = threshold(
        0.4, "of the width", "space between frames with more ink is none", (0.3, 0.5)
    )
    rule_above: float = threshold(
        6.0, "digit heights", "how far above the digits a joining rule may run", (4.5, 7.5)
    )
    rule_width: float = threshold(0.9, "of the space", "width of a rule that crosses it", (0.675, 0.99))
    rule_count: float = threshold(
        0.1, "of the columns of pixels", "that fewer rules may cross than are counted", (0.075, 0.125)
    )
    near_lines: float = threshold(
        0.5, "of the digits", "lines that go on over a narrow space", (0.375, 0.625)
    )
    far_lines: float = threshold(0.7, "of the digits", "lines that go on over a wide space", (0.525, 0.875))
    words: float = threshold(
        0.15, "of the width", "more ink between blocks is a column of words", (0.1125, 0.1875)
    )
    words_corridor: float = threshold(
        18.0, "digit heights", "widest white space where words lie between", (13.5, 22.5)
    )
    words_lines: float = threshold(
        0.8, "of the digits", "lines that go on over a column of words", (0.6, 0.88)
    )
    frame_height: float = threshold(
        0.5, "of the height", "length of a rule that frames a block", (0.375, 0.625), chosen=_FACING
    )
    frame_gap: float = threshold(
        1.0, "digit heights", "narrowest space between two frames", (0.75, 1.25), chosen=_FACING
    )
    closing: float = threshold(
        2.0,
        "digit heights",
        "along which a horizontal rule meets a frame",
        chosen="tables with rules between their columns alone",
    )
    frame_slack: int = threshold(9, "pixels", "how far to the side a frame may wander in all", (7.0, 11.0))
    # below one another
    common_width: float = threshold(
        0.6, "widths of the narrower", "blocks that share more stand in a stack", (0.45, 0.75)
    )
    stack_gap: float = threshold(
        5.5, "digit heights", "space bridged between blocks with the same columns", (4.125, 6.875)
    )
    stack_profile: float = threshold(
        0.6, "cosine", "of the profiles of blocks with the same columns", (0.45, 0.75)
    )
    profile_step: float = threshold(0.5, "digit heights", "width of a bin of such a profile", (0.375, 0.625))


CRITERIA = MergingCriteria()


def extent_of(block: NDArray[np.intp], digits: Detections) -> tuple[float, float, float, float]:
    """Return the box around the digits of a block: x0, y0, x1, y1."""
    boxes = digits.boxes[block]
    (x0, y0), (x1, y1) = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    return float(x0), float(y0), float(x1), float(y1)


def merge_blocks(
    blocks: list[NDArray[np.intp]], digits: Detections, ruling: Ruling, metrics: DigitMetrics
) -> list[NDArray[np.intp]]:
    """Merge blocks, the nearest first, until no two of them belong together.

    Parameters
    ----------
    blocks
        Indices of the digits of each block.
    digits, ruling, metrics
        The page's digits, its rules and the size of the digits.
    """
    pending = sorted(blocks, key=lambda b: (-len(b), int(b[0])))[: CRITERIA.max_blocks]
    apart: set[tuple[bytes, bytes]] = set()
    while True:
        extents = [extent_of(b, digits) for b in pending]
        pairs = sorted(
            (_distance(extents[i], extents[j]), i, j)
            for i in range(len(pending))
            for j in range(i + 1, len(pending))
        )
        for distance, i, j in pairs:
            key = (pending[i].tobytes(), pending[j].tobytes())
            if distance > CRITERIA.max_distance * metrics.height or key in apart:
                continue
            if _belong_together(pending[i], pending[j], digits, ruling, metrics):
                pending[i] = np.sort(np.concatenate([pending[i], pending.pop(j)]))
                break
            apart.add(key)
        else:
            return pending


def _distance(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> float:
    """Return the white distance between two boxes, 0 where they overlap."""
    return max(a[0] - b[2], b[0] - a[2], a[1] - b[3], b[1] - a[3], 0.0)


def _belong_together(
    a: NDArray[np.intp], b: NDArray[np.intp], digits: Detections, ruling: Ruling, metrics: DigitMetrics
) -> bool:
    box_a, box_b = extent_of(a, digits), extent_of(b, digits)
    high = min(box_a[3], box_b[3]) - max(box_a[1], box_b[1])
    wide = min(box_a[2], box_b[2]) - max(box_a[0], box_b[0])
    if wide > 0 and high > 0:
        return True
    if high > CRITERIA.common_height * min(box_a[3] - box_a[1], box_b[3] - box_b[1]):
        left, right = (a, b) if box_a[0] < box_b[0] else (b, a)
        return _side_by_side(left, right, digits, ruling, metrics)
    stacked = wide > CRITERIA.common_width * min(box_a[2] - box_a[0], box_b[2] - box_b[0])
    if stacked and -high < CRITERIA.stack_gap * metrics.height:
        return _profile_match(a, b, digits, metrics) > CRITERIA.stack_profile
    return False


def _side_by_side(
    left: NDArray[np.intp], right: NDArray[np.intp], digits: Detections, ruling: Ruling, metrics: DigitMetrics
) -> bool:
    """Tell whether two blocks beside one another are parts of one table.

    They are where a horizontal rule joins them, or where their lines are the same and no frames and no
    wide white space lie between.
    """
    box_l, box_r = extent_of(left, digits), extent_of(right, digits)
    x0, y0, x1, y1 = (
        max(round(g), 0) for g in (box_l[2], max(box_l[1], box_r[1]), box_r[0], min(box_l[3], box_r[3]))
    )
    if x1 - x0 < metrics.height:
        return True
    inked = ruling.text[y0:y1, x0:x1].mean(0) > CRITERIA.stray_ink
    start, width = longest_run(~inked)
    frames = _between_frames(ruling.vertical[y0:y1, x0:x1], metrics)
    framed = frames is not None and inked[frames[0] : frames[1]].mean() < CRITERIA.inked_frame
    if (
        frames is not None
        and framed
        and not _are_closed(ruling, (x0 + frames[0], x0 + frames[1]), (y0, y1), metrics)
    ):
        # what parts the columns of either block parts this column, too
        framed = not any(_has_rule(ruling.vertical[y0:y1, round(b[0]) : round(b[2])]) for b in (box_l, box_r))
    if frames is not None and framed:
        start, width = frames[0], frames[1] - frames[0]
    white = width / metrics.height
    above = round(max(y0 - CRITERIA.rule_above * metrics.height, 0))
    strip = ruling.horizontal[above:y1, x0 + start : x0 + start + max(width, 1)]
    crossed = bool(strip.any(0).mean() > CRITERIA.rule_width)
    alike = _line_match(left, right, digits, metrics)
    if framed:  # a wide column of letters or words, if rules of the head and lines go on over it
        lettered = alike > CRITERIA.far_lines and _count_rules(strip) > 1
        return crossed and white < (CRITERIA.widest_corridor if lettered else CRITERIA.wide_corridor)
    several = alike > CRITERIA.far_lines or _count_rules(strip) > 1
    joined = crossed and white < (CRITERIA.widest_corridor if several else CRITERIA.wide_corridor)
    if white < CRITERIA.corridor:
        near = x1 - x0 < LINES.reach * metrics.height
        return joined or alike > (CRITERIA.near_lines if near else CRITERIA.far_lines)
    if inked.mean() > CRITERIA.words:
        return white < CRITERIA.words_corridor and alike > CRITERIA.words_lines
    if joined or (white < CRITERIA.wide_corridor and alike > CRITERIA.far_lines):
        return True
    return white < CRITERIA.far_corridor and alike > CRITERIA.same_lines


def _are_closed(
    ruling: Ruling, across: tuple[int, int], down: tuple[int, int], metrics: DigitMetrics
) -> bool:
    """Tell whether horizontal rules run to the frames on both sides of a space."""
    above = max(round(down[0] - CRITERIA.rule_above * metrics.height), 0)
    below = round(down[1] + CRITERIA.rule_above * metrics.height)
    reach = round(CRITERIA.closing * metrics.height)
    sides = (
        ruling.horizontal[above:below, max(across[0] - reach, 0) : across[0]],
        ruling.horizontal[above:below, across[1] : across[1] + reach],
    )
    return all(bool(side.size and side.any(0).mean() > CRITERIA.rule_width) for side in sides)


def _has_rule(vertical: NDArray[np.uint8]) -> bool:
    """Tell whether a long vertical rule runs through a part of the page."""
    spread = cv2.dilate(vertical, np.ones((1, CRITERIA.frame_slack), np.uint8)) if vertical.size else vertical
    return bool(spread.size and (np.asarray(spread).mean(0) > CRITERIA.frame_height).any())


def _count_rules(horizontal: NDArray[np.uint8]) -> int:
    """Count the horizontal rules that nearly all pixel columns cross."""
    starts = np.diff((horizontal > 0).astype(np.int8), axis=0, prepend=0) == 1
    return int(np.quantile(starts.sum(0), CRITERIA.rule_count))


def _line_match(
    left: NDArray[np.intp], right: NDArray[np.intp], digits: Detections, metrics: DigitMetrics
) -> float:
    """Measure how far the lines of two blocks go on over the space between them."""
    reach = LINES.reach * metrics.height
    boxes, y = digits.boxes, digits.centres[:, 1]
    near_left = left[boxes[left, 2] > boxes[left, 2].max() - reach]
    near_right = right[boxes[right, 0] < boxes[right, 0].min() + reach]
    # the column beside the space may have its numbers between the lines, in cells as high as two
    return max(
        lines_continue(y[near_left], y[near_right], metrics), lines_continue(y[left], y[right], metrics)
    )


def _between_frames(vertical: NDArray[np.uint8], metrics: DigitMetrics) -> tuple[int, int] | None:
    """Find the widest space between two long vertical rules."""
    spread = cv2.dilate(vertical, np.ones((1, CRITERIA.frame_slack), np.uint8))
    on = np.flatnonzero(np.asarray(spread).mean(0) > CRITERIA.frame_height)
    if len(on) < 2:
        return None
    steps = np.diff(on)
    widest = int(np.argmax(steps))
    if steps[widest] < CRITERIA.frame_gap * metrics.height:
        return None
    return int(on[widest]) + 1, int(on[widest + 1])


def _profile_match(
    a: NDArray[np.intp], b: NDArray[np.intp], digits: Detections, metrics: DigitMetrics
) -> float:
    """Compare where two blocks have digits across the page: cosine of their profiles."""
    step = CRITERIA.profile_step * metrics.height
    low = min(extent_of(a, digits)[0], extent_of(b, digits)[0])
    index_a, index_b = (((digits.centres[k, 0] - low) / step).astype(np.intp) for k in (a, b))
    size = int(max(index_a.max(), index_b.max())) + 1
    one, two = np.bincount(index_a, minlength=size), np.bincount(index_b, minlength=size)
    return float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))
