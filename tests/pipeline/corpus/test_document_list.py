"""The list of documents says what their parts say, and only where it is of these."""

from __future__ import annotations

import os

import pandas as pd
import pyarrow as pa
import pytest

from tablekin.corpus import CorpusStore, document_list
from tablekin.schemas import SCHEMAS, empty

COUNT = 7


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    monkeypatch.setattr(document_list, "_FEW", 2)
    corpus = CorpusStore(tmp_path / "corpus")
    for part in range(COUNT):
        add(corpus, [f"doc{part}a", f"doc{part}b"], year=1500 + part)
    return corpus


def add(corpus, names, **metadata):
    plain = {
        name: empty(name) for name in SCHEMAS if name in ("digits", "pages", "regions", "features", "factors")
    }
    plain["regions"] = pd.DataFrame(
        {
            "doc_id": names,
            "region_id": 1,
            "kind": "cell",
            "table_id": 0,
            "row": 0,
            "col": 0,
            "x0": 0.0,
            "y0": 0.0,
        }
        | {"x1": 1.0, "y1": 1.0, "text": "12", "confidence": 1.0, "printed": "12", "value": 12.0}
    )
    documents = {"doc_id": names, "source": names, "page_index": 0, "sha256": names, "width": 1, "height": 1}
    plain["documents"] = pd.DataFrame({**documents, "status": "ok", "reason": "", **metadata})
    corpus.document_tables.add(plain, "made", [pa.field(name, pa.int64()) for name in metadata])


def read_all(corpus):
    store = CorpusStore.open(corpus.root)
    found = [
        store.read("documents"),
        store.read("documents", ["doc3b"]),
        store.read("documents", None, ["doc_id"]),
    ]
    found += [store.read("regions", ["doc2a", "doc5b"]), store.read("documents", ["nobody"])]
    return [
        *found,
        *(rows["regions"].to_pandas() for rows in store.batches({"regions": ["doc_id"]}, ["doc4a"])),
    ]


def test_what_is_read_by_the_list_is_what_the_parts_have(corpus):
    before = read_all(corpus)
    corpus.write_record({"state": "finished"})
    assert corpus.layout.document_list.exists()
    for one, other in zip(before, read_all(corpus), strict=True):
        pd.testing.assert_frame_equal(one, other)


def test_parts_are_opened_only_where_the_document_is(corpus, monkeypatch):
    corpus.write_record({"state": "finished"})
    monkeypatch.setattr("tablekin.corpus.table_reader.find_holders", None)
    assert CorpusStore.open(corpus.root).read("regions", ["doc2a"])["doc_id"].tolist() == ["doc2a"]


def test_a_list_of_other_parts_does_not_count(corpus):
    corpus.write_record({"state": "finished"})
    add(corpus, ["new"], year=1600)
    assert CorpusStore.open(corpus.root).read("documents", ["new"])["year"].tolist() == [1600]
    corpus.write_record({"state": "finished"})
    part = corpus.layout.parts("documents")[0]
    part.unlink()
    assert CorpusStore.open(corpus.root).read("documents", ["doc0a"]).empty


def test_a_damaged_list_does_not_count(corpus):
    corpus.write_record({"state": "finished"})
    listed = corpus.layout.document_list
    os.truncate(listed, listed.stat().st_size // 2)
    assert len(CorpusStore.open(corpus.root).read("documents")) == 2 * COUNT
    corpus.write_record({"state": "finished"})
    assert len(CorpusStore.open(corpus.root).read("documents")) == 2 * COUNT


def test_few_parts_need_no_list(tmp_path):
    corpus = CorpusStore(tmp_path / "corpus")
    add(corpus, ["one"])
    corpus.write_record({"state": "finished"})
    assert not corpus.layout.document_list.exists()
