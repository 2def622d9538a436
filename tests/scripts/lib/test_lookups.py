"""Looking up one document."""

from __future__ import annotations

from benchmark_pairs import measure
from lib.lookups import time_lookups

from tablekin.config import Similarity


def test_every_way_of_looking_up_finds_the_rows_of_the_document(made_folder):
    measure(made_folder, 2, Similarity.SPECIFIC)
    lookups = time_lookups(made_folder)
    assert (lookups["pairs"]["rows"], lookups["matches"]["rows"]) == (11, 11 * 3 * 2)
    assert set(lookups["pairs"]) == set(lookups["matches"]) == {"rows", "corpus", "pandas", "duckdb"}
