"""Other ways to the matches of a pair."""

from __future__ import annotations

from lib.alternatives import compare_with_dense


def test_dense_products_give_the_same_matches(made_folder):
    result = compare_with_dense(made_folder, 4)
    assert result["pairs_checked"] == 36
    assert result["levels_of_pairs_that_differ"] == 0
