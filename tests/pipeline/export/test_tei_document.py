import numpy as np
import pandas as pd

from tablekin.export.printed_page import PrintedPage, PrintedRegion, PrintedTable
from tablekin.export.reading_frame import ReadingFrame
from tablekin.export.tei_document import CellCheck, checks_of_cells, make_text
from tablekin.export.text_line import TextLine
from tablekin.page import RegionKind
from tablekin.schemas import empty

BOX = (0.0, 0.0, 9.0, 9.0)


def page_of(*texts):
    lines = [TextLine(text, BOX, ((0, 9), (9, 9)), (), 0.9) for text in texts]
    cells = tuple(
        PrintedRegion(number, RegionKind.CELL, 0, number, BOX, line.text, 0.9, (line,))
        for number, line in enumerate(lines)
    )
    frame = ReadingFrame(0, 0.0, 20, 20, np.eye(3)[:2], 9.0)
    return PrintedPage("d", 20, 20, frame, (), (PrintedTable(0, BOX, None, cells),))


def text_of(checks, *texts, columns=None, functions=None):
    columns = empty("columns") if columns is None else columns
    functions = empty("functions") if functions is None else functions
    return make_text(page_of(*texts), checks, columns, functions)


def test_a_misprint_is_sic_with_what_should_stand_there():
    checks = {0: CellCheck("misprint", "45", 0.91), 1: CellCheck("misreading", "17", 0.6)}
    one, two, three = text_of(checks, "48", "11", "7").iter("cell")
    (choice,) = one
    assert [(each.tag, each.text, each.get("cert")) for each in choice] == [
        ("sic", "48", None),
        ("corr", "45", "0.9100"),
    ]
    assert choice[1].get("resp") == "#tablekin"
    (choice,) = two
    assert [(each.tag, each.text, each.get("cert")) for each in choice] == [
        ("unclear", "11", "0.4000"),
        ("unclear", "17", "0.6000"),
    ]
    assert (three.text, len(three)) == ("7", 0)


def test_only_what_is_surely_wrong_and_whose_due_is_known_is_marked():
    rows = pd.DataFrame(
        {
            "region_id": [1, 2, 3, 4, 4],
            "kind": "function",
            "residual": [0.0, 1.0, 1.0, 1.0, 1.0],
            "p_misprint": [0.0, 0.9, 0.9, 0.7, 0.0],
            "p_misreading": [0.0, 0.0, 0.0, 0.0, 0.95],
            "due": ["1", "2", None, "4", "5"],
        }
    )
    assert checks_of_cells(rows) == {
        2: CellCheck("misprint", "2", 0.9),
        4: CellCheck("misreading", "5", 0.95),
    }


def test_functions_and_columns_are_feature_structures():
    columns = pd.DataFrame(
        [
            {
                "doc_id": "d",
                "table_id": 0,
                "col": 1,
                "group": 3,
                "radix": 60,
                "unit": "degrees",
                "role": "value",
                "step": np.nan,
            }
        ]
    )
    parameter = {
        "name": "R",
        "value": 60.5,
        "low": 60.0,
        "high": 61.0,
        "known_as": ["Ptolemy", "Regiomontanus"],
    }
    functions = pd.DataFrame(
        [
            {
                "doc_id": "d",
                "table_id": 0,
                "group": 3,
                "function": "sine",
                "parameters": [parameter],
                "cells": 9,
                "within_rounding": 8,
                "log_odds": 2.5,
                "rounding": "nearest",
            }
        ]
    )
    text = text_of({}, "1", "2", columns=columns, functions=functions)
    column, function = [each for each in text.find("body") if each.tag == "fs"]

    def said(structure):
        return {
            each.get("name"): each[0].get("value") or each[0].text
            for each in structure
            if each[0].tag != "fs"
        }

    assert said(column) == {"column": "2", "group": "3", "radix": "60", "unit": "degrees", "role": "value"}
    assert said(function) == {
        "group": "3",
        "function": "sine",
        "cells": "9",
        "within_rounding": "8",
        "log_odds": "2.5",
        "rounding": "nearest",
    }
    inner = function.find("f[@name='parameter']/fs")
    assert said(inner) == {
        "name": "R",
        "value": "60.5",
        "low": "60",
        "high": "61",
        "known_as": "Ptolemy; Regiomontanus",
    }
