import pandas as pd
import pytest

from tablekin.errors import ConfigError
from tablekin.ingest.metadata import read_metadata
from tablekin.ingest.metadata_join import join_metadata
from tablekin.schemas import empty
from tests.support.places import METADATA


def documents(*sources):
    frame = empty("documents").reindex(range(len(sources)))
    return frame.assign(source=list(sources), doc_id=[f"d{n}" for n in range(len(sources))])


@pytest.fixture
def write(tmp_path):
    def write(text):
        (tmp_path / "meta.csv").write_text(text, "utf-8")
        return read_metadata(tmp_path / "meta.csv")

    return write


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


@pytest.mark.parametrize("name", ["status", "Width", "year_from", "Year_To"])
def test_a_column_that_has_a_reserved_name_is_told_with_the_remedy(write, name):
    with pytest.raises(ConfigError, match=f"tablekin writes itself: {name}; rename them") as caught:
        write(f"file,{name}\na.png,1\n")
    assert ("read from the column 'year'" in str(caught.value)) == name.casefold().startswith("year")


def test_a_column_source_beside_file_is_told(write):
    with pytest.raises(ConfigError, match="source; rename"):
        write("file,source\na.png,BSB\n")


def test_dates_are_kept_as_written_and_read_into_years(write):
    metadata = write("file,Year\na,c. 1550\nb,1551\nc,s.a.\nd,MDL\ne,sometime\nf,\n")
    assert metadata.rows["Year"].fillna("").tolist() == ["c. 1550", "1551", "s.a.", "MDL", "sometime", ""]
    assert metadata.rows["year_from"].fillna(0).tolist() == [1545, 1551, 0, 1550, 0, 0]
    assert metadata.rows["year_to"].fillna(0).tolist() == [1555, 1551, 0, 1550, 0, 0]
    [note] = metadata.notes
    assert "1 dates of the column 'Year' are not understood, the first: sometime" in note


def test_the_key_may_be_capitalised_as_spreadsheets_do(write):
    assert write("File,work\na.png,W\n").key == "File"


@pytest.mark.parametrize("separator", [";", "\t", "|"])
def test_a_stray_separator_is_told_by_its_name(write, separator):
    text = "file,year\na,1550,\n".replace(",", separator)
    word = {";": "semicolon", "\t": "tab", "|": "vertical bar"}[separator]
    with pytest.raises(ConfigError, match=f"3 values in line 2 for 2 columns: delete a {word}"):
        write(text)


SOURCES = ["a/p1.jpg", "b/p1.jpg", "c.jpg", "T\u00e4fel.jpg"]


@pytest.mark.skipif(not METADATA.exists(), reason=f"no inputs in {METADATA}")
@pytest.mark.parametrize(
    ("file", "years"),
    [
        ("nfd.csv", [1550, 1551, 1560, 1570]),
        ("semicolon.csv", [1550, 1551, 1560, 1570]),
        ("upper.csv", [1550, 1551, 1560, 1570]),
        ("spaces.csv", [1550, 1551, None, None]),
        ("trailing_comma.csv", "4 values in line 2 for 3 columns"),
        ("extra_comma.csv", "4 values in line 2 for 3 columns"),
    ],
)
def test_files_that_once_lost_all_metadata_are_read_or_refused(file, years):
    if isinstance(years, str):
        with pytest.raises(ConfigError, match=years):
            read_metadata(METADATA / file)
        return
    metadata = read_metadata(METADATA / file)
    joined, _ = join_metadata(documents(*SOURCES), metadata)
    assert [None if pd.isna(year) else year for year in joined["year"]] == years
    assert joined["year_from"].equals(joined["year"])
