"""A measurement of pairs that is stopped, and goes on."""

from __future__ import annotations

import numpy as np
import pytest
from lib.pair_log import PairLog

PAIRS = [("a", "b"), ("a", "c"), ("b", "c")]


def test_what_was_measured_is_not_measured_again(tmp_path, capsys):
    file, asked = tmp_path / "pairs.jsonl", []

    def measure(a, b):
        asked.append((a, b))
        return {"kin": np.bool_(a == "a"), "cells": np.int64(len(asked)), "odds": np.float64(0.5)}

    log = PairLog(file, {"seed": 5})
    assert not log.measure(PAIRS, measure, -1.0)  # no time at all
    assert "3 of 3 pairs are left" in capsys.readouterr().out
    assert log.measure(PAIRS[:2], measure, 60.0)
    with file.open("a") as broken:
        broken.write('{"a": "b", "b": "c", "ki')  # the machine stopped here
    again = PairLog(file, {"seed": 5})
    assert again.measure(PAIRS, measure, 60.0)
    assert asked == PAIRS
    assert again.rows["a", "c"] == {"a": "a", "b": "c", "kin": True, "cells": 2, "odds": 0.5}
    assert [*PairLog(file, {"seed": 5}).rows] == PAIRS


def test_rows_of_another_measurement_are_not_mixed_in(tmp_path):
    PairLog(tmp_path / "pairs.jsonl", {"seed": 5})
    with pytest.raises(SystemExit, match="another measurement"):
        PairLog(tmp_path / "pairs.jsonl", {"seed": 6})
