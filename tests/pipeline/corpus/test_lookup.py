"""Documents are found by what a reader calls them."""

from pathlib import Path

import pandas as pd
import pytest

from tablekin.corpus import CorpusLayout, find_document, find_pair, resolve_document
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

    def read(self, table, doc_ids=None, columns=None):
        assert table == "documents"
        rows = DOCUMENTS if doc_ids is None else DOCUMENTS[DOCUMENTS["doc_id"].isin(doc_ids)]
        return rows[columns] if columns else rows


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


MANY = pd.DataFrame(
    [
        (name, source, "ok", "")
        for name, source in (
            ("p1", "p1.jpg"),
            ("p10", "p10.jpg"),
            ("Kepler_Tafel", "Kepler/Tafel.tif"),
            ("apian_tafel", "apian/T\u00e4fel.tif"),
            ("spread_left", "spread.jpg"),
            ("spread_right", "spread.jpg"),
            *((f"register-{k:03d}", f"register/{k:03d}.png") for k in range(20)),
        )
    ],
    columns=["doc_id", "source", "status", "reason"],
)


@pytest.fixture
def many(corpus, monkeypatch):
    monkeypatch.setattr("tests.pipeline.corpus.test_lookup.DOCUMENTS", MANY)
    return corpus


@pytest.mark.parametrize(
    ("name", "doc_id"),
    [
        ("p1", "p1"),  # though it is a part of p10
        ("p1.jpg", "p1"),
        ("P10", "p10"),
        ("kepler/tafel", "Kepler_Tafel"),
        ("Kepler\\Tafel.tif", "Kepler_Tafel"),
        ("apian/Ta\u0308fel.tif", "apian_tafel"),
        ("T\u00e4fel", "apian_tafel"),
        ("pian", "apian_tafel"),
        ("_left", "spread_left"),
        ("./register/007.png", "register-007"),
        ("007", "register-007"),
    ],
)
def test_a_document_is_found_by_any_part_that_only_it_has(many, name, doc_id):
    assert find_document(many, name) == doc_id
    assert resolve_document(many, name) == doc_id


@pytest.mark.parametrize(
    ("name", "listed"),
    [
        ("spread.jpg", ["spread_left", "spread_right"]),
        ("spread", ["spread_left"]),
        ("afel", ["Kepler_Tafel"]),
    ],
)
def test_candidates_of_a_part_are_listed(many, name, listed):
    with pytest.raises(UsageError, match=f"{name} fits several documents: ") as caught:
        find_document(many, name)
    assert all(candidate in str(caught.value) for candidate in listed)


def test_very_many_candidates_are_counted(many):
    with pytest.raises(UsageError, match="register-011 and 8 more; name one of them"):
        find_document(many, "register")


def test_a_blank_finds_nothing(many):
    with pytest.raises(UsageError, match="no document"):
        find_document(many, " ")


def test_one_that_could_not_be_analysed_can_still_be_named(corpus):
    assert resolve_document(corpus, "torn.png") == "torn"


def test_a_pair_keeps_the_order_asked_for_and_is_of_two(corpus):
    assert find_pair(corpus, "b_page2", "b_page0") == ("b_page2", "b_page0")
    with pytest.raises(UsageError, match="same document"):
        find_pair(corpus, "b_page2", "page2.png")
