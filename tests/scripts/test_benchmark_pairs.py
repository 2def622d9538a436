"""What the benchmark of pairs writes, and that it measures what it has written."""

from __future__ import annotations

import pytest
from benchmark_pairs import measure

from tablekin.config import Similarity
from tablekin.corpus import CorpusStore


def test_measures_what_is_written(made_folder):
    result = measure(made_folder, 2, Similarity.PAPER)
    assert (result["pairs"], result["matches"]) == (66, 66 * 3 * 2)
    assert len(CorpusStore.open(made_folder).read("pairs")) == 66
    matches = CorpusStore.open(made_folder).read("matches")
    assert len(matches) == result["matches"]
    sizes = result["bytes_per_pair"]["matches"]
    assert set(sizes) == {"table", *matches.columns}
    assert sizes["table"] == pytest.approx(
        sum(part.stat().st_size for part in (made_folder / "matches").iterdir()) / 66, abs=0.1
    )
    assert set(result["seconds_by_phase"]) == {"load", "rank", "score", "match", "encode and write"}
    assert CorpusStore.open(made_folder).read("documents")["work"].notna().all()
