"""Other ways to the matches of a pair."""

from __future__ import annotations

import pytest
from lib.alternatives import compare_with_dense

from tablekin.config import Similarity


@pytest.mark.parametrize("similarity", Similarity)
def test_dense_products_give_the_same_matches(made_folder, similarity):
    result = compare_with_dense(made_folder, 4, similarity)
    assert result["pairs_checked"] == 36
    assert result["levels_of_pairs_that_differ"] == 0
