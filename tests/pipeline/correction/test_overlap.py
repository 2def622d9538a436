import numpy as np
import pandas as pd

from tablekin.correction.overlap import find_again, find_around


def cells(*boxes):
    return pd.DataFrame(boxes, columns=["x0", "y0", "x1", "y1"])


GRID = cells((0, 0, 10, 10), (10, 0, 20, 10), (0, 10, 10, 20))


def test_a_cell_is_found_again_where_more_than_half_is_in_common():
    assert find_again(GRID, np.array([11.0, 1, 20, 10])) == 1
    assert find_again(GRID, np.array([5.0, 0, 15, 10])) is None  # a third of either
    assert (
        find_again(GRID, np.array([0.0, 0, 20, 10])) is None
    )  # a cell that is two now: neither is more than half
    assert find_again(GRID, np.array([12.0, 4, 14, 6])) is None
    assert find_again(GRID[:0], np.array([0.0, 0, 1, 1])) is None


def test_a_box_that_was_drawn_tightly_is_of_the_cell_around_it():
    assert find_around(GRID, np.array([12.0, 4, 14, 6])) == 1
    assert find_around(GRID, np.array([-2.0, 12, 9, 19])) == 2
    assert find_around(GRID, np.array([8.0, 4, 12, 6])) is None
    assert find_around(GRID, np.array([30.0, 4, 32, 6])) is None
