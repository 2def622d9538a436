"""What a digit network and a glyph reader find on whole pages that they were not trained on."""

from __future__ import annotations

import numpy as np
import torch
from torch.nn import functional as F
from training_pool import TrainingPage

from lib.targets import MARK
from tablekin.models.networks.digits import DIGIT_HEIGHT, STRIDE, DigitNetwork, find_detections, pad_to_grain
from tablekin.models.networks.glyphs import GlyphReader


@torch.inference_mode()
def score_marks(
    network: DigitNetwork, reader: GlyphReader, pages: list[TrainingPage]
) -> tuple[float, float, float]:
    """Share of marks whose centre is found, of marks named rightly at their true place, and of digits likewise."""
    found = marks = named = digits = digits_named = 0
    for page in pages:
        ink = pad_to_grain(torch.from_numpy(page.ink.astype(np.float32) / 255)[None, None])
        fine, _ = network.trunk(ink.contiguous(memory_format=torch.channels_last))
        centres = reader(fine)[0, 0]
        near = F.max_pool2d(centres[None, None], 3, 1, 1)[0, 0]
        for boxes, label, ignore in (
            (page.mark_boxes, page.mark.astype(np.int64) + MARK, page.mark_ignore),
            (page.boxes, page.digit.astype(np.int64), page.ignore),
        ):
            at = ((boxes[~ignore][:, :2] + boxes[~ignore][:, 2:]) / 2 // STRIDE).astype(np.int64)
            inside = ((at >= 0) & (at < np.array(centres.shape[::-1]))).all(1)
            if not inside.any():
                continue
            col, row = torch.from_numpy(at[inside]).unbind(1)
            guess = reader.classify(fine, torch.zeros_like(row), row, col).argmax(1).numpy()
            right = int((guess == label[~ignore][inside]).sum())
            if label.max() >= MARK:
                found += int((near[row, col] > 0.5).sum())
                marks, named = marks + int(inside.sum()), named + right
            else:
                digits, digits_named = digits + int(inside.sum()), digits_named + right
    return found / max(marks, 1), named / max(marks, 1), digits_named / max(digits, 1)


def score_pages(network: DigitNetwork, pages: list[TrainingPage]) -> tuple[float, float]:
    """Recall and precision of the digits on whole pages: same digit, centres within half a digit height."""
    found = true = hits = 0
    for page in pages:
        ink = pad_to_grain(torch.from_numpy(page.ink.astype(np.float32) / 255)[None, None])
        with torch.inference_mode():
            z, boxes, _ = network.measure(ink.contiguous(memory_format=torch.channels_last))
        digits = find_detections(z[0], boxes[0])
        centres = (page.boxes[:, :2] + page.boxes[:, 2:]) / 2
        distance = np.abs(digits.centres[:, None] - centres[None]).max(-1)  # (found, true)
        near = distance < DIGIT_HEIGHT / 2
        same = near & (digits.digit[:, None] == page.digit[None])
        ignored = (near & page.ignore[None]).any(1)
        hits += int((same & ~page.ignore[None]).any(0).sum())
        true += int((~page.ignore).sum())
        found += int((~ignored).sum())
    return hits / max(true, 1), hits / max(found, 1)
