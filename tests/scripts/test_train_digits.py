import math

import numpy as np
import torch
from lib.channel_scale import ChannelScale, blend, calibrate, fold, unfold
from lib.crops import CROP, NONE, Crop, cut_crop, stack
from lib.digit_losses import hard_loss
from lib.targets import MARK, draw_targets
from torch.nn import functional as F
from training_pool import TrainingPage

from tablekin.models.networks.digits import STRIDE, DigitNetwork, load_digit_network
from tablekin.models.networks.glyphs import NOTHING, GlyphReader
from tablekin.models.networks.marks import mark_index

SIDE = CROP // STRIDE


def test_folded_network_is_the_trained_one_without_its_scales() -> None:
    torch.manual_seed(0)
    network = DigitNetwork(ChannelScale).eval().requires_grad_(False)
    for module in network.modules():
        if isinstance(module, ChannelScale):
            module.gain.uniform_(0.5, 2)
            module.mean_square.uniform_(0.1, 3)
    ink = torch.rand(1, 1, 64, 96)
    for ours, theirs in zip(fold(network).measure(ink), network.measure(ink), strict=True):
        torch.testing.assert_close(ours, theirs, rtol=1e-4, atol=1e-5)


def test_training_starts_from_the_weights_that_are_there() -> None:
    trained, ink = load_digit_network(), torch.rand(2, 1, 64, 96)
    network = unfold(trained.state_dict())
    calibrate(network, torch.rand(3, 1, 96, 96))
    with torch.inference_mode():
        for ours, theirs in zip(network.eval().measure(ink), trained.measure(ink), strict=True):
            torch.testing.assert_close(ours, theirs, rtol=1e-3, atol=1e-4)


def test_weights_between_two_networks_lie_on_the_line_between_them() -> None:
    before, after = load_digit_network().state_dict(), DigitNetwork()
    for name, value in blend(before, after, 0.8).state_dict().items():
        torch.testing.assert_close(value, 0.2 * before[name] + 0.8 * after.state_dict()[name])


def test_boxes_follow_their_digits_and_marks_into_the_crop() -> None:
    ink = np.zeros((900, 900), np.uint8)
    corners = np.array([[x, y] for x in range(60, 840, 60) for y in range(60, 840, 60)])
    boxes = np.concatenate([corners, corners + np.array([10, 20])], 1).astype(np.float32)
    for x, y in corners:
        ink[y : y + 20, x : x + 10] = 255
    half = len(boxes) // 2
    page = TrainingPage(
        ink,
        np.zeros(half, np.int8),
        boxes[:half],
        np.zeros(half, bool),
        np.full(len(boxes) - half, 3, np.int16),
        boxes[half:],
        np.zeros(len(boxes) - half, bool),
    )
    rng = np.random.default_rng(1)
    seen = []
    for _ in range(20):
        crop = cut_crop(page, rng)
        for label, (x0, y0, x1, y1) in zip(crop.label, crop.boxes, strict=True):
            if min(x0, y0) > 8 and max(x1, y1) < 376:
                inside = crop.ink[round(y0) + 3 : round(y1) - 2, round(x0) + 2 : round(x1) - 1]
                around = crop.ink[round(y0) - 7 : round(y1) + 7, round(x0) - 7 : round(x1) + 7]
                assert inside.mean() > 1.5 * around.mean()
                seen.append(int(label))
    assert seen.count(0) > 50 and seen.count(MARK + 3) > 50


def test_crops_are_stacked_with_their_glyphs() -> None:
    crops = [
        Crop(
            np.full((CROP, CROP), 0.5, np.float32),
            np.arange(count),
            np.ones((count, 4), np.float32),
            np.zeros(count, bool),
        )
        for count in (3, 0)
    ]
    batch = stack(crops, np.random.default_rng(0))
    assert batch["label"].tolist() == [[0, 1, 2], [NONE] * 3]
    assert batch["ignore"].tolist() == [[False] * 3, [True] * 3]
    assert batch["ink"].unique().tolist() == [128]


