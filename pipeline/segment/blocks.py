"""Blocks: groups of digits dense and aligned enough that each may be a table."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from tablekin.page import Detections
from tablekin.segment.adjacency import DigitAdjacency, DigitMetrics
from tablekin.segment.ruling import Ruling, box_sums

BESIDE = 0.35  # how far beside a number a letter touches it, in digit heights
EMBEDDED_LINES = 0.33  # height of the ink beside a number that makes it a letter, in digit heights
CORRIDOR = 3.2  # white gap in digit heights that separates blocks side by side
WIDE_CORRIDOR = 9.0  # the same where the lines go on or a horizontal rule crosses it
WIDEST_CORRIDOR = 18.0  # the same where several rules cross it
HEAD_RULE = 6.0  # how far above the digits such a rule may run, in digit heights
LINE_REACH = 8.0  # how far from the gap lines are compared, in digit heights
STACK_GAP = 5.5  # gap in digit heights bridged between blocks with the same columns
STRAY_INK = 0.03  # share of a pixel column that may be inked in a white corridor
FAR = 80.0  # blocks farther apart than this, in digit heights, stay apart
MOST_BLOCKS = 60  # the largest blocks are compared, the rest of a crowded page is noise
SMALL = 4  # fewer digits are only ever part of another block


def number_boxes(digits: Detections, number: NDArray[np.intp]) -> NDArray[np.float64]:
    """Return the box around each number, ``(numbers, 4)``."""
    count = int(number.max()) + 1 if len(number) else 0
    boxes = np.full((count, 4), np.inf)
    boxes[:, 2:] = -np.inf
    np.minimum.at(boxes[:, 0], number, digits.boxes[:, 0])
    np.minimum.at(boxes[:, 1], number, digits.boxes[:, 1])
    np.maximum.at(boxes[:, 2], number, digits.boxes[:, 2])
    np.maximum.at(boxes[:, 3], number, digits.boxes[:, 3])
    return boxes


def without_digits(text: NDArray[np.uint8], digits: Detections) -> NDArray[np.uint8]:
    """Blank the boxes of the digits: what remains is letters, signs, dots and stains."""
    rest = text.copy()
    corners = np.column_stack([np.floor(digits.boxes[:, :2]), np.ceil(digits.boxes[:, 2:])])
    for x0, y0, x1, y1 in np.maximum(corners, 0).astype(np.intp):
        rest[y0:y1, x0:x1] = 0
    return rest


def touches_text(
    boxes: NDArray[np.floating], letters: NDArray[np.uint8], metrics: DigitMetrics, beside: float = BESIDE
) -> NDArray[np.bool_]:
    """Tell which numbers have letters on their left or right nearer than ``beside`` digit heights.

    A letter is told from a dot or a dash by its height: the ink beside the number must cover a third of
    the number's lines of pixels.
    """
    reach = round(beside * metrics.height) | 1
    spread = np.asarray(cv2.dilate(letters, np.ones((1, reach), np.uint8)), np.uint8)
    band = 0.4 * metrics.height
    middle = (boxes[:, 1] + boxes[:, 3]) / 2
    touched = np.zeros(len(boxes), bool)
    for x in (np.floor(boxes[:, 0] - (reach + 1) / 2), np.ceil(boxes[:, 2] + (reach + 1) / 2)):
        lines = box_sums(spread, np.column_stack([x, middle - band, x + 1, middle + band]))
        touched |= lines > EMBEDDED_LINES * metrics.height
    return touched


def find_blocks(
    digits: Detections,
    near: DigitAdjacency,
    free: NDArray[np.bool_],
    ruling: Ruling,
    metrics: DigitMetrics,
) -> list[NDArray[np.intp]]:
    """Gather digits into blocks, each a candidate table.

    Parameters
    ----------
    digits, near, ruling, metrics
        The page's digits, their neighbours, the rules and the size of the figures.
    free
        ``(n,)``: digits that stand in no word.

    Returns
    -------
    list
        Indices of the digits of each block, largest block first.
    """
    pairs = np.vstack([near.right, near.lower])
    pairs = pairs[free[pairs[:, 0]] & free[pairs[:, 1]]]
    graph = coo_array((np.ones(len(pairs)), (pairs[:, 0], pairs[:, 1])), shape=(len(digits), len(digits)))
    component = connected_components(graph, directed=False)[1]
    blocks = [np.flatnonzero((component == c) & free) for c in np.unique(component[free])]
    seeds = [b for b in blocks if len(b) >= SMALL]
    crumbs = [b for b in blocks if len(b) < SMALL]
    seeds = _merge_all(seeds, digits, ruling, metrics)
    for crumb in crumbs:
        _absorb(seeds, crumb, digits, metrics)
    seeds = [_with_column_mates(seed, near.lower, digits) for seed in seeds]
    return sorted(seeds, key=lambda b: (-len(b), int(b[0])))


def _extent(block: NDArray[np.intp], digits: Detections) -> tuple[float, float, float, float]:
    boxes = digits.boxes[block]
    (x0, y0), (x1, y1) = boxes[:, :2].min(0), boxes[:, 2:].max(0)
    return float(x0), float(y0), float(x1), float(y1)


def _merge_all(
    blocks: list[NDArray[np.intp]], digits: Detections, ruling: Ruling, metrics: DigitMetrics
) -> list[NDArray[np.intp]]:
    """Merge blocks, the nearest first, until no two of them belong together."""
    pending = sorted(blocks, key=lambda b: (-len(b), int(b[0])))[:MOST_BLOCKS]
    apart: set[tuple[bytes, bytes]] = set()
    while True:
        extents = [_extent(b, digits) for b in pending]
        pairs = sorted(
            (_distance(extents[i], extents[j]), i, j)
            for i in range(len(pending))
            for j in range(i + 1, len(pending))
        )
        for distance, i, j in pairs:
            key = (pending[i].tobytes(), pending[j].tobytes())
            if distance > FAR * metrics.height or key in apart:
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
    box_a, box_b = _extent(a, digits), _extent(b, digits)
    high = min(box_a[3], box_b[3]) - max(box_a[1], box_b[1])
    wide = min(box_a[2], box_b[2]) - max(box_a[0], box_b[0])
    if wide > 0 and high > 0:
        return True
    if high > 0.5 * min(box_a[3] - box_a[1], box_b[3] - box_b[1]):
        left, right = (a, b) if box_a[0] < box_b[0] else (b, a)
        return _side_by_side(left, right, digits, ruling, metrics)
    if wide > 0.6 * min(box_a[2] - box_a[0], box_b[2] - box_b[0]) and -high < STACK_GAP * metrics.height:
        return _profile_match(a, b, digits, metrics) > 0.6
    return False


def _side_by_side(
    left: NDArray[np.intp], right: NDArray[np.intp], digits: Detections, ruling: Ruling, metrics: DigitMetrics
) -> bool:
    """Tell whether two blocks beside one another are parts of one table.

    They are where a horizontal rule joins them, or where their lines are the same and no frames and no
    wide white space lie between.
    """
    box_l, box_r = _extent(left, digits), _extent(right, digits)
    x0, y0, x1, y1 = (
        max(round(g), 0) for g in (box_l[2], max(box_l[1], box_r[1]), box_r[0], min(box_l[3], box_r[3]))
    )
    if x1 - x0 < metrics.height:
        return True
    inked = ruling.text[y0:y1, x0:x1].mean(0) > STRAY_INK
    widest, start = _longest_run(~inked)
    framed = _between_frames(ruling.vertical[y0:y1, x0:x1], metrics)
    if framed is not None and inked[framed[0] : framed[1]].mean() < 0.4:
        start, widest = framed[0], framed[1] - framed[0]
    else:
        framed = None
    above = round(max(y0 - HEAD_RULE * metrics.height, 0))
    strip = ruling.horizontal[above:y1, x0 + start : x0 + start + max(widest, 1)]
    crossed = bool(strip.any(0).mean() > 0.9)
    alike = _line_match(left, right, digits, metrics)
    if framed is not None:
        return crossed and widest < WIDE_CORRIDOR * metrics.height
    limit = WIDEST_CORRIDOR if alike > 0.7 or _count_rules(strip) > 1 else WIDE_CORRIDOR
    joined = crossed and widest < limit * metrics.height
    if widest < CORRIDOR * metrics.height:
        return joined or alike > (0.5 if x1 - x0 < LINE_REACH * metrics.height else 0.7)
    if inked.mean() > 0.15:  # a column of words lies between
        return widest < 2 * WIDE_CORRIDOR * metrics.height and alike > 0.8
    return joined or (widest < WIDE_CORRIDOR * metrics.height and alike > 0.7)


def _count_rules(horizontal: NDArray[np.uint8]) -> int:
    """Count the horizontal rules that nearly all pixel columns cross."""
    starts = np.diff((horizontal > 0).astype(np.int8), axis=0, prepend=0) == 1
    return int(np.quantile(starts.sum(0), 0.1))


def _line_match(
    left: NDArray[np.intp], right: NDArray[np.intp], digits: Detections, metrics: DigitMetrics
) -> float:
    """Return the share of digits beside the space between two blocks that have a line on its other side."""
    reach = LINE_REACH * metrics.height
    centres, boxes = digits.centres, digits.boxes
    left = left[boxes[left, 2] > boxes[left, 2].max() - reach]
    right = right[boxes[right, 0] < boxes[right, 0].min() + reach]
    one, two = centres[left, 1], centres[right, 1]
    low, high = max(one.min(), two.min()) - metrics.height, min(one.max(), two.max()) + metrics.height
    one, two = (a[(a > low) & (a < high)] for a in (one, two))
    if len(one) < 3 or len(two) < 3:
        return 1.0
    # dense lines match by chance: nearness is measured against their distance
    pitch = min(_pitch(one, metrics), _pitch(two, metrics))
    near = float(np.clip(0.22 * pitch, 0.15 * metrics.height, 0.33 * metrics.height))
    shares = [
        float((np.abs(a[:, None] - b[None, :]).min(1) < near).mean()) for a, b in ((one, two), (two, one))
    ]
    return max(shares)


def _pitch(y: NDArray[np.floating], metrics: DigitMetrics) -> float:
    """Return the median distance between the lines of digits with centres ``y``; inf for one line."""
    steps = np.diff(np.sort(y))
    steps = steps[steps > 0.6 * metrics.height]
    return float(np.median(steps)) if len(steps) else np.inf


def _between_frames(vertical: NDArray[np.uint8], metrics: DigitMetrics) -> tuple[int, int] | None:
    """Find the widest space between two long vertical rules more than a digit height apart."""
    spread = cv2.dilate(vertical, np.ones((1, 9), np.uint8))
    on = np.flatnonzero(np.asarray(spread).mean(0) > 0.5)
    if len(on) < 2:
        return None
    steps = np.diff(on)
    widest = int(np.argmax(steps))
    if steps[widest] < metrics.height:
        return None
    return int(on[widest]) + 1, int(on[widest + 1])


def _longest_run(flags: NDArray[np.bool_]) -> tuple[int, int]:
    """Return length and start of the longest run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[0], flags.astype(np.int8), [0]])))
    if not len(edges):
        return 0, 0
    lengths = edges[1::2] - edges[::2]
    best = int(np.argmax(lengths))
    return int(lengths[best]), int(edges[::2][best])


