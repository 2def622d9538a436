from __future__ import annotations

import json

import pandas as pd
import pyarrow as pa
import pytest

from tablekin.page import Level, RegionKind


@pytest.mark.parametrize("names", [RegionKind, Level])
def test_names_are_what_tables_hold(names: type[RegionKind] | type[Level]) -> None:
    for name in names:
        assert name == name.value == str(name) == f"{name}"
        assert json.loads(json.dumps(name)) == name.value
    column = pd.DataFrame({"kind": list(names)})["kind"]
    assert column.tolist() == [name.value for name in names]
    assert pa.array(tuple(names)).to_pylist() == [name.value for name in names]
    assert (column == next(iter(names))).tolist() == [True] + [False] * (len(names) - 1)


def test_levels_are_kinds_of_regions() -> None:
    assert {RegionKind(level) for level in Level} == {RegionKind.CELL, RegionKind.ROW, RegionKind.COLUMN}
