"""Documents are found by what a reader calls them."""

from pathlib import Path

import pandas as pd
import pytest

from tablekin.corpus import CorpusLayout, find_document, find_pair
from tablekin.errors import UsageError

DOCUMENTS = pd.DataFrame(
    [(f"b_page{k}", f"b/page{k}.png", "ok", "") for k in range(3)]
    + [("torn", "torn.png", "failed", "the file is empty")],
    columns=["doc_id", "source", "status", "reason"],
)


class Shelf:
    """A corpus of three documents and one that could not be analysed."""

    root = Path("corpus")
    layout = CorpusLayout(root)

    def read(self, table, columns=None):
        assert table == "documents"
        return DOCUMENTS[columns] if columns else DOCUMENTS


@pytest.fixture
def corpus():
    return Shelf()


def test_a_document_is_found_by_its_name_or_its_scan(corpus):
    assert find_document(corpus, "b_page1") == "b_page1"
    assert find_document(corpus, "b/page1.png") == "b_page1"
    assert find_document(corpus, "page1.png") == "b_page1"


@pytest.mark.parametrize(
    ("name", "word"), [("b_page7", "did you mean b_page"), ("torn", "is empty"), ("zzz", "listed in")]
)
def test_a_document_that_cannot_be_used_is_told(corpus, name, word):
    with pytest.raises(UsageError, match=word):
        find_document(corpus, name)


def test_a_pair_stands_in_the_order_of_the_tables_and_is_of_two(corpus):
    assert find_pair(corpus, "b_page2", "b_page0") == ("b_page0", "b_page2")
    with pytest.raises(UsageError, match="same document"):
        find_pair(corpus, "b_page2", "page2.png")
