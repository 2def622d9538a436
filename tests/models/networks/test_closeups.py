import numpy as np
import pytest
import torch

from tablekin.models.networks.closeups import (
    WINDOW,
    CloseupReader,
    cut_windows,
    load_closeup_reader,
    read_closeups,
)
from tablekin.models.networks.glyphs import CLASSES


def test_windows_lie_around_their_centres_and_see_paper_beyond_the_page() -> None:
    ink = np.random.default_rng(0).random((70, 90)).astype(np.float32)
    centres = np.array([[45.2, 30.4], [0, 0], [89, 69], [-40, 300]], np.float32)
    padded = np.pad(ink, WINDOW)
    for window, (x, y) in zip(cut_windows(ink, centres), centres, strict=True):
        col, row = np.clip(np.rint([x, y]).astype(int), 0, (89, 69)) + WINDOW // 2
        np.testing.assert_array_equal(window, padded[row : row + WINDOW, col : col + WINDOW])


@pytest.mark.parametrize("count", [0, 1, 513])
def test_every_place_gets_probabilities_and_a_box(count: int) -> None:
    torch.manual_seed(1)
    reader, ink = CloseupReader().eval(), np.random.default_rng(1).random((60, 60)).astype(np.float32)
    centres = np.full((count, 2), 30, np.float32)
    found = read_closeups(reader, ink, centres)
    assert found.probabilities.shape == (count, CLASSES)
    np.testing.assert_allclose(found.probabilities.sum(1), 1, rtol=1e-4)
    with torch.inference_mode():
        scores, away = reader(torch.from_numpy(ink[6:54, 6:54])[None, None])
    for probabilities, box in zip(found.probabilities, found.boxes, strict=True):
        np.testing.assert_allclose(probabilities, scores.softmax(1)[0], rtol=1e-3, atol=1e-6)
        np.testing.assert_allclose((box[:2] + box[2:]) / 2, 30 + 20 * away[0, :2], atol=1e-2)


def test_missing_weights_are_named_with_what_makes_them(tmp_path) -> None:
    with pytest.raises(FileNotFoundError, match="train_closeups"):
        load_closeup_reader(tmp_path / "none.safetensors")
