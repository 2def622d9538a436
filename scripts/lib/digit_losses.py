"""What the digit network and the glyph reader are trained to make small."""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional as F

from lib.crops import CROP
from lib.targets import MARK, Targets, draw_targets
from tablekin.models.networks.digits import SHARPNESS, STRIDE, DigitNetwork
from tablekin.models.networks.glyphs import NOTHING, GlyphReader
from tablekin.models.networks.marks import FRACTIONS, mark_index

_CENTRE = 0.2  # of a mark that is none and is taken for one at most
_MOST_HARD = 4096  # places of these, a batch
_FRACTIONS = torch.tensor([MARK + mark_index(mark) for mark in FRACTIONS])
_NOTHINGS = 32  # places without a glyph that the reader learns from, a crop
SHARES = (1.0, 1.0, 0.2, 0.7, 1.0, 0.3)  # of the losses, in their order


def digit_loss(z: Tensor, heat: Tensor, weight: Tensor) -> Tensor:
    """Penalty-reduced focal loss of Zhou et al. (arXiv 1904.07850, eq. 1), per digit."""
    logits = SHARPNESS * (z - 0.5)
    probability = logits.sigmoid()
    centre = heat == 1
    positive = (1 - probability).square() * F.logsigmoid(logits) * centre
    negative = (1 - heat) ** 4 * probability.square() * F.logsigmoid(-logits) * ~centre
    return -((positive + negative) * weight).sum() / (centre * weight).sum().clamp(min=1)


def glyph_loss(reader: GlyphReader, fine: Tensor, targets: Targets) -> Tensor:
    """Cross-entropy of the classes at the centres of glyphs, or one cell beside them, and where there is nothing."""
    side = fine.shape[-1]
    page, row, col, label = targets.glyph.unbind(1)
    shift = torch.randint(0, 10, (2, len(page)), device=fine.device)  # a tenth each way lies one cell beside
    row = (row + (shift[0] == 0).long() - (shift[0] == 1).long()).clamp(0, side - 1)
    col = (col + (shift[1] == 0).long() - (shift[1] == 1).long()).clamp(0, side - 1)
    size = (fine.shape[0] * _NOTHINGS,)
    empty_page = torch.randint(0, fine.shape[0], size, device=fine.device)
    empty_row, empty_col = (torch.randint(0, side, size, device=fine.device) for _ in range(2))
    crowded = (targets.heat.amax(1) > 0.02) | (targets.weight.amin(1) < 1)
    empty = ~crowded[empty_page, empty_row, empty_col]
    places = torch.cat(
        [torch.stack([page, row, col]), torch.stack([empty_page, empty_row, empty_col])[:, empty]], 1
    )
    wanted = torch.cat([label, torch.full((int(empty.sum()),), NOTHING, device=fine.device)])
    return F.cross_entropy(reader.classify(fine, places[0], places[1], places[2]).float(), wanted)


def hard_loss(reader: GlyphReader, fine: Tensor, centre: Tensor, targets: Targets) -> Tensor:
    """Cross-entropy where a mark seems to have its centre and has none, and at the digits of fractions.

    Parameters
    ----------
    reader
        The reader.
    fine, centre
        Features ``(b, 48, h, w)`` and the map of the centres of marks ``(b, 1, h, w)``.
    targets
        As of these crops.
    """
    peak = (centre == F.max_pool2d(centre, 3, 1, 1)) & (centre > _CENTRE)
    free = (targets.heat.amax(1, keepdim=True) < 0.25) & (targets.weight.amin(1, keepdim=True) > 0)
    page, _, row, col = torch.nonzero(peak & free, as_tuple=True)
    places = [torch.stack([page, row, col], 1)]
    labels = [torch.full((len(page),), NOTHING, device=fine.device)]
    fractions = targets.glyph[torch.isin(targets.glyph[:, 3], _FRACTIONS.to(fine.device))]
    for down in (-1, 1):
        for right in (-1, 1):
            places.append(fractions[:, :3] + torch.tensor([0, down, right], device=fine.device))
            labels.append(fractions[:, 3])
    at, wanted = torch.cat(places), torch.cat(labels)
    inside = ((at[:, 1:] >= 0) & (at[:, 1:] < fine.shape[-1])).all(1)
    at, wanted = at[inside][:_MOST_HARD], wanted[inside][:_MOST_HARD]
    if not len(at):
        return fine.new_zeros(())
    return F.cross_entropy(reader.classify(fine, *at.unbind(1)).float(), wanted)


def losses(network: DigitNetwork, reader: GlyphReader, batch: dict[str, Tensor]) -> tuple[Tensor, ...]:
    """Losses of the digit maps, boxes, orientation, centres of marks, classes of glyphs, and classes at hard places."""
    ink = (batch["ink"][:, None].float() / 255).contiguous(memory_format=torch.channels_last)
    turned = batch["turns"] > 0
    label = torch.where(turned[:, None], -1, batch["label"].long())
    targets = draw_targets(label, batch["boxes"], batch["ignore"], CROP // STRIDE)
    upright = (~turned).float()
    weight = targets.weight * upright[:, None, None, None]
    fine, coarse = network.trunk(ink)
    z, boxes, orientation = (part.float() for part in network.read_off(fine, coarse))
    of_boxes = ((boxes - targets.box).abs() * targets.box_weight[:, None]).sum()
    inked = (F.avg_pool2d(ink, 16) > 0.08).float()[:, 0]
    centre = reader(fine).float()
    turns = batch["turns"].long()[:, None, None].expand(orientation[:, 0].shape)
    entropy = F.cross_entropy(orientation, turns, reduction="none")
    return (
        digit_loss(z, targets.heat[:, :MARK], weight[:, :MARK]),
        of_boxes / targets.box_weight.sum().clamp(min=1),
        (entropy * inked).sum() / inked.sum().clamp(min=1),
        digit_loss(centre, targets.heat[:, MARK:], weight[:, MARK:]),
        glyph_loss(reader, fine, targets),
        hard_loss(reader, fine, centre.detach() * upright[:, None, None, None], targets),
    )
