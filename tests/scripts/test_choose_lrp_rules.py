"""Which rules become the default."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from choose_lrp_rules import becomes_default, choose, show, summarise, worse_than_default
from lib.contestants import BASELINE, RULES
from lib.explained import Cache, PausedError


def scores(gain: float, loss: float = 0.0, strokes: float = 0.4) -> pd.DataFrame:
    """Six pairs; one rule is better than the default in ``between`` by about a gain, and worse in ``masks``.

    Another is as good, and different in ``strokes``.
    """
    noise = np.random.default_rng(1).normal(scale=0.002, size=(6, len(RULES)))
    rows = []
    for pair, line in enumerate(noise):
        for method, extra in zip(RULES, line, strict=True):
            is_good = method in ("gamma 1", "gamma 0.25")
            values = {
                "between": 0.5 + gain * is_good + extra,
                "masks": 0.9 - loss * (method == "gamma 1"),
                "strokes": strokes if method == "gamma 0.25" else 0.4,
            }
            rows.append({"pair": pair, "units": [f"{pair}"] * 2, "method": method, **values})
            if pair % 2:
                rows[-1]["pointing"] = float(pair > 2)
    return pd.DataFrame(rows)


def test_of_the_best_that_cannot_be_told_apart_that_with_the_best_strokes_is_chosen() -> None:
    assert choose(scores(0.1, strokes=0.39), 0) == "gamma 0.25"
    assert choose(scores(0.1, strokes=0.41), 0) == "gamma 1"  # the other is worse than the default in strokes
    assert choose(scores(0.1, loss=0.1), 0) == "gamma 0.25"
    assert choose(scores(-0.1, strokes=0.39), 0) not in (
        "gamma 1",
        "gamma 0.25",
    )  # worse in what is chosen by


def test_a_rule_that_is_better_and_nowhere_worse_becomes_the_default() -> None:
    assert becomes_default(summarise(scores(0.1), 0), "gamma 1")
    worse = summarise(scores(0.1, loss=0.2), 0)
    assert worse_than_default(worse, "gamma 1") == ["masks"] and not becomes_default(worse, "gamma 1")
    assert not becomes_default(summarise(scores(-0.2), 0), "gamma 1")


def test_measures_are_averaged_over_the_pairs_that_have_them() -> None:
    summary = summarise(scores(0.1), 0).set_index(["method", "measure"])
    pointing = summary.loc[(BASELINE, "pointing")]
    assert pointing["pairs"] == 3 and pointing["mean"] == pytest.approx(2 / 3)
    masks = summary.loc[("gamma 1", "masks")]
    assert (masks["difference"], masks["low"], masks["high"]) == pytest.approx((0, 0.9, 0.9))
    assert "| gamma 1 | 0." in show(summary.reset_index(), "difference")


def test_results_are_kept_and_nothing_is_begun_when_the_time_is_over(tmp_path) -> None:
    assert Cache(tmp_path).get("one", lambda: 1) == 1
    late = Cache(tmp_path, seconds=-1)
    assert late.get("one", lambda: 2) == 1
    with pytest.raises(PausedError, match="two"):
        late.get("two", lambda: 2)
