"""Runs that read words, runs that do not, and corpora that are older than words."""

import json
import shutil
from types import SimpleNamespace

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tablekin.check import check
from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.corpus.parts import write_part
from tablekin.errors import CorpusError, UsageError
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, drop_documents, run
from tablekin.orchestration.documents import analyse_scan
from tests.support import word_stages
from tests.support.ocr_engine import fake_engine
from tests.support.runs import CPU, in_this_process, write_scan

STAGES = Stages(word_stages.analyse, score_pairs, match_pairs)
WORDS = RunConfig.model_validate({"device": "cpu", "read": {"words": "tesseract"}})


@pytest.fixture(autouse=True)
def alone():
    with in_this_process():
        yield


@pytest.fixture
def scans(tmp_path):
    for number in range(3):
        write_scan(tmp_path / "scans" / f"page{number}.png", number)
    return tmp_path / "scans"


@pytest.fixture
def engine(tmp_path, monkeypatch):
    return fake_engine(tmp_path / "bin", monkeypatch)


def bring_up_to_date(scans, config):
    said = []
    summary = run(
        RunRequest((scans,), scans.parent / "corpus", config=config, workers=1), said.append, STAGES
    )
    return CorpusStore.open(scans.parent / "corpus"), summary, said


def without_labels(corpus):
    """Bring the files of a corpus to what they were before there were labels."""
    for part in corpus.layout.parts("regions"):
        table = pq.read_table(part)
        write_part(part, table.drop(["label"]))


def test_words_are_a_table_that_nothing_is_wrong_with(scans, engine):
    corpus, _, _ = bring_up_to_date(scans, WORDS)
    words = corpus.read("words")
    assert words.groupby("doc_id")["text"].agg(list).tolist() == [["Tabula", "Declinationis", "G."]] * 3
    assert set(words["language"]) == {"lat"}
    labels = corpus.read("regions", ["page0"]).set_index("region_id")["label"]
    assert labels[labels != ""].to_dict() == word_stages.LABELS
    record = json.loads(corpus.layout.record.read_text())
    assert record["engine"] == "tesseract 9.9"
    assert list(check(corpus.root, values=True)) == []
    _, summary, _ = bring_up_to_date(scans, WORDS)
    assert summary.unchanged


def test_without_an_engine_there_is_no_table_and_nothing_else_changes(scans):
    corpus, _, _ = bring_up_to_date(scans, CPU)
    assert not corpus.layout.table("words").exists()
    assert corpus.read("words").empty
    assert corpus.read("regions")["label"].isna().all()
    assert "engine" not in json.loads(corpus.layout.record.read_text())
    assert list(check(corpus.root, values=True)) == []


def test_another_version_of_the_engine_makes_the_documents_anew(scans, engine, monkeypatch):
    bring_up_to_date(scans, WORDS)
    fake_engine(scans.parent / "newer", monkeypatch, version="tesseract 10.0")
    corpus, summary, said = bring_up_to_date(scans, WORDS)
    assert summary.added == 3
    assert any("another version" in line for line in said)
    assert len(corpus.read("words")) == 9


def test_a_run_without_words_takes_them_away(scans, engine):
    bring_up_to_date(scans, WORDS)
    corpus, summary, said = bring_up_to_date(scans, CPU)
    assert summary.added == 3
    assert any("read.words was tesseract, is none now" in line for line in said)
    assert not corpus.layout.parts("words")
    assert corpus.read("regions")["label"].isna().all()
    assert list(check(corpus.root, values=True)) == []


def test_dropping_needs_no_engine_and_takes_the_words_along(scans, engine, monkeypatch):
    corpus, _, _ = bring_up_to_date(scans, WORDS)
    monkeypatch.setenv("PATH", "")
    dropped = drop_documents(corpus.root, ["page1"], lambda line: None, STAGES)
    assert dropped.is_current
    assert sorted(set(corpus.read("words")["doc_id"])) == ["page0", "page2"]
    assert list(check(corpus.root, values=True)) == []


