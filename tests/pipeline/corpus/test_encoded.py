"""Strings of a column as places among others, against a look at each."""

import numpy as np
import pyarrow as pa
import pytest

from tablekin.corpus import places_among

NAMES = ["b", "c", "", "e"]


@pytest.mark.parametrize("is_mapping", [False, True])
@pytest.mark.parametrize("is_encoded", [False, True])
@pytest.mark.parametrize("chunks", [[[]], [["c", "x", None, "b", "c"]], [["e"], ["", "b", None]]])
def test_places_of_strings_are_those_of_a_list(chunks, is_encoded, is_mapping):
    column = pa.chunked_array([pa.array(chunk, pa.string()) for chunk in chunks])
    column = column.dictionary_encode() if is_encoded else column
    values = {name: place for place, name in enumerate(NAMES)} if is_mapping else pa.array(NAMES)
    expected = [NAMES.index(one) if one in NAMES else -1 for chunk in chunks for one in chunk]
    found = places_among(column, values)
    assert found.dtype == np.int64 and found.tolist() == expected
