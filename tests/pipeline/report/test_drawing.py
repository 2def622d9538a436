import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tablekin.corpus import CorpusStore
from tablekin.errors import UsageError
from tablekin.report.drawing import Connection, Drawing, connect, draw, place_page, save_drawing
from tablekin.report.pair import open_pair
from tests.support.runs import start, write_scan

RED, BLUE = np.array([200, 16, 46]), np.array([31, 79, 163])
WHITE_PAGE = np.full((50, 40), 255, np.uint8)


def render(connections):
    pages = (place_page(WHITE_PAGE, 0, 40, 110, (400, 500)), place_page(WHITE_PAGE, 0, 600, 110, (900, 500)))
    figure = draw(pages, connections, ("", "", ""))
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)


def strongest_tint(picture, x, y, colour):
    """Share of ``colour`` in the most coloured pixel within two pixels of a place."""
    window = picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
    tint = (255 - window) @ (255 - colour) / ((255 - colour) @ (255 - colour))
    best = tint.argmax()
    off = np.abs(window[best] - (255 - tint[best] * (255 - colour))).max()
    return tint[best] if off < 12 else 0.0


def test_a_curve_runs_from_box_to_box_in_the_colour_of_its_sign():
    box_a, box_b = (100.0, 200.0, 180.0, 240.0), (700.0, 400.0, 760.0, 440.0)
    for sign, colour in ((1, RED), (-1, BLUE)):
        picture = render([Connection(box_a, box_b, sign * 3.0)])
        assert strongest_tint(picture, 180, 220, colour) > 0.5  # right side of the left box
        assert strongest_tint(picture, 700, 420, colour) > 0.5  # left side of the right box
        # a cubic Bezier curve whose control points lie at mid-distance passes its middle at half height; at
        # t = 1/4 it has y0 + dy (3 t^2 - 2 t^3) and x0 + dx (1.5 t (1 - t)^2 + 1.5 t^2 (1 - t) + t^3)
        assert strongest_tint(picture, 440, 320, colour) > 0.5
        x, y = 180 + 520 * (1.5 * 0.25 * 0.5625 + 1.5 * 0.0625 * 0.75 + 0.015625), 220 + 200 * 0.15625
        assert strongest_tint(picture, round(x), round(y), colour) > 0.5
        assert (picture[470:600, 50:400] == 255).all()


def test_the_stronger_connection_is_the_more_opaque():
    strong = Connection((100.0, 200.0, 180.0, 240.0), (700.0, 200.0, 760.0, 240.0), 4.0)
    weak = Connection((100.0, 400.0, 180.0, 440.0), (700.0, 400.0, 760.0, 440.0), 1.0)
    picture = render([weak, strong])
    ratio = strongest_tint(picture, 440, 420, RED) / strongest_tint(picture, 440, 220, RED)
    assert 0.1 < ratio < 0.6


@pytest.mark.parametrize("orientation", [0, 90, 180, 270])
def test_boxes_stay_on_what_they_frame_when_the_page_is_turned(orientation):
    upright = np.full((60, 40), 255, np.uint8)
    upright[6:12, 20:30] = 0
    scanned = np.rot90(upright, -orientation // 90)
    ys, xs = np.nonzero(scanned == 0)
    box = np.array([[xs.min(), ys.min(), xs.max() + 1, ys.max() + 1]])
    page = place_page(scanned, orientation, 100, 50, (80, 150))
    assert (page.image < 128).sum() == 4 * 60
    np.testing.assert_allclose(page.place(box), [[140, 62, 160, 74]])
    ys, xs = np.nonzero(page.image < 128)
    assert (xs.min() + 100, ys.min() + 50, xs.max() + 101, ys.max() + 51) == (140, 62, 160, 74)


def test_strongest_connections_come_last_and_faint_ones_not_at_all():
    relevance = pd.DataFrame([[1.0, -5.0], [0.01, 2.0]], index=[1, 2], columns=[7, 8])
    boxes = pd.DataFrame(np.arange(16.0).reshape(4, 4), [1, 2, 7, 8])
    found = connect(relevance, boxes.loc[[1, 2]], boxes.loc[[7, 8]])
    assert [connection.relevance for connection in found] == [1.0, 2.0, -5.0]
    assert found[-1].box_a == (0.0, 1.0, 2.0, 3.0)
    assert found[-1].box_b == (12.0, 13.0, 14.0, 15.0)
    assert [c.relevance for c in connect(relevance, boxes.loc[[2]], boxes.loc[[8]])] == [2.0]


def test_a_busy_region_leaves_room_for_others():
    relevance = pd.DataFrame([[9.0, 8.0, 7.0], [1.0, 2.0, 3.0]], index=[1, 2], columns=[7, 8, 9])
    boxes = pd.DataFrame(np.zeros((5, 4)), [1, 2, 7, 8, 9])
    found = connect(relevance, boxes.loc[[1, 2]], boxes.loc[[7, 8, 9]])
    assert [connection.relevance for connection in found] == [2.0, 3.0, 8.0, 9.0]


def test_a_pair_of_a_corpus_is_drawn(tmp_path):
    for number in range(2):
        write_scan(tmp_path / "scans" / f"page{number}.png", number)
    start(tmp_path / "scans", tmp_path / "corpus")
    corpus = CorpusStore.open(tmp_path / "corpus")
    drawing = open_pair(corpus, "page1", "page0.png").plot()
    for name in ("one.svg", "other.svg"):
        save_drawing(drawing, tmp_path / name)
    assert (tmp_path / "one.svg").read_bytes() == (tmp_path / "other.svg").read_bytes()
    save_drawing(drawing, tmp_path / "new/pair.png")
    picture = np.asarray(Image.open(tmp_path / "new/pair.png").convert("RGB")).astype(float)
    gap = picture[150:950, 1240 + 20 : 1240 + 180]  # between pages of 30 x 20 pixels, 1200 wide
    assert (gap[..., 0] > gap[..., 1] + 20).any()
    with pytest.raises(UsageError, match=r"pair\.xyz"):
        save_drawing(drawing, tmp_path / "pair.xyz")


def test_a_title_with_dollar_signs_is_no_formula():
    drawing = Drawing(300, 200)
    drawing.write(10, 100, "$\\frac$\n\x1b[2J", fontsize=10)
    (text,) = drawing.canvas_axes.texts
    assert text.get_text() == "$\\frac$\n\\x1b[2J"
    drawing.canvas.draw()  # a formula that cannot be read is an error