def test_a_mark_seen_where_none_is_and_the_parts_of_a_fraction_are_hard_places() -> None:
    torch.manual_seed(2)
    reader, fine = GlyphReader(), torch.rand(1, 48, SIDE, SIDE)
    centre = torch.zeros(1, 1, SIDE, SIDE)
    centre[0, 0, 20, 30] = 0.9  # seen, and nothing is there
    centre[0, 0, 50, 25] = 0.9  # seen where a fraction is
    half = MARK + mark_index("½")
    targets = drawn([half], [[92.0, 190, 108, 214]], [False])
    places = [(20, 30)] + [(50 + down, 25 + right) for down in (-1, 1) for right in (-1, 1)]
    row, col = torch.tensor(places).unbind(1)
    wanted = torch.tensor([NOTHING, half, half, half, half])
    expected = F.cross_entropy(reader.classify(fine, torch.zeros_like(row), row, col), wanted)
    torch.testing.assert_close(hard_loss(reader, fine, centre, targets), expected)
    assert (
        hard_loss(reader, fine, torch.zeros_like(centre), drawn([3], [[90.0, 190, 100, 210]], [False])) == 0
    )


def drawn(label: list[int], boxes: list[list[float]], ignore: list[bool]):
    return draw_targets(torch.tensor([label]), torch.tensor([boxes]), torch.tensor([ignore]), SIDE)


def test_targets_peak_in_the_cell_of_the_glyph_and_give_its_box() -> None:
    found = drawn(
        [7, MARK + 5, 2],
        [[100, 200, 110, 224], [150.0, 200, 158, 210], [300, 300, 306, 312]],
        [False, False, True],
    )
    row, col = 212 // STRIDE, 105 // STRIDE
    assert found.heat[0, 7, row, col] == 1
    assert found.heat[0, MARK, 205 // STRIDE, 154 // STRIDE] == 1
    assert (found.heat == 1).sum() == 2
    assert found.heat[0, 2].max() == 0
    assert found.weight[0, :MARK, 306 // STRIDE, 303 // STRIDE].max() == 0
    assert found.weight[0, MARK].min() == 1
    assert found.weight[0, :, row, col].min() == 1
    assert found.box_weight[0, row, col] == 1
    box = found.box[0, :, row, col]
    centre = (col + 0.5) * STRIDE + box[0] * 20, (row + 0.5) * STRIDE + box[1] * 20
    np.testing.assert_allclose(centre, (105, 212), atol=1e-3)
    np.testing.assert_allclose(box[2:].exp() * 20, (10, 24), rtol=1e-5)
    assert found.glyph.tolist() == [[0, row, col, 7], [0, 205 // STRIDE, 154 // STRIDE, MARK + 5]]


def test_targets_are_bumps_around_all_centres() -> None:
    rng = np.random.default_rng(3)
    corners = rng.uniform(20, 340, (30, 2))
    boxes = np.concatenate([corners, corners + rng.uniform(4, 24, (30, 2))], 1).astype(np.float32)
    label = rng.integers(0, 14, 30)
    found = draw_targets(
        torch.from_numpy(label)[None], torch.from_numpy(boxes)[None], torch.zeros(1, 30, dtype=bool), SIDE
    )
    expected = np.zeros((MARK + 1, SIDE, SIDE))
    for kind, (x0, y0, x1, y1) in zip(np.minimum(label, MARK), boxes, strict=True):
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        col, row = int(x // STRIDE), int(y // STRIDE)
        for r in range(max(0, row - 2), min(SIDE, row + 3)):
            for c in range(max(0, col - 2), min(SIDE, col + 3)):
                away = ((c + 0.5) * STRIDE - x) ** 2 + ((r + 0.5) * STRIDE - y) ** 2
                bump = 1.0 if (r, c) == (row, col) else math.exp(-away / (2 * 3.2**2))
                expected[kind, r, c] = max(expected[kind, r, c], bump)
    np.testing.assert_allclose(found.heat[0].numpy(), expected, atol=1e-5)
