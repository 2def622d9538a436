"""A run from Python is that of the command, and says what happens unless it is told to be quiet."""

import logging

import pandas as pd
import pytest

import tablekin
from tests.support.runs import STAGES, digests, in_this_process, start, write_scan


@pytest.fixture
def scans(tmp_path, monkeypatch):
    monkeypatch.setattr("tablekin.orchestration.stage.load_stages", lambda: STAGES)
    for number in range(2):
        write_scan(tmp_path / "scans" / f"page{number}.png", number)
    (tmp_path / "meta.csv").write_text("file,work\npage1.png,Tabulae\n")
    (tmp_path / "RUN.toml").write_text('device = "cpu"')
    with in_this_process():
        yield tmp_path / "scans"


@pytest.fixture
def unheard(monkeypatch):
    """No handler, as where pytest does not listen."""
    monkeypatch.setattr(logging.getLogger("tablekin"), "hasHandlers", lambda: False)


def test_a_run_is_that_of_the_command(scans, tmp_path, capsys, unheard):
    start(scans, tmp_path / "command", metadata=tmp_path / "meta.csv")
    capsys.readouterr()
    summary = tablekin.run(
        [str(scans / "page0.png"), scans / "page1.png"],
        out=str(tmp_path / "python"),
        metadata=str(tmp_path / "meta.csv"),
        config=tmp_path / "RUN.toml",
        workers=1,
        quiet=True,
    )
    assert (summary.ok, summary.failed, summary.added, summary.pairs) == (2, 0, 2, 1)
    assert digests(tmp_path / "python") == digests(tmp_path / "command")
    assert capsys.readouterr().err == ""
    again = tablekin.run(scans, out=tmp_path / "python", device="cpu")
    assert again.unchanged
    assert "reading: 2 of 2 files" in capsys.readouterr().err
    assert tablekin.Corpus.open(tmp_path / "python").documents["work"].tolist()[1:] == ["Tabulae"]


def test_who_listens_to_the_logger_gets_what_is_said(scans, tmp_path, capsys, caplog):
    caplog.set_level(logging.INFO, "tablekin")
    (scans / "letter.jpg").write_text("Dear Sir,")
    summary = tablekin.run(scans, out=tmp_path / "corpus", device="cpu", workers=1)
    assert summary.failed == 1
    assert any("letter.jpg is not a JPEG" in line for line in caplog.messages)
    assert capsys.readouterr().err == ""


def test_errors_are_those_of_the_command(scans, tmp_path):
    with pytest.raises(tablekin.UsageError, match="does not exist"):
        tablekin.run(tmp_path / "nowhere", out=tmp_path / "corpus")
    with pytest.raises(tablekin.ConfigError, match="no device"):
        tablekin.run(scans, out=tmp_path / "corpus", device="gpu")
    (scans / "letter.jpg").write_text("Dear Sir,")
    with pytest.raises(tablekin.StoppedError, match=r"letter\.jpg"):
        tablekin.run(scans, out=tmp_path / "corpus", device="cpu", workers=1, on_error="stop", quiet=True)
    (tmp_path / "empty").mkdir()
    with pytest.raises(tablekin.NothingUsableError):
        tablekin.run(tmp_path / "empty", out=tmp_path / "other", quiet=True)


def test_tables_of_a_corpus_are_those_on_disk(scans, tmp_path):
    tablekin.run(scans, out=tmp_path / "corpus", device="cpu", workers=1, quiet=True)
    corpus = tablekin.Corpus.open(str(tmp_path / "corpus"))
    for table in ("documents", "pages", "regions", "digits", "pairs", "matches", "alignments", "drivers"):
        stored = pd.read_parquet(tmp_path / "corpus" / table)
        pd.testing.assert_frame_equal(getattr(corpus, table), stored, check_dtype=False)
    assert len(corpus) == 2
    assert corpus.matches_of("page0.png").equals(corpus.matches)
    with pytest.raises(tablekin.UsageError, match="did you mean page1"):
        corpus.page("page11")
