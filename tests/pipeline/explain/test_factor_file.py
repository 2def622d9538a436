"""Factors that are read from a file against those that were written to it."""

import numpy as np
import pyarrow as pa
import pytest

from tablekin.config import Similarity
from tablekin.errors import StorageError
from tablekin.explain import factor_file
from tablekin.explain.factor_file import FactorFile, ReadingSizes
from tablekin.explain.factor_index import load_factors
from tests.support.random_factors import corpus


@pytest.fixture(params=Similarity)
def written(request, tmp_path, monkeypatch):
    """A file of nine documents, written in three pieces, and the pieces."""
    monkeypatch.setattr(factor_file, "SIZES", ReadingSizes(documents=2))
    pieces = []
    file = FactorFile(tmp_path, request.param)
    for seed in (3, 4, 5):
        *frames, _ = corpus(3, seed)
        tables = [pa.Table.from_pandas(frame, preserve_index=False) for frame in frames]
        batch = dict(zip(("features", "factors", "regions"), tables, strict=True))
        pieces.append(load_factors([batch], request.param))
        file.add(pieces[-1].documents, pieces[-1].sums, pieces[-1])
    file.written()
    yield file, pieces
    file.close()


def regions_of(level, document):
    """What a level says of the regions of a document, places counted from its own first."""
    first, last = level.first[document], level.last[document]
    begin = level.begin[first]
    entries = slice(begin, level.begin[last])
    of_regions = [getattr(level, name)[first:last] for name in ("region_id", "norm", "extent", "tail")]
    places = [level.begin[first : last + 1] - begin, level.head[first:last] - begin]
    return [
        *of_regions,
        *places,
        level.feature[entries],
        level.relevance[entries],
        level.peak[document],
        level.peak_region[document],
    ]


@pytest.mark.parametrize("places", [[0, 1, 2, 3, 4, 5, 6, 7, 8], [1, 4, 5, 8], [7], []])
def test_documents_are_read_as_they_were_written(written, places):
    file, pieces = written
    found = file.take(np.array(places, np.int64))
    assert found.documents == [pieces[place // 3].documents[place % 3] for place in places]
    for number, level in enumerate(found.levels):
        assert len(level.first) == len(places)
        for at, place in enumerate(places):
            expected = regions_of(pieces[place // 3].levels[number], place % 3)
            for read, wanted in zip(regions_of(level, at), expected, strict=True):
                assert read.dtype == wanted.dtype
                np.testing.assert_array_equal(read, wanted)
    for at, place in enumerate(places):
        np.testing.assert_array_equal(found.aside.scale[at], pieces[place // 3].aside.scale[place % 3])


def test_sums_are_those_of_all_documents(written):
    file, pieces = written
    np.testing.assert_array_equal(file.sums, np.concatenate([piece.sums for piece in pieces]))
    assert file.names == [name for piece in pieces for name in piece.documents]


def test_a_file_that_is_shorter_than_it_was_is_an_error(written):
    file, _ = written
    file._file.truncate(100)
    with pytest.raises(StorageError, match="shorter"):
        file.take(np.arange(9))
