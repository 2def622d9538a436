"""What the benchmark of what is held of very many documents says."""

from __future__ import annotations

import json
import sys

import benchmark_bookkeeping
import numpy as np


def test_each_step_says_what_it_took(monkeypatch, capsys):
    options = ["--documents", "2000", "--partners", "10"]
    monkeypatch.setattr(sys, "argv", ["benchmark_bookkeeping.py", *options])
    benchmark_bookkeeping.main()
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [line["step"] for line in lines][-2:] == ["divide pairs", "score some pairs"]
    peaks = [line["peak_memory_mb"] for line in lines]
    assert peaks == sorted(peaks)
    pairs = {line["step"]: line.get("pairs") for line in lines}["survey pairs"]
    assert 10_000 < pairs < 12_000  # half of 20,000, and those that are not near both ways


def test_nobody_is_its_own_nearest():
    _, family = benchmark_bookkeeping.make_features(300)
    nearest = benchmark_bookkeeping.make_nearest(family, 10)
    assert (nearest != np.arange(300)[:, None]).all()
    assert np.mean(family[nearest] == family[:, None]) > 0.8
