"""Which rules become the default."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from choose_lrp_rules import decide, show, summarise, worse_than_default
from lib.contestants import RULES
from lib.explained import Cache, PausedError
from lib.subject import DEFAULT


def scores(gain: float, loss: float, places: list[str]) -> pd.DataFrame:
    """Six pairs; one rule is better than the default in ``between`` by about a gain, and worse in ``masks``."""
    noise = np.random.default_rng(1).normal(scale=0.002, size=(6, len(RULES)))
    rows = []
    for pair, line in enumerate(noise):
        for method, extra in zip(RULES, line, strict=True):
            chosen = method == "gamma 1"
            values = {"between": 0.5 + gain * chosen + extra, "masks": 0.9 - loss * chosen}
            rows.append({"pair": pair, "units": [f"{pair}"] * 2, "method": method, **values})
            if pair % 2:
                rows[-1]["pointing"] = float(pair > 2)
    return pd.DataFrame(rows).assign(half=places[0])


def test_a_rule_that_is_better_and_nowhere_worse_becomes_the_default() -> None:
    better = summarise(scores(0.1, 0, ["choosing"]), 0)
    assert decide(better, better) == ("gamma 1", True, [])
    worse = summarise(scores(0.1, 0.2, ["held out"]), 0)
    assert decide(better, worse) == ("gamma 1", False, ["masks"])
    alike = summarise(scores(-0.2, 0, ["held out"]), 0)
    assert decide(better, alike) == ("gamma 1", False, ["between"])
    assert worse_than_default(worse, "gamma 1") == ["masks"]
    assert (
        decide(worse, better)[0] != "gamma 1"
    )  # a rule that is worse somewhere is not chosen in the first place


def test_measures_are_averaged_over_the_pairs_that_have_them() -> None:
    summary = summarise(scores(0.1, 0, ["choosing"]), 0).set_index(["method", "measure"])
    pointing = summary.loc[(DEFAULT, "pointing")]
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
