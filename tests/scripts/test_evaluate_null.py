"""What tables that have nothing to do with one another have in common, beside a table and its copy."""

from __future__ import annotations

import evaluate_null
import numpy as np
import pandas as pd
from evaluate_collation import printed_page
from lib.pair_log import PairLog

from tests.support.printed_cells import printed_cells


def test_only_a_table_and_its_copy_are_called_kin(monkeypatch) -> None:
    rng = np.random.default_rng(5)

    def table(doc: str) -> pd.DataFrame:
        rows = {str(k): [str(k), *rng.integers(1000, 9999, 2).astype(str)] for k in range(1, 31)}
        return printed_cells(doc, doc, rows, ["argument", "x", "y"])

    witnesses = {doc: printed_page(table(doc)).witness for doc in "abc"}
    witnesses["d"] = witnesses["a"]

    class Reader:
        def __init__(self, corpus, names):
            assert names == ["a", "b", "c", "d"]  # the page without a table is left out

        def witness(self, name):
            return witnesses[name]

    class Pages:
        def read(self, table, columns):
            return pd.DataFrame({"doc_id": list("dcbae"), "is_table": [True] * 4 + [False]})

    monkeypatch.setattr(evaluate_null, "WitnessReader", Reader)
    rows = evaluate_null.measure(Pages(), 100, PairLog(None, {})).set_index(["a", "b"])
    assert len(rows) == 6
    assert rows.index[rows["kin"]].tolist() == [("a", "d")]
    assert rows["agreement"].idxmax() == ("a", "d")
    assert len(evaluate_null.measure(Pages(), 4, PairLog(None, {}))) == 4
