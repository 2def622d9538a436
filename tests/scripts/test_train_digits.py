import numpy as np
import torch
from train_digits import ChannelScale, cut_crop, draw_targets, fold
from training_pool import TrainingPage

from tablekin.models.networks.digits import STRIDE, DigitNetwork


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


def test_boxes_follow_their_digits_into_the_crop() -> None:
    ink = np.zeros((900, 900), np.uint8)
    corners = np.array([[x, y] for x in range(60, 840, 60) for y in range(60, 840, 60)])
    boxes = np.concatenate([corners, corners + np.array([10, 20])], 1).astype(np.float32)
    for x, y in corners:
        ink[y : y + 20, x : x + 10] = 255
    page = TrainingPage(ink, np.zeros(len(boxes), np.int8), boxes, np.zeros(len(boxes), bool))
    rng = np.random.default_rng(1)
    seen = 0
    for _ in range(20):
        crop, _, moved, _ = cut_crop(page, rng)
        for x0, y0, x1, y1 in moved:
            if min(x0, y0) > 8 and max(x1, y1) < 376:
                inside = crop[round(y0) + 3 : round(y1) - 2, round(x0) + 2 : round(x1) - 1]
                around = crop[round(y0) - 7 : round(y1) + 7, round(x0) - 7 : round(x1) + 7]
                assert inside.mean() > 2.0 * around.mean()
                seen += 1
    assert seen > 100


def test_targets_peak_in_the_cell_of_the_digit_and_give_its_box() -> None:
    boxes = np.array([[100, 200, 110, 224], [300, 300, 306, 312]], np.float32)
    heat, weight, box, box_weight = draw_targets(np.array([7, 2]), boxes, np.array([False, True]))
    row, col = 212 // STRIDE, 105 // STRIDE
    assert heat[7, row, col] == 1
    assert (heat == 1).sum() == 1
    assert heat[2].max() == 0
    assert weight[306 // STRIDE, 303 // STRIDE] == 0
    assert weight[row, col] == 1
    assert box_weight[row, col] == 1
    centre = (col + 0.5) * STRIDE + box[0, row, col] * 20, (row + 0.5) * STRIDE + box[1, row, col] * 20
    np.testing.assert_allclose(centre, (105, 212), atol=1e-3)
    np.testing.assert_allclose(np.exp(box[2:, row, col]) * 20, (10, 24), rtol=1e-5)
