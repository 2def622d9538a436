"""Columns of a file of factors against the arrays that were written to them."""

import numpy as np
import pytest

from tablekin.errors import StorageError
from tablekin.explain.factor_file import _Column


@pytest.fixture(params=["<f4", "<i8", "u1"])
def written(request, tmp_path):
    """A column and what was written to it, piece by piece."""
    rng = np.random.default_rng(3)
    pieces = [rng.integers(0, 99, (rows, 7)).astype(request.param) for rows in (5, 0, 1, 40)]
    column = _Column(tmp_path, np.zeros((0, 7), request.param))
    for piece in pieces:
        column.add(piece)
    yield column, np.concatenate(pieces)
    column.file.close()


def test_runs_of_rows_are_read_in_their_order(written):
    column, values = written
    for begin, end in (
        ([0, 3, 40], [3, 9, 46]),  # two that follow one another, and the last row
        ([40, 7, 7], [41, 9, 7]),  # backwards, and an empty one
        ([2], [2]),
        ([], []),
    ):
        found = column.take(np.array(begin, np.int64), np.array(end, np.int64))
        expected = [values[one:other] for one, other in zip(begin, end, strict=True)]
        np.testing.assert_array_equal(found, np.concatenate([values[:0], *expected]))
        assert found.dtype == values.dtype


def test_a_file_that_is_shorter_than_it_was_is_an_error(written):
    column, _ = written
    column.take(np.array([0]), np.array([46]))
    column.file.truncate(10)
    with pytest.raises(StorageError, match="shorter"):
        column.take(np.array([0]), np.array([46]))
