import json
from pathlib import Path

import numpy as np
import pandas as pd

from tablekin.cli.json_text import to_json
from tablekin.errors import ExitCode


def test_tables_are_lists_of_rows_and_what_is_missing_is_null():
    table = pd.DataFrame(
        {
            "number": pd.array([1, None], "Int32"),
            "share": np.array([0.5, np.nan], np.float32),
            "name": ["a", None],
            "features": [np.array(["12", "3"]), []],
            "when": pd.to_datetime(["1545-01-02", None]),
        }
    )
    given = {
        "table": table,
        3: {"of": Path("x/y"), "code": ExitCode.PARTIAL, "set": frozenset("ba"), "big": np.int64(2**40)},
        "infinite": float("inf"),
        "true": np.True_,
    }
    assert json.loads(to_json(given)) == {
        "table": [
            {"number": 1, "share": 0.5, "name": "a", "features": ["12", "3"], "when": "1545-01-02 00:00:00"},
            {"number": None, "share": None, "name": None, "features": [], "when": None},
        ],
        "3": {"of": "x/y", "code": 3, "set": ["a", "b"], "big": 2**40},
        "infinite": None,
        "true": True,
    }


def test_letters_stand_as_they_are():
    assert "Nürnberg" in to_json({"place": "Nürnberg"})
