import numpy as np
import pyarrow as pa
import pytest

from tablekin.check import Problem
from tablekin.check.problem import (
    ROUNDING,
    WrongRows,
    delete_batch,
    delete_tables,
    name_some,
    scatter_mask,
)
from tablekin.corpus import CorpusLayout


@pytest.fixture
def layout(tmp_path):
    return CorpusLayout(tmp_path)


def test_a_problem_says_where_what_and_what_to_do():
    assert str(Problem("pairs", "has no part", "run again")) == "pairs: has no part; to repair it, run again"


def test_rounding_is_no_difference_and_what_is_no_number_is_one():
    found = np.array([1.0, 1.00005, 1.01, np.nan, 1e-11])
    expected = np.array([1.0, 1.0, 1.0, 1.0, 0.0])
    assert ROUNDING.differ(found, expected, expected).tolist() == [False, False, True, True, False]


def test_wrong_rows_are_counted_over_all_groups_and_the_first_is_named():
    rows = WrongRows()
    table = pa.table({"doc_a": ["a", "b", "c"], "doc_b": ["x", "y", "z"]})
    rows.note("are odd", np.array([False, True, True]), table)
    rows.note("are odd", np.array([True, False, False]), table)
    rows.note("are even", np.array([False, False, False]), table)
    (problem,) = rows.problems("pairs/part", "run again")
    assert problem.what == "3 rows are odd (first: b and y)"


def test_many_documents_are_not_all_named():
    assert name_some(["a", "b", "c"]) == "a, b, c"
    assert name_some(["a", "b", "c", "d", "e"]) == "a, b, c and 2 more"


def test_a_mask_of_chosen_rows_is_one_of_all():
    chosen = np.array([True, False, True, True])
    assert scatter_mask(chosen, np.array([False, True, True])).tolist() == [False, False, True, True]


def test_repairs_name_what_lies_in_the_corpus(layout):
    assert delete_tables(layout, "pairs") == "delete the folder pairs and run again"
    assert delete_tables(layout, "alignments", "collations") == (
        "delete the folders alignments and collations and run again"
    )
    assert delete_batch(layout, "part-00003.parquet") == "delete documents/part-00003.parquet and run again"
