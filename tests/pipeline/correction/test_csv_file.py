"""A file of corrections as spreadsheets save it, and as people spoil it."""

import pytest

from tablekin.correction import read_csv_file
from tablekin.correction.proposal import PlaceInTable
from tablekin.errors import UsageError


@pytest.fixture
def write(tmp_path):
    def write(content, encoding="utf-8"):
        path = tmp_path / "cells.csv"
        path.write_bytes(content.encode(encoding))
        return path

    return write


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_what_spreadsheets_save_is_read(write, encoding, separator):
    lines = [
        ["Doc", "TABLE", "row", "column", "reading"],
        ["p1", "1", "3.0", "2", "9° 10'"],
        ["p1", "", "4", "1", ""],
    ]
    file = read_csv_file(write("\r\n".join(map(separator.join, lines)), encoding))
    first, second = file.proposals
    assert (first.cell, first.readings, first.before) == (PlaceInTable(1, 3, 2), ("9° 10'",), None)
    assert (second.cell, second.readings) == (PlaceInTable(None, 4, 1), ("",))  # nothing is printed there
    assert first.place == "cells.csv, line 2"
    assert bool(file.notes) == (encoding != "utf-8" or separator != ",")


def test_a_line_that_cannot_be_taken_is_named_and_the_others_are_taken(write):
    lines = [
        "doc,row,column,x0,y0,x1,y1,reading",
        "p1,1,1,,,,,12",
        "p1,0,1,,,,,12",
        "p1,1,zwei,,,,,12",
        ",1,1,,,,,12",
        "p1,,,,,,,12",
        "p1,,,5,5,1,9,12",
        "p1,,,1,1,5,9,13",
        "p1,1,1,,,,,12,13",
        "p1,1,1,,,,," + "1" * 300,
        "p1,1,2,23. Apr,0,5,5,14",
    ]
    file = read_csv_file(write("\n".join(lines)))
    assert [one.readings for one in file.proposals] == [("12",), ("13",), ("14",)]
    assert file.proposals[1].box == (1, 1, 5, 9)
    assert file.proposals[2].box is None  # a date that a spreadsheet made; row and column are enough
    said = [(one.place.removeprefix("cells.csv, line "), one.what) for one in file.complaints]
    assert [line for line, _ in said] == ["3", "4", "5", "6", "7", "9", "10"]
    assert "'0' as its row" in said[0][1] and "'zwei' as its column" in said[1][1]
    assert "9 values for 8 columns" in said[5][1] and "300 characters" in said[6][1]
    assert all(one.remedy for one in file.complaints)


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "is empty"),
        ("row,column,reading\n1,1,2", "no column 'doc'"),
        ("doc,row,column\np1,1,1", "no column 'reading'"),
        ("doc,reading\np1,1", "does not say where"),
        ("doc,table_id,row,col,reading\np1,0,0,0,1", "count from 0"),
        ("doc,row,Row,column,reading\np1,0,0,0,1", "several columns 'row'"),
        ('doc,row,column,reading\np1,1,1,"2', "not closed"),
        ("PK\x03\x04", "workbook"),
    ],
)
def test_a_file_that_is_none_is_told(write, content, told):
    with pytest.raises(UsageError, match=told) as error:
        read_csv_file(write(content))
    assert "cells.csv" in str(error.value) and "metadata" not in str(error.value)
