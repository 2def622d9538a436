import pandas as pd
import pytest

from tablekin.corpus.corpus import Corpus
from tablekin.errors import UsageError
from tablekin.report.neighbours import (
    RegionNames,
    describe_neighbours,
    describe_pair,
    find_document,
    find_pair,
)
from tests.support.runs import start, write_scan


@pytest.fixture
def corpus(tmp_path):
    for number in range(3):
        write_scan(tmp_path / "scans" / f"b/page{number}.png", number)
    (tmp_path / "scans/torn.png").write_text("")
    (tmp_path / "meta.csv").write_text("file,work,year,place\npage0.png,Tabulae,1545,Nürnberg\n")
    start(tmp_path / "scans", tmp_path / "corpus", metadata=tmp_path / "meta.csv")
    return Corpus.open(tmp_path / "corpus")


def test_a_document_is_found_by_its_name_or_its_scan(corpus):
    assert find_document(corpus, "b_page1") == "b_page1"
    assert find_document(corpus, "b/page1.png") == "b_page1"
    assert find_document(corpus, "page1.png") == "b_page1"


@pytest.mark.parametrize(
    ("name", "word"), [("b_page7", "did you mean b_page"), ("torn", "is empty"), ("zzz", "documents")]
)
def test_a_document_that_cannot_be_used_is_told(corpus, name, word):
    with pytest.raises(UsageError, match=word):
        find_document(corpus, name)


def test_a_pair_stands_in_the_order_of_the_tables_and_is_of_two(corpus):
    assert find_pair(corpus, "b_page2", "b_page0") == ("b_page0", "b_page2")
    with pytest.raises(UsageError, match="same document"):
        find_pair(corpus, "b_page2", "page2.png")


def test_a_pair_is_told_with_its_score_its_ranks_and_its_matches(corpus):
    text = "\n".join(describe_pair(corpus, "b_page1", "b_page0"))
    pairs = pd.read_parquet(corpus.root / "pairs")
    cosine = pairs[(pairs["doc_a"] == "b_page0") & (pairs["doc_b"] == "b_page1")]["cosine"].item()
    assert "b_page0 (Tabulae, 1545, Nürnberg)  and  b_page1 (b/page1.png)" in text
    assert f"cosine {cosine:.3f}" in text
    assert "b_page1 is number 1 among the partners of b_page0" in text
    assert '50.00%  row 1 column 1 "12"  with  row 1 column 1 "12"  [12 3]' in text


def test_neighbours_are_told_with_their_reasons(corpus):
    lines = list(describe_neighbours(corpus, "b_page2", 2))
    assert lines[0] == "nearest to b_page2 (b/page2.png):"
    partners = [line for line in lines if "cosine" in line]
    assert len(partners) == 2
    assert {line.split()[1] for line in partners} == {"b_page0", "b_page1"}
    assert sum('row 1 column 1 "12"' in line for line in lines) == 2
    assert len(list(describe_neighbours(corpus, "b_page2", 1))) == 3


def test_regions_are_named_by_place_and_text():
    columns = ["region_id", "kind", "table_id", "row", "col", "text"]
    rows = [
        (0, "outside", None, None, None, ""),
        (1, "row", 1, 4, None, ""),
        (2, "column", 0, None, 0, ""),
        (3, "cell", 1, 4, 1, "59 0"),
        (4, "cell", 1, 4, 0, "16 22"),
        (5, "cell", 0, 0, 0, "1234567890" * 5),
        (6, "page_number", None, None, None, "17"),
    ]
    names = RegionNames(pd.DataFrame(rows, columns=columns))
    assert names.name(1) == 'row 5 of table 2 "16 22 | 59 0"'
    assert names.name(3) == 'row 5 column 2 of table 2 "59 0"'
    assert names.name(2) == 'column 1 of table 1 "12345678901234567890123456789012345…"'
    assert names.name(6) == 'page number "17"'
    assert names.name(0) == "outside"