def test_metadata_leave_the_words_of_a_batch_known(scans, engine):
    corpus, _, _ = bring_up_to_date(scans, WORDS)
    table = scans.parent / "META.csv"
    table.write_text("file,year\npage0.png,1585\n")
    order = RunRequest((scans,), corpus.root, metadata=table, config=WORDS, workers=1)
    run(order, lambda line: None, STAGES)
    shutil.rmtree(corpus.layout.table("words"))
    assert any("words" in problem.place and "missing" in problem.what for problem in check(corpus.root))


def test_a_lost_part_of_words_is_told_and_made_anew(scans, engine):
    corpus, _, _ = bring_up_to_date(scans, WORDS)
    (part,) = corpus.layout.parts("words")
    part.unlink()
    (problem,) = check(corpus.root)
    assert problem.what == "is missing"
    with pytest.raises(CorpusError, match=r"words/part-00000\.parquet is missing"):
        bring_up_to_date(scans, WORDS)
    corpus.layout.part("documents", part.name).unlink()
    corpus, _, _ = bring_up_to_date(scans, WORDS)
    assert len(corpus.read("words")) == 9
    assert list(check(corpus.root, values=True)) == []


def test_words_of_no_region_are_told(scans, engine):
    corpus, _, _ = bring_up_to_date(scans, WORDS)
    (part,) = corpus.layout.parts("words")
    table = pq.read_table(part)
    frame = table.to_pandas()
    frame.loc[0, "region_id"] = 99
    write_part(part, pa.Table.from_pandas(frame, table.schema, preserve_index=False))
    assert [problem.what for problem in check(corpus.root, values=True)] == [
        "1 rows are of no region in the table regions (first: doc_id page0, region_id 99)"
    ]


def test_a_corpus_that_is_older_than_labels_is_read_grown_and_left_as_it_is(scans):
    corpus, _, _ = bring_up_to_date(scans, CPU)
    without_labels(corpus)
    assert corpus.read("regions", columns=["region_id", "label"])["label"].isna().all()
    assert corpus.read("regions").columns[-1] == "label"
    assert list(check(corpus.root, values=True)) == []
    _, summary, _ = bring_up_to_date(scans, CPU)
    assert summary.unchanged
    write_scan(scans / "page3.png", 3)
    corpus, summary, _ = bring_up_to_date(scans, CPU)
    assert summary.added == 1
    assert corpus.read("regions")["label"].isna().sum() == 4 * 13
    assert list(check(corpus.root, values=True)) == []


def test_an_engine_that_is_not_there_ends_the_run_before_it_begins(scans, monkeypatch):
    monkeypatch.setenv("PATH", "")
    with pytest.raises(UsageError, match="apt-get install tesseract-ocr"):
        bring_up_to_date(scans, WORDS)
    assert not (scans.parent / "corpus").exists()


def test_the_command_takes_an_engine_by_name(scans, tmp_path):
    arguments = ["run", str(scans), "--out", str(tmp_path / "out"), "--words", "kraken"]
    result = CliRunner().invoke(app, arguments)
    assert result.exit_code == 2
    assert "tesseract or by none, not by 'kraken'" in result.stderr


def test_words_of_a_right_hand_page_lie_on_its_image(monkeypatch):
    loaded = SimpleNamespace(page=np.zeros((10, 10), np.uint8), left=100, is_stretched=False)
    loaded.image = np.zeros((10, 200), np.uint8)
    scan = SimpleNamespace(reason="", doc_id="page", source="page.png", page_index=1, sha256="0")
    monkeypatch.setattr("tablekin.orchestration.documents.load_scan", lambda scan, limit: loaded)
    monkeypatch.setattr("tablekin.orchestration.documents.more_time", lambda seconds: None)
    tables = analyse_scan(scan, word_stages.analyse, WORDS, "cuda")
    assert tables["words"]["x0"].tolist() == [101, 109, 101]
    assert tables["words"]["x1"].tolist() == [108, 120, 103]
