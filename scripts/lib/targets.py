"""Targets of the training: what the maps of the digit network and of the glyph reader should say of a crop."""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

from tablekin.models.networks.digits import DIGIT_HEIGHT, STRIDE

MARK = 10  # channel of the centres of marks; those before are the digits'
_SPREAD = 3.2  # pixels: standard deviation of the bump around a centre
_REACH = 2  # cells that it covers to either side


@dataclass(frozen=True)
class Targets:
    """Targets of ``b`` crops of ``s`` by ``s`` cells."""

    heat: Tensor  # (b, 11, s, s): a bump around each centre, exactly 1 in its cell
    weight: Tensor  # (b, 11, s, s): 0 where it does not count
    box: Tensor  # (b, 4, s, s): as from DigitNetwork.measure
    box_weight: Tensor  # (b, s, s)
    glyph: Tensor  # (n, 4): crop, row and column of the centre, label


def draw_targets(label: Tensor, boxes: Tensor, ignore: Tensor, side: int) -> Targets:
    """Draw the targets of a batch.

    Parameters
    ----------
    label
        ``(b, n)``: 0 to 9 are digits, 10 and more are marks, less is padding.
    boxes
        ``(b, n, 4)`` in pixels: x0, y0, x1, y1.
    ignore
        ``(b, n)``: glyphs of which the maps may say what they like.
    side
        Cells of a crop.
    """
    device, count = label.device, label.shape[0]
    heat = torch.zeros(count, MARK + 1, side, side, device=device)
    box = torch.zeros(count, 4, side, side, device=device)
    box_weight = torch.zeros(count, side, side, device=device)
    centre = (boxes[..., :2] + boxes[..., 2:]) / 2
    cell = torch.div(centre, STRIDE, rounding_mode="floor").long()
    real = (label >= 0) & ~ignore & (cell >= 0).all(-1) & (cell < side).all(-1)
    for first, last in ((MARK, 1 << 14), (0, MARK)):  # digits have the last word about a cell
        chosen = real & (label >= first) & (label < last)
        page, index = torch.nonzero(chosen, as_tuple=True)
        col, row = cell[page, index].unbind(1)
        channel = label[page, index].clamp(max=MARK).long()
        for down in range(-_REACH, _REACH + 1):
            for right in range(-_REACH, _REACH + 1):
                r, c = row + down, col + right
                inside = (r >= 0) & (c >= 0) & (r < side) & (c < side)
                p, k, r, c = page[inside], index[inside], r[inside], c[inside]
                at = torch.stack([c + 0.5, r + 0.5], 1) * STRIDE
                away = centre[p, k] - at
                bump = torch.exp(-away.square().sum(1) / (2 * _SPREAD**2))
                if down == right == 0:
                    bump = torch.ones_like(bump)
                flat = ((p * (MARK + 1) + channel[inside]) * side + r) * side + c
                heat.view(-1).scatter_reduce_(0, flat, bump, "amax")
                if max(abs(down), abs(right)) <= 1:
                    sizes = (boxes[p, k, 2:] - boxes[p, k, :2]).clamp(min=2) / DIGIT_HEIGHT
                    box[p, :, r, c] = torch.cat([away / DIGIT_HEIGHT, sizes.log()], 1)
                    box_weight[p, r, c] = 1
    page, index = torch.nonzero(real, as_tuple=True)
    glyph = torch.stack([page, cell[page, index, 1], cell[page, index, 0], label[page, index].long()], 1)
    return Targets(heat, _weights(label, boxes, ignore, side), box, box_weight, glyph)


def _weights(label: Tensor, boxes: Tensor, ignore: Tensor, side: int) -> Tensor:
    """Weigh nothing inside the boxes of ignored digits (in the digits' maps) and marks (in the marks' map)."""
    corners = torch.zeros(label.shape[0], 2, side + 1, side + 1, device=label.device)
    page, index = torch.nonzero(ignore & (label >= 0), as_tuple=True)
    x0, y0, x1, y1 = torch.div(boxes[page, index], STRIDE, rounding_mode="trunc").long().unbind(1)
    group = (label[page, index] >= MARK).long()
    columns = ((x0.clamp(0, side), 1), ((x1 + 1).clamp(0, side), -1))
    rows = ((y0.clamp(0, side), 1), ((y1 + 1).clamp(0, side), -1))
    for row, above in rows:
        for col, left in columns:
            step = torch.full(page.shape, float(above * left), device=label.device)
            corners.index_put_((page, group, row, col), step, accumulate=True)
    covered = corners.cumsum(2).cumsum(3)[:, :, :side, :side] > 0.5
    digits, marks = (~covered).float().unbind(1)
    return torch.cat([digits[:, None].expand(-1, MARK, -1, -1), marks[:, None]], 1)
