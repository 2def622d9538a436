"""Curves between regions: which are drawn, where they run, and how they look."""

import numpy as np
import pandas as pd

from tablekin.report.connections import LIMITS, Connection, connect, draw_connections
from tablekin.report.drawing import Drawing

RED, BLUE = np.array([178, 24, 43]), np.array([33, 102, 172])  # of the palette: for and against


def render(connections):
    figure = Drawing(1000, 700)
    draw_connections(figure.canvas_axes, connections, (0.0, 1000.0))
    figure.canvas.draw()
    return np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)


def strongest_tint(picture, x, y, colour):
    """Share of ``colour`` in the most coloured pixel within two pixels of a place."""
    window = picture[y - 2 : y + 3, x - 2 : x + 3].reshape(-1, 3)
    tint = (255 - window) @ (255 - colour) / ((255 - colour) @ (255 - colour))
    best = tint.argmax()
    off = np.abs(window[best] - (255 - tint[best] * (255 - colour))).max()
    return tint[best] if off < 12 else 0.0


def covered(picture, y, x0, x1):
    """Share of the places on a level line that are not white within two pixels."""
    band = picture[y - 2 : y + 3, x0:x1].min((0, 2))
    return (band < 230).mean()


def test_a_curve_runs_from_box_to_box_in_the_colour_of_its_sign():
    box_a, box_b = (100.0, 200.0, 180.0, 240.0), (700.0, 400.0, 760.0, 440.0)
    for sign, colour in ((1, RED), (-1, BLUE)):
        picture = render([Connection(box_a, box_b, sign * 3.0)])
        assert strongest_tint(picture, 180, 220, colour) > 0.5  # right side of the left box
        assert strongest_tint(picture, 700, 420, colour) > 0.5  # left side of the right box
        # a cubic Bezier curve whose control points lie at mid-distance passes its middle at half height; at
        # t = 1/4 it has y0 + dy (3 t^2 - 2 t^3) and x0 + dx (1.5 t (1 - t)^2 + 1.5 t^2 (1 - t) + t^3)
        middle = [strongest_tint(picture, 440 + d, 320 + round(d * 0.58), colour) for d in range(-4, 5)]
        assert max(middle) > 0.5  # a dotted line has gaps
        x, y = 180 + 520 * (1.5 * 0.25 * 0.5625 + 1.5 * 0.0625 * 0.75 + 0.015625), 220 + 200 * 0.15625
        assert strongest_tint(picture, round(x), round(y), colour) > 0.5
        assert (picture[470:600, 50:400] == 255).all()


def test_the_stronger_connection_is_the_more_opaque():
    strong = Connection((100.0, 200.0, 180.0, 240.0), (700.0, 200.0, 760.0, 240.0), 4.0)
    weak = Connection((100.0, 400.0, 180.0, 440.0), (700.0, 400.0, 760.0, 440.0), 1.0)
    picture = render([weak, strong])
    ratio = strongest_tint(picture, 440, 420, RED) / strongest_tint(picture, 440, 220, RED)
    assert 0.1 < ratio < 0.6


def test_what_speaks_against_kinship_is_told_without_colour():
    level = ((100.0, 200.0, 180.0, 240.0), (700.0, 200.0, 760.0, 240.0))
    drawn_through, dotted = (
        covered(render([Connection(*level, sign)]), 220, 200, 690) for sign in (1.0, -1.0)
    )
    assert drawn_through == 1
    assert dotted < 0.9


def test_curves_are_fainter_outside_of_the_gap():
    figure = Drawing(1000, 700)
    level = Connection((100.0, 200.0, 180.0, 240.0), (700.0, 200.0, 760.0, 240.0), 1.0)
    draw_connections(figure.canvas_axes, [level], (400.0, 600.0))
    figure.canvas.draw()
    picture = np.asarray(figure.canvas.buffer_rgba())[..., :3].astype(float)
    inside, outside = (strongest_tint(picture, x, 220, RED) for x in (500, 300))
    assert 0.1 < outside < 0.6 * inside


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


def test_never_more_are_drawn_than_the_eye_can_follow():
    relevance = pd.DataFrame(np.eye(40) + 1)
    boxes = pd.DataFrame(np.zeros((40, 4)))
    assert len(connect(relevance, boxes, boxes)) == LIMITS.max_connections
