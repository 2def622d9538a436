from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from evaluate_faithfulness import draw, show, summarise
from lib.perturbation import (
    CURVES,
    FRACTIONS,
)
from lib.subject import DEFAULT


def scores() -> pd.DataFrame:
    """Two pairs in each of two groups; occlusion is 0.1 better than the default."""
    rows = []
    for group in ("editions", "unrelated"):
        for pair in range(2):
            known = {"group": group, "a": f"{pair}", "b": f"{pair + 1}", "units": [f"{pair}", f"{pair}"]}
            for method in CURVES:
                curve = np.linspace(1, 0, len(FRACTIONS)).tolist()
                value = pair + (0.1 if method == "occlusion" else 0)
                row = dict.fromkeys(("cosine", "rank correlation", "deletion", "insertion"), value)
                curves = {"deletion curve": curve, "insertion curve": curve[::-1]}
                rows.append({**known, "method": method, **row, **curves})
    return pd.DataFrame(rows)


def test_means_and_paired_differences() -> None:
    summary = summarise(scores(), 0).set_index(["group", "method", "measure"])
    occlusion = summary.loc[("editions", "occlusion", "deletion")]
    assert occlusion["mean"] == pytest.approx(0.6)
    assert (occlusion["low"], occlusion["high"]) == pytest.approx((0.1, 1.1))
    for name in ("difference", "difference_low", "difference_high"):
        assert occlusion[name] == pytest.approx(0.1)
    assert summary.loc[("unrelated", DEFAULT, "cosine"), "difference"] == 0
    text = show(summarise(scores(), 0), "mean")
    assert "| occlusion | 0.600 (0.100 to 1.100) |" in text
    one = scores().query("group == 'editions' and a == '1'")[["group", "a", "b", "units", "method", "cosine"]]
    text = show(summarise(one, 0), "mean")
    assert "| method | cosine |" in text and "| occlusion | 1.100 |" in text


def test_curves_are_drawn_alike_every_time(tmp_path: Path) -> None:
    for name in ("a.svg", "b.svg"):
        draw(scores().query("group == 'editions'"), tmp_path / name)
    assert (tmp_path / "a.svg").read_bytes() == (tmp_path / "b.svg").read_bytes()
