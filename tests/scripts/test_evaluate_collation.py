"""Scores of collation, on tables whose variants are counted by hand."""

from __future__ import annotations

import evaluate_collation
import numpy as np
import pandas as pd
import pytest

from tablekin.sample.truth import corresponding_cells
from tests.support.printed_cells import printed_cells

KEYS = ["argument", "x", "y"]


def rows(seed: int) -> dict[str, list[str]]:
    """Thirty rows of an argument and two numbers of four digits."""
    rng = np.random.default_rng(seed)
    return {str(k): [str(k), *rng.integers(1000, 9999, 2).astype(str)] for k in range(1, 31)}


def scored(one: pd.DataFrame, other: pd.DataFrame) -> dict:
    pages = [evaluate_collation.printed_page(cells) for cells in (one, other)]
    return evaluate_collation.score_pair(corresponding_cells(pd.concat([one, other]), "a", "b"), *pages)


def test_a_copy_is_found_whole_and_its_misprints_are_its_variants() -> None:
    printed, copied = rows(1), rows(1)
    for place, (key, column) in enumerate((("7", 1), ("19", 2))):
        copied[key][column] = copied[key][column][:3] + str((int(copied[key][column][3]) + 1 + place) % 10)
    score = scored(printed_cells("a", "one", printed, KEYS), printed_cells("b", "one", copied, KEYS))
    assert score["kin"]
    assert (score["variants"], score["variants_found"]) == (2, 2)
    assert (score["claimed"], score["claimed_right"]) == (2, 2)
    assert score["true"] == score["covered"] == 2 * 90  # every cell, on either side
    assert score["found"] == score["right"]
    assert not score["split"]


def test_columns_in_another_order_are_found_and_rows_that_one_lacks_are_not_missed() -> None:
    printed = rows(2)
    part = {key: [printed[key][k] for k in (2, 0, 1)] for key in list(printed)[5:]}
    other = printed_cells("b", "one", part, [KEYS[k] for k in (2, 0, 1)])
    score = scored(printed_cells("a", "one", printed, KEYS), other)
    assert score["true"] == score["covered"] == 2 * 75
    assert (score["variants"], score["claimed"]) == (0, 0)


def test_tables_of_two_works_are_not_kin() -> None:
    score = scored(printed_cells("a", "one", rows(3), KEYS), printed_cells("b", "two", rows(4), KEYS))
    assert not score["kin"]
    assert score["found"] == 0


def test_rates_are_those_of_all_pairs_together() -> None:
    frame = pd.DataFrame(
        {
            "all": "all",
            **dict(found=[10, 30], right=[10, 20], covered=[8, 40], true=[10, 50], variants=[1, 3]),
            **dict(variants_found=[1, 1], claimed=[1, 4], claimed_right=[1, 2], doubtful=[0, 2]),
        }
    )
    table = evaluate_collation.summarize(frame, "all").loc["all"]
    assert (table["precision"], table["recall"]) == pytest.approx((30 / 40, 48 / 60))
    assert table["f1"] == pytest.approx(2 * 0.75 * 0.8 / 1.55)
    assert (table["variant_recall"], table["variant_precision"]) == pytest.approx((2 / 4, 3 / 5))
