import csv

import pandas as pd
import pytest

from tablekin.corpus import CorpusStore
from tablekin.export import export_corpus
from tablekin.export.csv_tables import write
from tests.support.told_corpus import HOSTILE, cells, documents, select


@pytest.fixture(scope="module")
def folder(editions, tmp_path_factory):
    out = tmp_path_factory.mktemp("csv")
    export_corpus(editions, "csv", out)
    return out


def test_each_table_is_read_back_as_printed_and_as_numbers(folder, editions):
    corpus = CorpusStore.open(editions)
    listed = pd.read_csv(folder / "tables.csv")
    assert listed["document"].tolist() == [f"page{number}" for number in range(6)]
    for row in listed.itertuples():
        regions = corpus.read("regions", [row.document])
        own = regions[regions["kind"] == "cell"]
        printed = pd.read_csv(folder / row.printed, index_col="row", dtype=str, keep_default_na=False)
        numbers = pd.read_csv(folder / row.numbers, index_col="row")
        assert printed.shape == numbers.shape == (row.rows, row.columns) == (20, 4)
        for cell in own.itertuples():
            row, column = int(cell.row) + 1, str(int(cell.col) + 1)
            assert printed.loc[str(row), column] == cell.printed
            assert numbers.loc[row, column] == cell.value
        assert numbers.dtypes.eq("int64").all()


def test_the_same_again_gives_the_same_files(folder, editions, tmp_path):
    export_corpus(editions, "csv", tmp_path)
    for path in folder.rglob("*.csv"):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_what_a_spreadsheet_needs_is_there(folder):
    for path in folder.rglob("*.csv"):
        assert path.read_bytes().startswith(b"\xef\xbb\xbf")  # else Excel reads a degree sign as two letters


def test_no_text_is_a_formula_or_breaks_a_line(tmp_path):
    texts = [[text, "-3", "+3.5", "02"] for text in HOSTILE]
    tables = {"documents": documents(title=[HOSTILE[0]], **{"=1": ["a\nb"]}), "regions": cells("p0", texts)}
    assert len(list(write(select(tables, tmp_path)))) == 3
    for path in tmp_path.rglob("*.csv"):
        text = path.read_bytes().decode("utf-8-sig")
        assert all(letter.isprintable() or letter in "\r\n\u202e\u200f" for letter in text)
        with path.open(encoding="utf-8-sig", newline="") as file:
            for line in csv.reader(file):
                assert not [cell for cell in line if cell.lstrip()[:1] in ("=", "@", "＝")]
                assert all(cell[:1] not in ("+", "-") or cell in ("+3.5", "-3") for cell in line)
    printed = pd.read_csv(tmp_path / "printed" / "p0-1.csv", dtype=str, keep_default_na=False)
    assert len(printed) == len(HOSTILE)
    assert printed["2"].tolist() == ["-3"] * len(HOSTILE)
    assert printed["4"].tolist() == ["02"] * len(HOSTILE)
    assert printed["1"].tolist()[:2] == [f"'{HOSTILE[0]}", "'+1+1"]
    assert printed["1"].tolist()[8] == HOSTILE[8]


def test_a_row_that_no_cell_has_is_empty(tmp_path):
    regions = cells("p0", [["1", "2"], ["3", "4"], ["5", "6"]])
    tables = {"documents": documents(title=["t"]), "regions": regions[(regions["row"] != 1)]}
    list(write(select(tables, tmp_path)))
    numbers = pd.read_csv(tmp_path / "numbers" / "p0-1.csv", index_col="row")
    assert numbers.index.tolist() == [1, 2, 3]
    assert numbers.loc[2].isna().all()
    assert numbers.loc[3, "2"] == 6
