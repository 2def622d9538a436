"""What regions are, and that the shares of parts are those of the map of all regions."""

import numpy as np
import pandas as pd
import pytest

from tablekin.explain import PART_KINDS, joint_parts, joint_relevance, parts_of
from tablekin.schemas import empty
from tests.support.printed_factors import page_with_factors

COLUMNS = pd.DataFrame(
    {
        "doc_id": "a",
        "table_id": 0,
        "col": [0, 1, 2, 2],
        "group": [0, 1, 1, 2],
        "role": ["argument", "value", "value", "value"],
    }
)
FUNCTIONS = pd.DataFrame({"doc_id": ["a"], "group": [1], "function": ["declination"]})


@pytest.fixture
def regions():
    frame = page_with_factors("a", 5, 4).rows("regions").assign(doc_id="a")
    frame.loc[(frame["kind"] == "column") & (frame["col"] == 1), "label"] = "Aries"
    return frame


def test_cells_are_what_their_column_is(regions):
    parts = parts_of(regions, COLUMNS, FUNCTIONS).set_index("region_id")
    kinds = regions.set_index("region_id")
    assert set(parts.index) == set(kinds.index[~kinds["kind"].isin(["row", "column"])])
    assert parts.index.is_unique  # also where a column prints places of two numbers
    for region, part in parts.iterrows():
        col = kinds.at[region, "col"]
        if kinds.at[region, "kind"] == "header":
            assert part["part"] == "heading" and pd.isna(part["col"])
            continue
        assert part["part"] == ["argument", "value", "value", "cell"][col]
        assert part["function"] == ("declination" if col in (1, 2) else "")
        assert part["label"] == ("Aries" if col == 1 else "")
        assert part["col"] == col
    assert {*parts["part"]} <= {*PART_KINDS}


def test_a_corpus_that_knows_nothing_of_columns_has_cells(regions):
    parts = parts_of(regions, empty("columns"), empty("functions"))
    assert {*parts["part"]} == {"cell", "heading"}
    assert len(parts_of(empty("regions"), COLUMNS, FUNCTIONS)) == 0


def test_what_parts_have_in_common_is_the_sum_over_their_regions(regions):
    a, b = page_with_factors("a", 5, 4), page_with_factors("b", 5, 4, seed=1)
    factors = a.rows("factors"), b.rows("factors")
    parts = parts_of(regions, COLUMNS, FUNCTIONS), b.parts
    joint = joint_parts(factors, parts)
    full = joint_relevance(*factors)
    assert joint["relevance"].sum() == pytest.approx(full.to_numpy().sum())
    assert joint["share"].sum() == pytest.approx(1)
    assert joint["relevance"].is_monotonic_decreasing
    keys = [one.set_index("region_id")[["part", "col"]] for one in parts]
    for row in joint.itertuples():
        own = []
        for side, key in zip("ab", keys, strict=True):
            part, col = getattr(row, f"part_{side}"), getattr(row, f"col_{side}")
            same = key["col"].isna() if pd.isna(col) else (key["col"] == col).fillna(False)
            own.append(key.index[(key["part"] == part) & same.astype(bool)])
        block = full.reindex(index=own[0], columns=own[1]).to_numpy()
        assert row.relevance == pytest.approx(np.nansum(block))
