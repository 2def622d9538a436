import itertools

import evaluate_reading
import numpy as np
import pandas as pd
from evaluate_reading import _align, by_kind, score_hours, score_positions


def by_hand(found: list[int], true: list[int]) -> int:
    """Longest common subsequence by trying all."""
    for size in range(min(len(found), len(true)), 0, -1):
        if set(itertools.combinations(found, size)) & set(itertools.combinations(true, size)):
            return size
    return 0


def test_agreeing_digits_are_the_longest_common_subsequence() -> None:
    rng = np.random.default_rng(2)
    for _ in range(60):
        found, true = (rng.integers(0, 4, rng.integers(1, 9)).tolist() for _ in range(2))
        hits, span = _align(np.array(found, np.int8), np.array(true, np.int8))
        assert hits == by_hand(found, true)
        assert hits <= span <= len(found)


def test_digits_before_and_after_the_true_ones_are_free_and_those_between_are_not() -> None:
    assert _align(np.array([7, 7, 1, 9, 2, 3, 7], np.int8), np.array([1, 2, 3], np.int8)) == (3, 4)


def month(shift: int) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """A page of 3 x 4 cells of four digits each, its first column beside the true ones."""
    rng = np.random.default_rng(4)
    true = pd.DataFrame([["".join(map(str, rng.integers(0, 10, 4))) for _ in range(4)] for _ in range(3)])
    cells, digits = [], []
    for row in range(3):
        for col in range(5):
            text = "12" if col == 0 else true.iat[row, col - 1]
            region = len(cells)
            cells.append((region, "cell", row, col + shift, text))
            digits += [
                (int(c), 100.0 * col + 9 * k, 100.0 * col + 9 * k + 8, region) for k, c in enumerate(text)
            ]
    return {
        "regions": pd.DataFrame(cells, columns=["region_id", "kind", "row", "col", "text"]),
        "digits": pd.DataFrame(digits, columns=["digit", "x0", "x1", "region_id"]),
    }, true


def test_a_page_read_without_fault_scores_full_marks_wherever_its_columns_are_counted_from() -> None:
    for shift in (0, 1):
        tables, true = month(shift)
        score = score_hours(tables, true)
        assert score == {"true": 48, "hits": 48, "found": 48, "cells": 12, "cells_right": 12}


def test_a_cell_in_the_wrong_column_is_not_right_though_its_digits_are_found() -> None:
    tables, true = month(0)
    regions = tables["regions"]
    regions.loc[(regions["row"] == 1) & (regions["col"] > 2), "col"] += 1
    score = score_hours(tables, true)
    assert score["hits"] == 48
    assert score["cells_right"] == 10


def test_a_false_a_missed_and_an_ignored_digit_count_as_such() -> None:
    box = {"y0": [0.0] * 4, "y1": [20.0] * 4, "x0": [0.0, 20, 40, 60], "x1": [10.0, 30, 50, 70]}
    truth = pd.DataFrame({"digit": [1, 2, 3, 4], "ignore": [False, False, False, True], **box})
    guess = pd.DataFrame({"digit": [1, 5, 4, 9], **box}).drop(index=2)
    none = pd.DataFrame(columns=["kind", "text"], dtype=str)
    regions = pd.DataFrame({"kind": [], "text": []})
    score = score_positions({"digits": guess, "regions": regions}, truth, none)
    assert (score["true"], score["hits"], score["found"]) == (3, 1, 2)


def test_pages_with_tables_are_summed_by_type_of_table_face_height_and_wear(monkeypatch, tmp_path) -> None:
    truth = {
        "documents": pd.DataFrame(
            {
                "doc": list("abc"),
                "work": ["sine-01", "sine-01", "rent-01"],
                "kind": ["table", "table", "prose"],
                "face": ["cardo", "engraved", "cardo"],
                "digit_height": [10.0, 18.0, 18.0],
                "wear": [0.0, 0.9, 0.5],
            }
        ),
        "works": pd.DataFrame({"work": ["sine-01", "rent-01"], "family": ["sine", "rent"]}),
    }
    monkeypatch.setattr(evaluate_reading, "_truth", lambda folder, table: truth[table])
    counts = {"true": 10, "hits": [5, 10, 10], "found": 10, "cells": 4, "cells_right": [1, 4, 4]}
    scores = pd.DataFrame({"page": list("abc"), **counts, "pages": 1, "turned_wrong": 0, "table_wrong": 0})
    found = by_kind(scores, tmp_path)
    [sine] = found["table_type"].to_dict("records")
    assert (sine["table_type"], sine["pages"], sine["recall"], sine["cells_exact"]) == (
        "sine",
        2,
        0.75,
        0.625,
    )
    assert found["face"].set_index("face")["recall"].to_dict() == {"cardo": 0.5, "engraved": 1.0}
    assert list(found["height"]["height"]) == ["(0, 12]", "(16, 20]"]
    assert len(found["wear"]) == 2


def test_all_pages_are_summed_by_their_kind(monkeypatch, tmp_path) -> None:
    works = pd.DataFrame({"work": ["sine-01"], "family": ["sine"]})
    documents = pd.DataFrame({"doc": list("abc"), "work": "sine-01", "kind": ["table", "prose", "table"]})
    truth = {"documents": documents.assign(face="cardo", digit_height=18.0, wear=0.5), "works": works}
    monkeypatch.setattr(evaluate_reading, "_truth", lambda folder, table: truth[table])
    counts = {"true": [10, 4, 30], "hits": [5, 1, 30], "found": [10, 1, 30], "cells": [4, 0, 4]}
    scores = pd.DataFrame({"page": list("abc"), **counts, "cells_right": [1, 0, 4], "pages": 1})
    found = by_kind(scores.assign(turned_wrong=[0, 1, 0], table_wrong=0), tmp_path)["kind"].set_index("kind")
    assert found["recall"].to_dict() == {"prose": 0.25, "table": 35 / 40}
    assert found["precision"].to_dict() == {"prose": 1, "table": 35 / 40}
    assert found["turned_wrong"].to_dict() == {"prose": 1, "table": 0}
