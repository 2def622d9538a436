from collections import Counter
from itertools import islice

import numpy as np
import pytest

from tablekin.sample.works import catalogue
from tablekin.sample.works.author import PRECISE, Author
from tablekin.sample.works.catalogue import TABLE_TYPES, draw_works
from tablekin.sample.works.work import argument, make_work


def test_every_type_fills_its_columns():
    rng = np.random.default_rng(0)
    for draw in TABLE_TYPES.values():
        work = draw(rng, PRECISE)
        assert {len(row) for row in work.cells} == {len(work.column_keys)}
        assert len(work.cells) == len(set(work.row_keys)) == len(work.row_keys)
        assert len(set(work.column_keys)) == len(work.column_keys)


def test_works_are_different_and_of_many_types():
    works = [chosen.work for chosen in islice(draw_works(np.random.default_rng(5)), 160)]
    assert len({work.key for work in works}) == 160
    assert len({work.cells for work in works}) == 160
    assert min(Counter(work.table_type for work in works).values()) >= 2
    assert len({work.table_type for work in works}) >= 16


def test_works_that_run_out_are_told(monkeypatch):
    only = make_work("sine", {}, ["1"], [argument("degree", "@degree", [1])])
    monkeypatch.setattr(catalogue, "TABLE_TYPES", {"sines": lambda rng, author: only})
    with pytest.raises(ValueError, match="no more than 1 works; ask for fewer documents"):
        list(draw_works(np.random.default_rng(0)))


def test_whoever_computes_a_work_anew_prints_the_same_rows_and_columns():
    for chosen in islice(draw_works(np.random.default_rng(8)), 32):
        again = chosen.computed_by(Author(sine_radius=10_000, every=3, truncates=True))
        assert (again.key, again.row_keys, again.column_keys) == (
            chosen.work.key,
            chosen.work.row_keys,
            chosen.work.column_keys,
        )
        assert chosen.computed_by(PRECISE) == chosen.work
