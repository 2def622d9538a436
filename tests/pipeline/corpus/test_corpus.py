import os

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tablekin.corpus import Comparison, CorpusStore, Coverage, MatchProvenance, parts
from tablekin.corpus.manifest import note_file
from tablekin.errors import CorpusError
from tablekin.explain import FACTOR_TABLES, load_factors
from tablekin.schemas import DOCUMENT_TABLES, SCHEMA_VERSION, empty, to_arrow
from tests.support import fake_stages


def batch(*doc_ids):
    tables = {name: [] for name in DOCUMENT_TABLES}
    for number, doc_id in enumerate(doc_ids):
        image = np.random.default_rng(number).integers(0, 256, (10, 10)).astype(np.uint8)
        rows = fake_stages.analyse(image, doc_id, None, "cpu")
        for name in DOCUMENT_TABLES[:-1]:
            tables[name].append(rows[name])
        row = {"doc_id": doc_id, "source": f"{doc_id}.png", "page_index": 0, "sha256": "0", "status": "ok"}
        tables["documents"].append(pd.DataFrame([row | {"width": 10, "height": 10, "reason": ""}]))
    return {name: pd.concat(frames) for name, frames in tables.items()}


def add_pairs(corpus):
    factors = load_factors(corpus.batches(FACTOR_TABLES))
    a, b = np.triu_indices(len(factors.documents), 1)
    documents = tuple((name, "0") for name in factors.documents)
    coverage = Coverage.of(documents, documents, np.triu(np.ones((len(documents),) * 2, bool), 1))
    matches = fake_stages.match(factors, a, b, None, 1)
    assert corpus.match_table.add([matches], MatchProvenance("config", coverage), 1, 0) == len(a)
    pairs = fake_stages.score(factors, 1).table(a, b)
    corpus.pair_table.replace([pairs[:1], pairs[1:]], Comparison("config", "abc"))


def all_names(corpus):
    return {table: sorted(set(corpus.read(table)["doc_id"])) for table in DOCUMENT_TABLES}


@pytest.fixture
def corpus(tmp_path):
    corpus = CorpusStore(tmp_path / "corpus")
    corpus.document_tables.add(batch("a", "b"), "config")
    corpus.document_tables.add(batch("c"), "config")
    return corpus


def test_rows_come_back(corpus):
    assert all_names(corpus) == {table: ["a", "b", "c"] for table in DOCUMENT_TABLES}
    assert sorted(set(corpus.read("factors", ["b", "c"])["doc_id"])) == ["b", "c"]
    assert corpus.read("pages", ["b"], ["scale"]).columns.tolist() == ["scale"]
    phi = corpus.read("features", ["a"])["phi"].iloc[0]
    assert phi.sum() == 100  # the pixels of the image


def test_a_document_that_comes_later_is_found_by_its_name_too(corpus):
    for doc_ids in (["b"], ["b", "d"], ["d"]):
        assert "d" not in set(corpus.read("regions", doc_ids)["doc_id"])
    corpus.document_tables.add(batch("d"), "config")
    assert set(corpus.read("regions", ["b", "d"])["doc_id"]) == {"b", "d"}
    many = [f"x{number}" for number in range(200)]  # more than are compared, or remembered, one by one
    assert set(corpus.read("digits", ["a", "d", *many])["doc_id"]) == {"a", "d"}
    assert corpus.read("regions", []).empty


def test_parts_in_which_a_document_cannot_be_are_not_read(corpus):
    corpus.read("documents", ["c"])
    broken = corpus.layout.parts("regions")[0]
    broken.write_bytes(b"no Parquet")
    assert set(corpus.read("regions", ["c"])["doc_id"]) == {"c"}
    with pytest.raises(pa.ArrowInvalid):
        corpus.read("regions", ["a"])


def test_every_file_carries_the_schema_version(corpus):
    for path in corpus.root.rglob("*.parquet"):
        assert pq.read_schema(path).metadata[b"tablekin.schema"] == SCHEMA_VERSION.encode()


@pytest.mark.parametrize("table", DOCUMENT_TABLES)
def test_a_batch_whose_writing_was_cut_short_is_not_there_after_tidying(corpus, monkeypatch, table):
    written = parts.pq.write_table

    def fail(content, file, **options):
        if content.schema.metadata[b"tablekin.table"] == table.encode():
            file.write(b"PAR1 half a file")
            raise OSError("No space left on device")
        written(content, file, **options)

    monkeypatch.setattr(parts.pq, "write_table", fail)
    with pytest.raises(OSError, match="No space"):
        corpus.document_tables.add(batch("d"), "config")
    monkeypatch.undo()
    pd.read_parquet(corpus.root / table)  # a reader never meets the half file
    corpus.tidy()
    assert all_names(corpus) == {table: ["a", "b", "c"] for table in DOCUMENT_TABLES}
    assert not [name for _, _, names in os.walk(corpus.root) for name in names if name.endswith(".tmp")]
    corpus.document_tables.add(batch("d"), "config")
    assert all_names(corpus) == {table: ["a", "b", "c", "d"] for table in DOCUMENT_TABLES}


