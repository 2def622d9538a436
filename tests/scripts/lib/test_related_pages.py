"""Which pages of an archive are related."""

from __future__ import annotations

import numpy as np
import pandas as pd
from lib import related_pages
from lib.related_pages import find_related_pages

from tests.support.printed_cells import printed_cells


def test_related_pages_print_the_same_values_and_equal_tables_of_two_works_are_neutral(monkeypatch, tmp_path):
    rng = np.random.default_rng(2)
    values = {str(k): [str(k), *rng.integers(100, 999, 2).astype(str)] for k in range(1, 31)}
    other = {key: [key, *rng.integers(100, 999, 2).astype(str)] for key in values}
    keys = ["argument", "x", "y"]
    late = dict(list(values.items())[20:])
    pages = {
        "a": ("one", "one_a", printed_cells("a", "one", values, keys)),
        "b": ("one", "one_b", printed_cells("b", "one", values, keys, turned=True)),
        "c": ("one", "one_b", printed_cells("c", "one", dict(list(values.items())[:4]), keys)),
        "d": ("one", "one_c", printed_cells("d", "one", late, keys)),
        "e": ("two", "two_a", printed_cells("e", "two", values, keys)),
        "f": ("three", "three_a", printed_cells("f", "three", other, keys)),
    }
    truth = {
        "documents": pd.DataFrame(
            [(doc, work, edition, "table") for doc, (work, edition, _) in pages.items()],
            columns=["doc", "work", "edition", "kind"],
        ),
        "cells": pd.concat([page[2] for page in pages.values()]),
        "works": pd.DataFrame({"work": ["one", "two", "three"], "family": ["sine"] * 3}),
    }
    monkeypatch.setattr(related_pages, "read_truth", lambda archive, table: truth[table])
    found = find_related_pages(tmp_path)
    place = {doc: k for k, doc in enumerate(found.docs)}
    assert found.change == {("a", "b"): "transposed", ("a", "d"): "same columns", ("b", "d"): "transposed"}
    assert found.neutral[place["a"], place["e"]]  # the same values, another work
    assert found.neutral[place["a"], place["c"]]  # too little in common
    assert found.neutral[place["b"], place["c"]]  # one edition
    assert not found.neutral[place["a"], place["f"]]
