import numpy as np
import pytest

from tablekin.sample.degradation.exposure import Scanner, expose, shape_leaf

WHITE = (1.0, 1.0, 1.0)


def grid(height: int, width: int, left: float = 0.0) -> tuple[np.ndarray, np.ndarray]:
    y, x = np.mgrid[:height, :width].astype(np.float32)
    return x - np.float32(left), y


def test_without_borders_all_of_the_scan_is_leaf() -> None:
    x, y = grid(30, 40)
    assert (shape_leaf((30, 40), x, y, 8.0, np.random.default_rng(0)) == 1).all()


def test_beyond_the_leaf_is_bed() -> None:
    x, y = grid(60, 120, left=40)
    leaf = shape_leaf((60, 80), x, y, 4.0, np.random.default_rng(1))
    assert leaf[10:50, :25].max() == 0
    assert leaf[10:50, 55:110].min() == 1


@pytest.mark.parametrize("grey", [True, False])
def test_pixels_are_the_light_of_leaf_and_bed(grey: bool) -> None:
    light, leaf = np.full((20, 20), 0.8, np.float32), np.ones((20, 20), np.float32)
    leaf[:, :10] = 0
    colour = (1.0, 0.5, 0.25)
    image = expose(light, leaf, colour, Scanner(bed=0.2, grey=grey), 8.0, np.random.default_rng(2))
    tones = [0.299 * 1.0 + 0.587 * 0.5 + 0.114 * 0.25] if grey else colour  # Rec. 601
    assert image.shape == ((20, 20) if grey else (20, 20, 3))
    for channel, tone in zip(image.reshape(20, 20, -1).transpose(2, 0, 1), tones, strict=True):
        assert channel[5, 15] == round(255 * 0.8 * tone)
        assert channel[5, 5] == round(255 * 0.2)


def test_noise_has_the_deviation_asked_for() -> None:
    light, leaf = np.full((200, 200), 0.5, np.float32), np.ones((200, 200), np.float32)
    image = expose(light, leaf, WHITE, Scanner(noise=0.04, grey=True), 8.0, np.random.default_rng(3))
    assert image.astype(float).std() == pytest.approx(255 * 0.04, rel=0.05)


def test_a_compressed_scan_keeps_its_colours_in_order() -> None:
    light, leaf = np.ones((64, 64), np.float32), np.ones((64, 64), np.float32)
    image = expose(light, leaf, (0.9, 0.6, 0.3), Scanner(jpeg=95), 8.0, np.random.default_rng(4))
    np.testing.assert_allclose(image.mean((0, 1)), [230, 153, 77], atol=4)
