import itertools

import pytest

from tablekin.errors import ConfigError
from tablekin.ingest.metadata import read_metadata
from tablekin.ingest.metadata_join import join_metadata, read_spreads
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


def test_accents_are_the_same_in_both_ways_to_write_them(write):
    decomposed, composed = "Ta\u0308fel.jpg", "T\u00e4fel.jpg"
    for key, source in ((decomposed, composed), (composed, decomposed)):
        joined, warnings = join_metadata(documents(source), write(f"file,work\n{key},W\n"))
        assert joined["work"].tolist() == ["W"]
        assert warnings == []


def test_capitals_do_not_matter_where_one_row_and_one_scan_fit_and_it_is_said(write):
    metadata = write("file,work\nA/P1.JPG,V\na/p2.jpg,W\n")
    joined, [warning] = join_metadata(documents("a/p1.jpg", "a/p2.jpg"), metadata)
    assert joined["work"].tolist() == ["V", "W"]
    assert "1 rows name their scan in other capitals, the first: A/P1.JPG for a/p1.jpg" in warning


def test_capitals_tell_scans_apart_that_differ_in_nothing_else(write):
    metadata = write("file,work\nc.jpg,W\n")
    joined, warnings = join_metadata(documents("C.jpg", "c.jpg"), metadata)
    assert joined["work"].fillna("").tolist() == ["", "W"]
    assert any("1 scans have no row, the first: C.jpg" in line for line in warnings)


@pytest.mark.parametrize(
    ("keys", "sources"), [(["c.JPG", "C.jpg"], ["c.jpg"]), (["c.JPG"], ["c.jpg", "C.jpg"])]
)
def test_what_could_mean_several_by_its_capitals_means_none(write, keys, sources):
    metadata = write("file,work\n" + "".join(f"{key},W\n" for key in keys))
    joined, warnings = join_metadata(documents(*sources), metadata)
    assert joined["work"].isna().all()
    assert warnings


def test_a_path_in_other_capitals_is_surer_than_the_name_of_a_file(write):
    metadata = write("file,work\nA/p1.jpg,V\nb/p1.jpg,W\n")
    joined, _ = join_metadata(documents("a/p1.jpg", "b/p1.jpg"), metadata)
    assert joined["work"].tolist() == ["V", "W"]


def test_whole_numbers_with_gaps_stay_whole(write):
    metadata = write("file,year,folio\na.png,1550,12.0\nb.png,,\n")
    joined, _ = join_metadata(documents("a.png", "b.png", "c.png"), metadata)
    table = to_arrow("documents", joined, metadata.fields)
    for name, value in (("year", 1550), ("year_from", 1550), ("year_to", 1550), ("folio", 12)):
        assert table[name].to_pylist() == [value, None, None]
        assert str(table[name].type) == "int64"


def test_the_user_says_which_images_show_two_pages(write):
    metadata = write("file,split_spreads\na.png,yes\nb.png,No\nc.png,\nd.png,0\n")
    sources = ["x/a.png", "b.png", "c.png", "d.png", "e.png"]
    assert read_spreads(sources, metadata) == {"x/a.png": True, "b.png": False, "d.png": False}
    assert read_spreads(sources, write("file,work\na.png,W\n")) == read_spreads(sources, None) == {}
    with pytest.raises(ConfigError, match=r"'maybe'.*a\.png"):
        read_spreads(sources, write("file,split_spreads\na.png,maybe\n"))
