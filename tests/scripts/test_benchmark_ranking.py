"""What the benchmark of ranking says."""

from __future__ import annotations

import json
import sys

import benchmark_ranking
import pytest


@pytest.mark.parametrize("device", ["cpu", "cpu:0"])
def test_what_is_ranked_is_checked(device, monkeypatch, capsys, tmp_path):
    options = ["--documents", "500", "--device", device, "--partners", "5", "--block", "100", "--blocks", "2"]
    options += ["--checked", "20", "--json", str(tmp_path / "found.json")]
    monkeypatch.setattr(sys, "argv", ["benchmark_ranking.py", *options])
    benchmark_ranking.main()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert lines == [json.loads(line) for line in (tmp_path / "found.json").read_text().splitlines()]
    assert [line.get("step") for line in lines] == [None, "make", "prepare", "rank", "check"]
    assert lines[3]["ranked"] == 200
    assert lines[4]["checked"] == 20
    assert lines[4]["wrong"] == 0


def test_a_wrong_rank_is_counted():
    vectors = benchmark_ranking.make_vectors(50)
    median, deviation, nearest = benchmark_ranking.rank_plainly(vectors.T.copy(), 7, 5)
    assert benchmark_ranking.count_wrong(vectors, {7: (median, deviation, nearest)}, 5) == 0
    assert benchmark_ranking.count_wrong(vectors, {7: (median, deviation, nearest[::-1])}, 5) == 1
    assert benchmark_ranking.count_wrong(vectors, {7: (median * (1 + 1e-15), deviation, nearest)}, 5) == 1
