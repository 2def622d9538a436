import numpy as np

from tablekin.recompute.functions import ALL_FUNCTIONS
from tablekin.recompute.functions.definition import Parameter
from tablekin.recompute.known_values import known_values


def test_every_entry_says_its_source_and_takes_its_parameters():
    assert len({function.name for function in ALL_FUNCTIONS}) >= 45
    for function in ALL_FUNCTIONS:
        assert function.source, function.name
        grid = [parameter.grid[0] for parameter in function.parameters]
        x = np.array([13.0, 14.0, 15.0])
        values = function.formula(x, 1.0, *grid) if function.takes_step else function.formula(x, *grid)
        assert np.shape(values) == (3,), function.name
        assert np.isfinite(values).any(), function.name


def test_ranges_hold_the_known_values():
    for function in ALL_FUNCTIONS:
        for parameter in function.parameters:
            known = [one.value for one in known_values(parameter.known)]
            if known and parameter.is_fitted and parameter.name != "apogee":
                assert any(parameter.low <= value <= parameter.high for value in known), function.name


def test_the_grid_lies_evenly_in_the_range():
    assert Parameter("x", "", 0.0, 4.0, 2).grid == (1.0, 3.0)
    assert Parameter("x", "", choices=(7.0, 9.0)).grid == (7.0, 9.0)