def test_dropping_a_document_drops_its_rows_and_pairs_and_leaves_no_complete_comparison(corpus):
    add_pairs(corpus)
    corpus.drop_documents(["b"])
    assert all_names(corpus) == {table: ["a", "c"] for table in DOCUMENT_TABLES}
    for table in ("pairs", "matches"):
        assert corpus.read(table)[["doc_a", "doc_b"]].to_numpy().tolist() == [["a", "c"]]
    assert corpus.pair_table.made_from() == Comparison("config", "")
    ((_, explained),) = corpus.match_table.provenances()
    assert explained == MatchProvenance(
        "config", Coverage((("a", "0"),), (("c", "0"),), np.ones((1, 1), bool))
    )
    assert corpus.document_tables.stale("config") == []


def test_documents_of_another_fingerprint_go(corpus):
    corpus.document_tables.add(batch("d"), "other")
    assert corpus.document_tables.stale("other") == ["a", "b", "c"]
    corpus.drop_stale_documents("other")
    assert all_names(corpus) == {table: ["d"] for table in DOCUMENT_TABLES}


def test_pairs_of_a_document_stand_on_either_side(corpus):
    add_pairs(corpus)
    assert corpus.read_pairs_of("b")[["doc_a", "doc_b"]].to_numpy().tolist() == [["a", "b"], ["b", "c"]]


def test_scores_of_chosen_pairs_are_those_of_the_table(corpus):
    chosen = pd.DataFrame({"doc_a": ["a", "b", "a"], "doc_b": ["c", "c", "x"]})
    assert corpus.read_scores(chosen, ["cosine"]).empty
    add_pairs(corpus)
    found = corpus.read_scores(chosen, ["cosine", "rank_a"])
    table = corpus.read("pairs").set_index(["doc_a", "doc_b"])[["cosine", "rank_a"]]
    pd.testing.assert_frame_equal(found.set_index(["doc_a", "doc_b"]), table.loc[[("a", "c"), ("b", "c")]])


def test_tables_that_are_added_are_current_until_the_pairs_change(corpus):
    assert not corpus.is_current("groups")
    add_pairs(corpus)
    assert not corpus.is_current("groups")
    groups = pd.DataFrame(
        {"doc_id": ["a"], "cluster": 0, "x": 0, "y": 0, "nearest": "b", "nearest_cosine": 1}
    )
    corpus.group_table.replace([to_arrow("groups", groups)], Comparison("config", "abc"))
    assert corpus.is_current("groups")
    assert not corpus.is_current("works")
    corpus.pair_table.replace([corpus_rows(corpus)], Comparison("config", "other"))
    assert not corpus.is_current("groups")


def corpus_rows(corpus):
    return to_arrow("pairs", corpus.read("pairs"))


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.docx").write_text("years of work")
    with pytest.raises(CorpusError, match=r"thesis\.docx"):
        CorpusStore(tmp_path)
    with pytest.raises(CorpusError, match="tablekin run"):
        CorpusStore.open(tmp_path)


def test_a_first_run_that_ended_after_its_first_line_of_the_manifest_can_be_begun_again(tmp_path):
    content = tmp_path / "content"
    content.write_text("{}")
    begun, other = tmp_path / "begun", tmp_path / "other"
    for folder, name in ((begun, "run.json"), (other, "photo.jpg")):
        folder.mkdir()
        note_file(folder, folder / name, content)
    assert not CorpusStore(begun).layout.parts("documents")
    with pytest.raises(CorpusError, match="other files"):
        CorpusStore(other)
    (begun / "photo.jpg").write_text("")
    with pytest.raises(CorpusError, match="other files"):
        CorpusStore(begun)


def test_tables_of_another_schema_version_are_refused(corpus):
    part = corpus.root / "documents/part-00000.parquet"
    table = pq.read_table(part)
    pq.write_table(table.replace_schema_metadata({"tablekin.schema": "0"}), part)
    with pytest.raises(CorpusError, match="schema version 0"):
        CorpusStore.open(corpus.root)


def test_a_frame_with_missing_or_surplus_columns_is_refused():
    with pytest.raises(ValueError, match=r"missing \['cosine'\].*expected \['cosinus'\]"):
        to_arrow("pairs", empty("pairs").rename(columns={"cosine": "cosinus"}))


@pytest.mark.parametrize("numbers", [[None], [2**53 + 1], [2**53 + 1, None]])
def test_an_interrupted_change_of_metadata_is_finished_without_loss(corpus, numbers):
    fields = [pa.field("shelf", pa.int64())]
    names = ["d", "e"][: len(numbers)]
    given = batch(*names)
    given["documents"]["shelf"] = pd.array(numbers, "Int64")
    corpus.document_tables.add(given, "config", fields)
    assert corpus.document_tables.unify_metadata()
    assert not corpus.document_tables.unify_metadata()
    found = pq.read_table(corpus.root / "documents")
    shelves = dict(zip(found["doc_id"].to_pylist(), found["shelf"].to_pylist(), strict=True))
    assert shelves == {"a": None, "b": None, "c": None} | dict(zip(names, numbers, strict=True))
    assert corpus.document_tables.stale("config") == []
