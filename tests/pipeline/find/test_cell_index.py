"""The index is kept, and made anew when the cells have changed."""

import os

import numpy as np
import pytest

from tablekin.find import open_index, parse_query, search
from tests.pipeline.find.test_places import Shelf, random_regions


@pytest.fixture
def shelf(tmp_path):
    return Shelf(tmp_path / "corpus", random_regions(np.random.default_rng(1), 4))


def opened(corpus):
    said = []
    return open_index(corpus, said.append), said


def test_it_is_made_once(shelf):
    first, said = opened(shelf)
    assert said == ["making the index of all cells, which is kept for the next time"]
    assert shelf.layout.cell_index.is_file()
    again, said = opened(shelf)
    assert said == []
    assert again.documents == first.documents
    for name in ("begin", "document", "region", "table", "row", "col", "value"):
        np.testing.assert_array_equal(getattr(again, name), getattr(first, name))


def test_it_follows_a_change_of_the_cells(shelf):
    opened(shelf)
    regions = random_regions(np.random.default_rng(2), 4)
    shelf.write(regions.assign(text=regions["text"].where(regions["text"] == "", "777")))
    index, said = opened(shelf)
    assert said
    assert index.texts.to_pylist() == ["777"]
    assert len(search(index, parse_query(["777"]))) == len(index)


@pytest.mark.parametrize("damage", [b"", b"ARROW1", b"\0" * 100])
def test_a_damaged_one_is_made_anew(shelf, damage):
    first, _ = opened(shelf)
    shelf.layout.cell_index.write_bytes(damage)
    again, said = opened(shelf)
    assert said
    assert len(again) == len(first)


def test_where_it_cannot_be_kept_it_serves_this_time(shelf, monkeypatch):
    from tablekin.errors import StorageError

    def refuse(path):
        raise StorageError("forbidden")

    monkeypatch.setattr("tablekin.find.cell_index.replacing", refuse)
    index, said = opened(shelf)
    assert len(index)
    assert said[-1] == "the index is not kept: forbidden"
    assert not os.path.lexists(shelf.layout.cell_index)


def test_a_corpus_without_cells_has_an_empty_index(tmp_path):
    regions = random_regions(np.random.default_rng(3), 2)
    index, _ = opened(Shelf(tmp_path / "corpus", regions.assign(text="")))
    assert len(index) == 0
    assert search(index, parse_query(["3 4", "5"], within_digit=True)).empty
    assert search(index, parse_query(["3"], tolerance=1.0)).empty
