"""What makes pages alike, in words: percentages that add up, columns that are named, cells that are told as columns."""

import re

import numpy as np
import pandas as pd
import pytest

from tablekin.explain import joint_parts
from tablekin.report.driver_words import (
    document_sentence,
    pair_sentence,
    told_by_column,
    whole_percentages,
)
from tests.support.printed_factors import page_with_factors


def percentages(sentence):
    return [int(number) for number in re.findall(r"(\d+) %", sentence)]


@pytest.mark.parametrize("seed", range(20))
def test_whole_percentages_add_up(seed):
    shares = np.random.default_rng(seed).dirichlet(np.ones(7) * 0.4)
    found = whole_percentages(shares.tolist())
    assert sum(found) == 100
    assert np.abs(np.array(found) - 100 * shares).max() < 1


def joint(seed=0):
    a, b = page_with_factors("a", 6, 4), page_with_factors("b", 6, 4)
    rng = np.random.default_rng(seed)
    parts = [page.parts.assign(label="") for page in (a, b)]
    for own in parts:
        role = rng.choice(["argument", "value"], 4)
        own["part"] = [own["part"][k] if pd.isna(col) else role[col] for k, col in enumerate(own["col"])]
        own["function"] = ["sine" if part == "value" else "" for part in own["part"]]
    return joint_parts((a.rows("factors"), b.rows("factors")), tuple(parts)), parts, (a, b)


@pytest.mark.parametrize("seed", range(4))
def test_a_pair_is_told_by_what_meets(seed):
    found, _, _ = joint(seed)
    sentence, _, above = pair_sentence(found).partition("; ")
    assert sum(percentages(sentence)) == 100
    shares = found.groupby(["part_a", "part_b"])["share"].sum()
    values = 100 * shares.get(("value", "value"), 0.0)
    told = re.search(r"values of both \(sine\) (\d+) %", sentence)
    assert (told is None and values < 1) or abs(int(told[1]) - values) < 1
    best = found[found["col_a"].notna() & found["col_b"].notna()].iloc[0]
    assert f"column {best['col_a'] + 1} " in above and f"{round(100 * best['share'])} %" in above


def test_a_page_is_told_by_its_strongest_columns_and_the_rest():
    _, (parts, _), _ = joint()
    rng = np.random.default_rng(3)
    share = rng.dirichlet(np.ones(len(parts)))
    told = document_sentence(parts.assign(share=share))
    assert sum(percentages(told)) == 100
    by_column = pd.Series(share).groupby(parts["col"].to_numpy(), dropna=True).sum()
    strongest = int(by_column.idxmax())
    assert told.startswith(f"column {strongest + 1} (")
    assert "headings, page numbers" in told
    assert document_sentence(parts.assign(share=0.0)) == ""


def test_cells_of_one_column_are_told_as_that_column():
    found, parts, (a, _) = joint()
    place = a.regions[a.regions["kind"] == "cell"].set_index("region_id")[["row", "col"]]
    region = {(row, col): number for number, row, col in place.itertuples()}
    rows = [((0, 1), (2, 3)), ((1, 2), (1, 2)), ((4, 1), (5, 3))]
    matches = pd.DataFrame(
        [(region[one], region[other], 0.01 * (3 - k)) for k, (one, other) in enumerate(rows)],
        columns=["region_a", "region_b", "share"],
    )
    told = told_by_column(matches, found, tuple(parts))
    assert len(told) == 2
    (columns,) = [one for one in told if "columns" in one]
    own = found[(found["col_a"] == 1) & (found["col_b"] == 3)]
    assert columns["share"] == pytest.approx(own["share"].sum())
    assert columns["columns"][0].startswith("column 2 ") and columns["columns"][1].startswith("column 4 ")
    assert columns["first"]["region_a"] == region[0, 1]
    assert [one["share"] for one in told] == sorted((one["share"] for one in told), reverse=True)
