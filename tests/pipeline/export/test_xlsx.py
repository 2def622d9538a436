import zipfile
from xml.etree import ElementTree

import pandas as pd
import pytest
from openpyxl import load_workbook

from tablekin.corpus import CorpusStore
from tablekin.export import export_corpus
from tablekin.export.workbook import DOUBTFUL
from tablekin.export.xlsx import write
from tests.support.told_corpus import HOSTILE, cells, documents, select

TOP = 4


@pytest.fixture(scope="module")
def path(editions, tmp_path_factory):
    out = tmp_path_factory.mktemp("xlsx")
    export_corpus(editions, "xlsx", out)
    return out / "tables.xlsx"


def test_each_sheet_is_a_table_and_the_first_says_which(path, editions):
    corpus = CorpusStore.open(editions)
    book = load_workbook(path)
    contents = book.worksheets[0]
    lines = [[cell.value for cell in row] for row in contents.iter_rows()]
    head = next(number for number, line in enumerate(lines) if line[0] == "sheet")
    listed = pd.DataFrame(lines[head + 1 :], columns=lines[head])
    assert listed["sheet"].tolist() == book.sheetnames[1:]
    assert listed["document"].tolist() == [f"page{number}" for number in range(6)]
    for number, row in enumerate(listed.itertuples(), head + 2):
        assert contents.cell(number, 1).hyperlink.location == f"'{row.sheet}'!A1"
        regions = corpus.read("regions", [row.document])
        for cell in regions[regions["kind"] == "cell"].itertuples():
            place, column = TOP + 1 + int(cell.row), 2 + int(cell.col)
            assert book[row.sheet].cell(place, column).value == cell.printed
            assert book[row.sheet].cell(place, column + row.columns + 1).value == cell.value


def test_the_same_again_gives_the_same_bytes(path, editions, tmp_path):
    export_corpus(editions, "xlsx", tmp_path)
    assert (tmp_path / "tables.xlsx").read_bytes() == path.read_bytes()


def test_doubts_are_tinted_and_nothing_is_a_formula(tmp_path):
    regions = cells("p0", [[text, "7"] for text in HOSTILE])
    regions.loc[regions.index[1], "confidence"] = 0.5
    regions["text"] = "7"
    tables = {"documents": documents(title=[HOSTILE[0]], **{"=1": [HOSTILE[6]]}), "regions": regions}
    (path,) = write(select(tables, tmp_path))
    book = load_workbook(path)
    page = book.worksheets[1]
    assert page.cell(TOP + 1, 3).fill.fgColor.rgb == DOUBTFUL.fgColor.rgb
    assert page.cell(TOP + 1, 3).comment.text == "Read with probability 0.50."
    assert page.cell(TOP + 2, 3).comment is None
    assert page.cell(TOP + 1, 2).value == HOSTILE[0]
    with zipfile.ZipFile(path) as archive:
        for name in archive.namelist():
            if name.endswith(".xml"):
                tree = ElementTree.fromstring(archive.read(name))
                tags = {element.tag.partition("}")[2] for element in tree.iter()}
                assert "f" not in tags


def test_many_tables_are_parted_into_several_workbooks(tmp_path, monkeypatch):
    monkeypatch.setattr("tablekin.export.xlsx._MAX_SHEETS", 2)
    regions = pd.concat([cells(f"p{number}", [["1"]]) for number in range(5)])
    tables = {"documents": documents(title=["t"] * 5), "regions": regions}
    paths = list(write(select(tables, tmp_path)))
    assert [path.name for path in paths] == [f"tables-00{number}.xlsx" for number in (1, 2, 3)]
    names = [name for path in paths for name in load_workbook(path).sheetnames[1:]]
    assert names == [f"p{number} 1" for number in range(5)]


def test_a_corpus_without_tables_gives_a_workbook_that_says_so(tmp_path):
    (path,) = write(select({"documents": documents(title=["t"])}, tmp_path))
    assert load_workbook(path).sheetnames == ["Contents"]
