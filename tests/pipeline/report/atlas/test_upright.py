import numpy as np
import pytest

from tablekin.report.atlas.upright import upright_page


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
@pytest.mark.parametrize("outside", [None, (20.4, 80.2)])
def test_a_box_holds_the_same_pixels_when_the_page_is_turned_upright(orientation, outside):
    image = np.random.default_rng(1).integers(0, 255, (70, 100), dtype=np.uint8)
    frame = upright_page(100, 70, orientation, outside)
    upright = frame.turn(image)
    assert (upright.shape[1], upright.shape[0]) == frame.size
    (x0, y0, x1, y1), *_ = frame.place(np.array([[30, 20, 51, 35.0]]))
    assert sorted(upright[y0:y1, x0:x1].ravel()) == sorted(image[20:35, 30:51].ravel())


def test_a_box_that_reaches_beyond_the_page_ends_with_it():
    frame = upright_page(100, 70, 90, None)
    assert frame.place(np.array([[-4, -3, 900, 800.0]])).tolist() == [[0, 0, 70, 100]]
