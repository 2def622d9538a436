"""Places that were grouped wrongly."""

import numpy as np

from tablekin.recompute.forms import SINGLE, Form
from tablekin.recompute.quantity import Argument, PrintedQuantity, ValueSheet
from tablekin.recompute.regrouping import rejoin


def quantity(group, columns, form, *places):
    written = np.array(places, float).T
    regions = np.arange(written.size).reshape(written.shape)
    return PrintedQuantity(group, form, "", written @ np.array(form.weights), written, regions, columns)


def sheet(*quantities):
    count = quantity(0, ((0, 0),), SINGLE, range(1, 9))
    return ValueSheet((Argument(count, count.values, 1.0),), quantities, (0,))


def test_seconds_in_the_column_of_signs_degrees_and_minutes_are_joined_to_them():
    seconds = quantity(2, ((0, 1),), SINGLE, range(10, 58, 6))
    motion = quantity(1, ((0, 1),), Form((30, 60), 1.0, 12.0), range(8), range(20, 28), range(30, 46, 2))
    (other,) = rejoin(sheet(motion, seconds), {1})
    (joined,) = other.quantities
    assert (joined.form.radices, joined.form.period, joined.columns) == ((30, 60, 60), 12.0, ((0, 1),))
    assert joined.values.tolist() == [
        ((30 * row + 20 + row) * 60 + 30 + 2 * row) * 60 + 10 + 6 * row for row in range(8)
    ]


def test_numbers_that_are_no_sixtieths_or_stand_elsewhere_are_left_alone():
    degrees = quantity(1, ((0, 1),), SINGLE, range(8))
    large = quantity(2, ((0, 2),), SINGLE, range(50, 130, 10))
    far = quantity(2, ((0, 3),), SINGLE, range(8))
    assert list(rejoin(sheet(degrees, large), {1})) == []
    assert list(rejoin(sheet(degrees, far), {1})) == []
    assert list(rejoin(sheet(degrees, quantity(2, ((0, 2),), SINGLE, range(8))), set())) == []