def _profile_match(
    a: NDArray[np.intp], b: NDArray[np.intp], digits: Detections, metrics: DigitMetrics
) -> float:
    """Compare where two blocks have digits across the page: cosine of their profiles."""
    step = 0.5 * metrics.height
    low = min(_extent(a, digits)[0], _extent(b, digits)[0])
    index_a, index_b = (((digits.centres[k, 0] - low) / step).astype(np.intp) for k in (a, b))
    size = int(max(index_a.max(), index_b.max())) + 1
    one, two = np.bincount(index_a, minlength=size), np.bincount(index_b, minlength=size)
    return float(one @ two / (np.linalg.norm(one) * np.linalg.norm(two)))


def _with_column_mates(
    seed: NDArray[np.intp], lower: NDArray[np.intp], digits: Detections
) -> NDArray[np.intp]:
    """Add to a block the digits that touch letters but stand under and over its digits."""
    x0, y0, x1, y1 = _extent(seed, digits)
    x, y = digits.centres.T
    inside = (x > x0) & (x < x1) & (y > y0) & (y < y1)
    member = np.zeros(len(digits), bool)
    member[seed] = True
    for _ in range(4):
        upper, under = member[lower[:, 0]], member[lower[:, 1]]
        member[lower[upper, 1]] = True
        member[lower[under, 0]] = True
        member &= inside
        member[seed] = True
    return np.flatnonzero(member)


def _absorb(
    seeds: list[NDArray[np.intp]], crumb: NDArray[np.intp], digits: Detections, metrics: DigitMetrics
) -> None:
    """Add a few digits to the first block that surrounds them, or that they continue up or down."""
    x, y = digits.centres[crumb].mean(0)
    for k, seed in enumerate(seeds):
        x0, y0, x1, y1 = _extent(seed, digits)
        side, end = 0.6 * metrics.height, 3.0 * metrics.height
        if x0 - side < x < x1 + side and y0 - end < y < y1 + end:
            seeds[k] = np.sort(np.concatenate([seed, crumb]))
            return
