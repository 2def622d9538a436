import pytest

from tablekin.corpus import Corpus, find_document, find_pair
from tablekin.errors import UsageError
from tablekin.report.neighbours import describe_neighbours, find_neighbours
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


def test_neighbours_are_told_with_their_reasons(corpus):
    lines = list(describe_neighbours(find_neighbours(corpus, "b_page2", 2)))
    assert lines[0] == "nearest to b_page2 (b/page2.png):"
    partners = [line for line in lines if "cosine" in line]
    assert len(partners) == 2
    assert {line.split()[1] for line in partners} == {"b_page0", "b_page1"}
    assert sum('row 1 column 1 "12"' in line for line in lines) == 2
    assert len(list(describe_neighbours(find_neighbours(corpus, "b_page2", 1)))) == 3
