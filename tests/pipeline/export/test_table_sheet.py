import pandas as pd
import pytest

from tablekin.export.table_sheet import table_sheets
from tests.support.told_corpus import cells, documents, select


@pytest.fixture
def sheet(tmp_path):
    regions = cells("p0", [["1", "23 30"], ["2", "24 11"]])
    regions.loc[3, "confidence"] = 0.45
    digits = pd.DataFrame(
        {
            "doc_id": "p0",
            "digit": [3, 1],
            "score": [0.5, 0.95],
            "x0": [0.0, 1.0],
            "y0": [0.0, 0.0],
            "region_id": 4,
            "other": [8, 7],
            "other_score": [0.4, 0.05],
        }
    )
    checks = pd.DataFrame(
        {
            "doc_id": "p0",
            "region_id": [2, 2, 3],
            "kind": ["difference", "function", "function"],
            "residual": [0.0, 10.0, 0.0],
            "p_misprint": [0.0, 0.9, 0.0],
            "p_misreading": [0.0, 0.05, 0.0],
            "due": ["23 30", "23 20", "2"],
        }
    )
    tables = {
        "documents": documents(work=["Canon"], year=[1550]),
        "regions": regions,
        "digits": digits,
        "checks": checks,
    }
    (sheet,) = table_sheets(select(tables, tmp_path))
    return sheet


def test_what_is_doubtful_or_wrong_is_told(sheet):
    assert (sheet.doubtful, sheet.wrong) == ({(2, 2)}, {(1, 2)})
    assert sheet.notes == {
        (2, 2): "Read with probability 0.45: a 3 (probability 0.50) may be an 8 (0.40).",
        (1, 2): "Should be 23 20 by the function of its table, off by +10 in the last place: "
        "misprinted, with probability 0.90.",
    }


def test_the_function_says_what_is_due_before_other_checks(sheet):
    assert sheet.computed.to_numpy().tolist() == [["", "23 20"], ["2", ""]]


def test_it_is_named(sheet):
    assert (sheet.doc_id, sheet.table, sheet.about) == ("p0", 1, "Canon, 1550")


def test_words_stand_where_nothing_else_was_read(tmp_path):
    regions = cells("p0", [["", "1"]])
    regions.loc[0, "label"] = "Aries"
    (sheet,) = table_sheets(select({"documents": documents(title=["t"]), "regions": regions}, tmp_path))
    assert sheet.printed.to_numpy().tolist() == [["Aries", "1"]]
