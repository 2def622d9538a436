from __future__ import annotations

import numpy as np
import pytest

from tablekin.argument import CRITERIA, Progression, argument_step, find_progression


@pytest.mark.parametrize("step", [*CRITERIA.steps, *(-step for step in CRITERIA.steps)])
@pytest.mark.parametrize("start", [0, 1, 907])
def test_a_column_that_counts_has_its_step_though_some_of_it_is_misread(start: int, step: int) -> None:
    numbers = start + step * np.arange(40)
    numbers[[3, 11, 12, 30, 37]] += [7, -11, 100, 13, 20]
    assert argument_step(numbers) == step


def test_a_column_that_begins_anew_and_one_with_rows_left_out_count() -> None:
    assert argument_step(np.tile(np.arange(1, 31), 3)) == 1
    assert argument_step(np.delete(np.arange(0, 400, 10), [4, 9, 10, 20])) == 10


@pytest.mark.parametrize(
    "numbers",
    [
        np.round(4.3 * np.arange(60)).astype(int),  # the step 4 again and again, on no count
        np.round(1e5 * np.sin(np.radians(np.arange(60)))).astype(int),
        np.full(40, 7),
        7 * np.arange(40),  # a multiplication table
        np.random.default_rng(3).integers(0, 60, 40),
        np.arange(3),
        np.zeros(0, int),
    ],
    ids=["nearly linear", "sine", "constant", "sevens", "random", "short", "empty"],
)
def test_other_columns_have_none(numbers: np.ndarray) -> None:
    assert argument_step(numbers) is None


@pytest.mark.parametrize("step", [1, -1, 5, 30])
def test_a_progression_is_found_though_every_third_number_is_misread_or_missing(step: int) -> None:
    rows = np.delete(np.arange(30), [4, 5, 19])
    numbers = 61 + step * rows
    numbers[::3] += np.random.default_rng(5).integers(1, 50, len(numbers[::3]))
    assert find_progression(numbers, rows) == Progression(61, step)


def test_a_column_that_begins_anew_is_no_progression() -> None:
    numbers = np.tile(np.arange(1, 16), 2)
    assert argument_step(numbers) == 1
    assert find_progression(numbers, np.arange(30)) is None
