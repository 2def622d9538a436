"""Screening: what grids of parameters promise."""

import numpy as np

from tablekin.recompute.columns import stack
from tablekin.recompute.functions import LIBRARY
from tablekin.recompute.screening import Pinned, ScreeningCriteria, screen
from tablekin.recompute.table_text import from_rows
from tablekin.recompute.values import read_sheets


def test_a_radius_of_nothing_promises_nothing():
    # the page that showed it was screened for ever: numbers that had run into one another, and turned into noughts
    rows = [[str(row), str((row * row % 7) * 100 * (row < 8))] for row in range(1, 31)]
    (sheet,) = read_sheets([from_rows(rows)])
    rent = next(one for one in LIBRARY if one.name == "present value of a rent")
    pinned = Pinned(np.array([5.0]), 0.0)
    argument, columns = sheet.arguments[0], stack(sheet.quantities)
    assert list(screen(rent, argument, columns, ScreeningCriteria(), pinned)) == []
