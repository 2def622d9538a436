import itertools

import pandas as pd
import pytest

from tablekin.errors import ConfigError
from tablekin.ingest.metadata import join_metadata, read_metadata
from tablekin.schemas import empty, to_arrow


def documents(*sources):
    frame = empty("documents").reindex(range(len(sources)))
    return frame.assign(source=list(sources), doc_id=[f"d{n}" for n in range(len(sources))])


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "meta.csv").write_text(text, "utf-8")
        return read_metadata(tmp_path / "meta.csv")

    return write


def test_every_column_is_joined_as_given(write):
    metadata = write("file,year,shelf mark\na.png,1545,0071\nb/c.png,,x\n")
    joined, warnings = join_metadata(documents("b/c.png", "a.png"), metadata)
    assert joined["file"].tolist() == ["b/c.png", "a.png"]
    assert joined["year"].isna().tolist() == [True, False]
    assert joined["year"].iloc[1] == 1545
    assert joined["shelf mark"].tolist() == ["x", "0071"]
    assert warnings == []


@pytest.mark.parametrize("key", ["b/c.png", "c.png", "c", "scans/b/c.png", "./b/c.png", "b\\c.png"])
def test_a_scan_may_be_named_in_several_ways(write, key):
    joined, warnings = join_metadata(documents("b/c.png"), write(f"file,work\n{key},W\n"))
    assert joined["work"].tolist() == ["W"]
    assert warnings == []


def test_source_names_the_scan_where_there_is_no_file(write):
    joined, _ = join_metadata(documents("a.png"), write("source,work\na.png,W\n"))
    assert joined["work"].tolist() == ["W"]
    assert list(joined.columns) == [*empty("documents").columns, "work"]


def test_mismatches_are_warned_about(write):
    metadata = write("file,work\nc.png,W\nnowhere.png,X\n")
    joined, warnings = join_metadata(documents("a/c.png", "b/c.png", "d.png"), metadata)
    assert joined["work"].isna().all()
    assert any("nowhere.png" in line for line in warnings)
    assert any("c.png fits several" in line for line in warnings)
    assert any("d.png" in line for line in warnings)


def test_joining_again_replaces_the_columns(write):
    joined, _ = join_metadata(documents("a.png"), write("file,work,year\na.png,W,1500\n"))
    again, _ = join_metadata(joined, write("file,work\na.png,V\n"))
    assert again["work"].tolist() == ["V"]
    assert "year" not in again


def test_pages_of_one_file_share_its_row(write):
    joined, warnings = join_metadata(documents("a.tif", "a.tif"), write("file,work\na.tif,W\n"))
    assert joined["work"].tolist() == ["W", "W"]
    assert warnings == []


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("name,year\na,1\n", "no column 'file' or 'source'"),
        ("file,year\na,1\na,2\n", "'a' more than once"),
        ("file,status\na,1\n", "status"),
        ("", "not a CSV"),
        ('file,work\na,"b\n', "not closed"),
        ("file,year,place\na,1550,Basel,\nb,1551,Ulm,\n", "4 values in line 2 for 3 columns: delete a comma"),
        (
            "file,year,place\na,1550,Ulm\nb,1551,Basel,Switzerland\n",
            "4 values in line 3 for 3 columns.*quotation",
        ),
        ("file,work,work \na,b,c\n", "several columns 'work'"),
        ("file,work,work\na,b,c\n", "several columns 'work'"),
        ("file,work,\na,b,\nb,c,d\n", "no name for column 3, which has a value in line 3"),
    ],
)
def test_a_file_that_cannot_be_used_is_told(write, text, word):
    with pytest.raises(ConfigError, match=word):
        write(text)


def test_a_missing_file_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"nowhere\.csv"):
        read_metadata(tmp_path / "nowhere.csv")


def test_numbers_too_long_for_integers_stay_text(write):
    metadata = write("file,id\na.png,99999999999999999999\n")
    assert pd.api.types.is_string_dtype(metadata.rows["id"])


def test_columns_and_lines_without_a_value_are_left_out(write):
    metadata = write('file,work,,\na.png,"W, of 1550",,\n,,,\n\nb.png\n')
    assert metadata.rows["file"].tolist() == ["a.png", "b.png"]
    assert metadata.columns == ["file", "work"]
    joined, warnings = join_metadata(documents("a.png", "b.png"), metadata)
    assert joined["work"].fillna("").tolist() == ["W, of 1550", ""]
    assert warnings == []


VALUES = ("1550", "x", "")


@pytest.mark.parametrize("rows", range(4))
@pytest.mark.parametrize("scans", range(4))
def test_every_pattern_of_missing_rows_and_values_is_joined(write, rows, scans):
    for named in itertools.product([True, False], repeat=scans):
        table = documents(*(f"{'a' if row else 'z'}{place}.png" for place, row in enumerate(named)))
        for values in itertools.product(VALUES, repeat=rows):
            lines = (f"a{place}.png,{value}\n" for place, value in enumerate(values))
            metadata = write("file,year\n" + "".join(lines))
            joined, _ = join_metadata(table, metadata)
            found = to_arrow("documents", joined, metadata.fields)["year"].to_pylist()
            given = [values[place] if row and place < rows else "" for place, row in enumerate(named)]
            assert ["" if value is None else str(value) for value in found] == given
