"""Tesseract's table of text."""

import pytest

from tablekin.words.printout import parse_printout
from tests.support.ocr_engine import HEAD, printout


def test_words_come_with_boxes_and_confidences():
    found = parse_printout(
        printout(("Tabula", (10, 20, 70, 44), 91.5), (" ", (0, 0, 5, 5), 95), ("Ô", (1, 2, 3, 4), 0))
    )
    assert found.to_numpy().tolist() == [["Tabula", 10, 20, 70, 44, 0.915], ["Ô", 1, 2, 3, 4, 0]]


def test_a_page_without_words_has_none():
    found = parse_printout(printout())
    assert found is not None
    assert found.columns.tolist() == ["text", "x0", "y0", "x1", "y1", "confidence"]
    assert found.empty


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Segmentation fault",
        HEAD.replace("conf", "certainty"),
        HEAD + "\n5\t1\t1\t1\t1\t1\tleft\t2\t3\t4\t90\tTabula",
        HEAD + "\n5\t1\t1\t1\t1\t1\t1\t2\t3\t4\tnan\tTabula",
        HEAD + "\n5\t1\t1\t1\t1\t1\t1\t2",
    ],
)
def test_what_is_no_such_table_is_told_from_one_without_words(text):
    found = parse_printout(text)
    assert found is None or (len(text.split("\t")[-1]) < 2 and found.empty)
