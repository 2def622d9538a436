"""The benchmark of drivers counts the regions of all documents."""

from __future__ import annotations

from benchmark_drivers import PARTNERS, measure

from tablekin.corpus import CorpusStore


def test_every_kind_of_partners_is_timed_over_all_regions(made_folder):
    result = measure(made_folder)
    factors = CorpusStore.open(made_folder).read("factors")
    leaves = factors[["doc_id", "region_id"]].drop_duplicates()
    assert result["regions"] >= len(leaves)
    assert [name for name in result if name.startswith("seconds")] == [
        f"seconds, {name}" for name in PARTNERS
    ]
    assert all(result[f"seconds, {name}"] >= 0 for name in PARTNERS)
    assert result["peak_memory_mb"] > 0
