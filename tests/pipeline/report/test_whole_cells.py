"""Variants of tables that split their columns differently are shown whole."""

import pandas as pd

from tablekin.report.whole_cells import whole_variants


def row(region_a, region_b, text_a, text_b, relation="variant", computed="", error_in="unknown", sure=0.9):
    places = {"table_a": 0, "row_a": region_a // 10, "col_a": region_a % 10}
    places |= {"table_b": 0, "row_b": region_b // 10, "col_b": region_b % 10}
    texts = {"text_a": text_a, "text_b": text_b, "relation": relation, "computed": computed}
    return {
        "region_a": region_a, "region_b": region_b, **places, **texts, "error_in": error_in, "confidence": sure
    }  # fmt: skip


def test_a_number_in_one_cell_stands_beside_both_cells_of_the_other():
    cells = pd.DataFrame(
        [
            row(11, 11, "13 35", "13", "same", "13 35"),
            row(11, 12, "13 35", "53", "variant", "13 35", "b"),
            row(14, 15, "7", "7", "same"),
            row(21, 21, "14 02", "14", "same", "14 02"),
            row(21, 22, "14 02", "02", "same", "14 02"),
        ]
    )
    (found,) = whole_variants(cells).to_dict("records")
    assert (found["text_a"], found["text_b"], found["computed"]) == ("13 35", "13 53", "13 35")
    assert (found["error_in"], found["row_a"], found["col_a"]) == ("b", 1, 1)


def test_it_is_the_same_with_the_documents_exchanged_and_nothing_is_told_twice():
    cells = pd.DataFrame(
        [
            row(11, 11, "13", "14 53", "variant", "13", "b", 0.8),
            row(12, 11, "35", "14 53", "variant", "35", "b", 0.8),
            row(31, 31, "8", "9", "variant", "8", "b", 0.95),
        ]
    )
    found = whole_variants(cells)
    assert found["text_a"].tolist() == ["8", "13 35"] and found["text_b"].tolist() == ["9", "14 53"]
    assert found["computed"].tolist() == ["8", "13 35"]


def test_errors_of_either_side_are_errors_of_both():
    cells = pd.DataFrame([row(11, 11, "13 35", "12", error_in="b"), row(11, 12, "13 35", "36", error_in="a")])
    assert whole_variants(cells)["error_in"].tolist() == ["both"]


def test_without_variants_there_is_none():
    assert whole_variants(pd.DataFrame([row(1, 1, "7", "7", "same")])).empty
