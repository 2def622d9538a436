import json
import os
import re
import time
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.errors import NothingUsableError, StoppedError, UsageError
from tablekin.execution import Failure, device
from tablekin.ingest.scans import Scan
from tablekin.orchestration import RunRequest, run, settled
from tablekin.schemas import SCHEMAS
from tests.support import fake_stages
from tests.support.runs import CPU, STAGES, digests, start, write_scan
from tests.support.thresholds import varied


@pytest.fixture
def scans(tmp_path):
    for number in range(5):
        write_scan(tmp_path / "scans" / f"page{number}.png", number)
    return tmp_path / "scans"


def test_every_table_can_be_read_with_pandas_and_has_its_columns(scans, tmp_path):
    summary = start(scans, tmp_path / "corpus")
    assert (summary.ok, summary.failed, summary.added, summary.pairs) == (5, 0, 5, 10)
    for table, schema in SCHEMAS.items():
        assert list(pd.read_parquet(tmp_path / "corpus" / table).columns) == schema.names
    pairs = pd.read_parquet(tmp_path / "corpus/pairs")
    assert (pairs["doc_a"] < pairs["doc_b"]).all()
    assert len(pairs) == 10
    images = [np.asarray(Image.open(scans / f"page{n}.png")).ravel() % 110 for n in (1, 3)]
    expected = np.bincount(images[0], minlength=110) @ np.bincount(images[1], minlength=110)
    pair = pairs[(pairs["doc_a"] == "page1") & (pairs["doc_b"] == "page3")]
    assert pair["dot"].item() == expected


def test_tables_are_bit_identical_whatever_the_number_of_workers(scans, tmp_path):
    start(scans, tmp_path / "one", workers=1)
    start(scans, tmp_path / "three", workers=3)
    assert digests(tmp_path / "one") == digests(tmp_path / "three")


def test_device_and_workers_are_told_at_the_start(scans, tmp_path):
    said = []
    start(scans, tmp_path / "corpus", workers=2, said=said)
    assert re.search(r"^analysing on cpu with 2 workers here, of one thread each; .* \d+ threads$", said[0])


def test_who_does_not_say_how_many_workers_is_told_why_there_are_so_many(scans, tmp_path, monkeypatch):
    said = []
    monkeypatch.setattr(device, "available_memory", lambda: 3 << 30)
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 1, 2}, raising=False)
    start(scans, tmp_path / "corpus", workers=None, said=said)
    assert said[0].startswith(
        "analysing on cpu with 1 workers here, of one thread each (3 cores; 3.0 GiB of memory "
    )


def test_a_second_run_does_nothing_and_says_so(scans, tmp_path):
    out = tmp_path / "corpus"
    with varied(settled.LIMITS, "age", 0.0):  # else it would write down, once, that there is nothing to do
        start(scans, out)
        before = {path: path.stat().st_mtime_ns for path in out.rglob("*")}
        time.sleep(0.01)
        assert start(scans, out).unchanged
    assert {path: path.stat().st_mtime_ns for path in out.rglob("*")} == before


def test_added_scans_add_their_documents_and_pairs_only(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    old = digests(out)
    write_scan(scans / "later/page9.png", 9)
    summary = start(scans, out)
    assert (summary.added, summary.pairs) == (1, 5)
    new = digests(out)
    unchanged = {path for path in old if new[path] == old[path]}
    assert unchanged == {path for path in old if not path.startswith(("pairs/", "drivers/", "alignments/"))}
    matches = pd.read_parquet(out / "matches")
    assert not matches.duplicated(["doc_a", "doc_b"]).any()
    assert len(matches) == 15
    assert (pd.read_parquet(out / "pairs")["z"] == 6).all()  # scores are of the whole corpus


def test_a_changed_scan_replaces_its_document(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    write_scan(scans / "page2.png", 77)
    said = []
    summary = start(scans, out, said=said)
    assert (summary.added, summary.pairs) == (1, 4)
    assert any("changed" in line for line in said)
    start(scans, tmp_path / "fresh")
    for table in SCHEMAS:
        keys = [key for key in ("doc_id", "doc_a", "doc_b") if key in SCHEMAS[table].names]
        tables = [
            pd.read_parquet(folder / table).sort_values(keys, kind="stable").reset_index(drop=True)
            for folder in (out, tmp_path / "fresh")
        ]
        pd.testing.assert_frame_equal(*tables)


def test_another_config_starts_afresh_and_a_pair_option_only_compares_again(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    fewer = RunConfig.model_validate({"device": "cpu", "explain": {"matches_per_pair": 2}})
    summary = start(scans, out, config=fewer)
    assert (summary.added, summary.pairs) == (0, 10)
    other = RunConfig.model_validate({"device": "cpu", "digitize": {"threshold": 0.7}})
    said = []
    assert start(scans, out, config=other, said=said).added == 5
    assert any("5 documents" in line and "config" in line for line in said)
    assert len(pd.read_parquet(out / "documents")) == 5


def test_another_seed_is_recorded_and_makes_nothing_anew(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    before = digests(out)
    assert start(scans, out, config=RunConfig(device="cpu", seed=7)).unchanged
    assert digests(out) == before
    assert CorpusStore.open(out).seed == 7
    assert CorpusStore.open(out).read_record()["state"] == "finished"


def test_failures_are_rows_with_a_reason_and_are_not_tried_again(scans, tmp_path):
    write_scan(scans / "deadly.png", 1, fake_stages.DEADLY)
    write_scan(scans / "broken.png", 2, fake_stages.BROKEN)
    (scans / "box").mkdir()
    (scans / "box/letter.jpg").write_text("Dear Sir,")
    out = tmp_path / "corpus"
    said = []
    summary = start(scans, out, workers=2, said=said)
    assert (summary.ok, summary.failed) == (5, 3)
    assert sum("letter.jpg" in line for line in said) == 1
    assert any(line.startswith("box/letter.jpg is not a JPEG") for line in said)
    assert any(line.startswith("broken.png: its analysis failed") for line in said)
    documents = pd.read_parquet(out / "documents").set_index("source")
    reasons = documents[documents["status"] == "failed"]["reason"]
    assert "memory" in reasons["deadly.png"]
    assert "report it" in reasons["broken.png"]
    assert "ValueError" not in reasons["broken.png"]
    assert any("no such luck" in line for line in said)  # for the report
    assert "not a JPEG" in reasons["box/letter.jpg"]
    again = start(scans, out)
    assert again.unchanged
    assert again.failed == 3


def test_a_page_whose_worker_was_killed_is_tried_again_by_the_next_run(scans, tmp_path, monkeypatch):
    out = tmp_path / "corpus"

    def killed(work, tasks, workers):
        for task in tasks:
            is_page = getattr(task, "doc_id", "") == "page1"
            yield Failure("its worker was killed", may_succeed=True) if is_page else work(task)

    monkeypatch.setattr("tablekin.orchestration.documents.run_in_order", killed)
    assert start(scans, out).failed == 1
    reason = pd.read_parquet(out / "documents").set_index("doc_id")["reason"]["page1"]
    assert reason == "its worker was killed; the next run tries it again"
    monkeypatch.setattr(
        "tablekin.orchestration.documents.run_in_order", lambda work, tasks, _: (work(task) for task in tasks)
    )
    said = []
    again = start(scans, out, said=said)
    assert (again.failed, again.added) == (0, 1)
    assert any("tried again" in line for line in said)
    assert start(scans, out).unchanged


def test_files_that_are_the_same_are_told(scans, tmp_path):
    (scans / "copy.png").write_bytes((scans / "page1.png").read_bytes())
    said = []
    start(scans, tmp_path / "corpus", said=said)
    assert any("1 files are copies of others (page1.png is copy.png)" in line for line in said)


def test_stop_on_error_keeps_what_was_finished(scans, tmp_path):
    write_scan(scans / "page3.png", 2, fake_stages.BROKEN)
    with pytest.raises(StoppedError, match=r"page3\.png"):
        start(scans, tmp_path / "corpus", stop_on_error=True)
    assert sorted(pd.read_parquet(tmp_path / "corpus/documents")["doc_id"]) == ["page0", "page1", "page2"]


def test_an_interrupted_run_goes_on_where_it_ended(scans, tmp_path):
    out = tmp_path / "corpus"

    def give_up(line):
        if "page2" in line:
            raise KeyboardInterrupt

    write_scan(scans / "page2.png", 2, fake_stages.BROKEN)
    with pytest.raises(KeyboardInterrupt):
        run(RunRequest((scans,), out, config=CPU, workers=2), give_up, STAGES)
    assert sorted(pd.read_parquet(out / "documents")["doc_id"]) == ["page0", "page1"]
    assert json.loads((out / "run.json").read_text())["state"] == "unfinished"
    assert start(scans, out).added == 3
    assert json.loads((out / "run.json").read_text())["state"] == "finished"


def test_leftovers_of_a_killed_run_are_cleared(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    sound = digests(out)
    os.link(out / "regions/part-00000.parquet", out / "regions/part-00001.parquet")
    os.link(out / "matches/part-0001-00000.parquet", out / "matches/part-0002-00000.parquet")
    (out / "digits/.part-00001.parquet.tmp").write_bytes(b"half")
    assert start(scans, out).pairs == 0
    assert digests(out) == sound
    assert not list(out.rglob("*.tmp"))


def test_metadata_follow_the_file(scans, tmp_path):
    out, table = tmp_path / "corpus", tmp_path / "meta.csv"
    table.write_text("file,year,place\npage1.png,1545,Nürnberg\n")
    start(scans, out, metadata=table)
    table.write_text("file,year,place,work\npage1.png,1546,Basel,Tabulae\n")
    assert not start(scans, out, metadata=table).unchanged
    documents = pd.read_parquet(out / "documents").set_index("doc_id")
    assert documents.loc["page1", ["year", "place", "work"]].tolist() == [1546, "Basel", "Tabulae"]
    assert documents.loc["page0", ["year", "place", "work"]].isna().all()
    write_scan(scans / "page9.png", 9)
    start(scans, out)  # without --metadata, what is known stays
    documents = pd.read_parquet(out / "documents").set_index("doc_id")
    assert documents.loc["page1", "year"] == 1546
    assert pd.isna(documents.loc["page9", "year"])


def test_record_tells_what_the_run_was_made_with(scans, tmp_path):
    write_scan(scans / "broken.png", 2, fake_stages.BROKEN)
    start(scans, tmp_path / "corpus")
    record = CorpusStore.open(tmp_path / "corpus").read_record()
    assert record["stages"]["ingest"]["in"] == 6
    assert record["stages"]["digitize"] == {"in": 5, "out": 5, "seconds": 1.25}
    assert record["stages"]["score"]["out"] == 10
    assert record["documents"] == {"ok": 5, "failed": 1}
    assert record["config"]["seed"] == 0
    assert record["scans"] == [str(scans)]
    assert record["versions"]["numpy"] == np.__version__


def test_nothing_usable(tmp_path):
    (tmp_path / "scans").mkdir()
    (tmp_path / "scans/notes.txt").write_text("x")
    with pytest.raises(NothingUsableError, match="no JPEG"):
        start(tmp_path / "scans", tmp_path / "corpus")
    (tmp_path / "scans/a.jpg").write_text("x")
    with pytest.raises(NothingUsableError, match="none of the 1"):
        start(tmp_path / "scans", tmp_path / "corpus")
    assert pd.read_parquet(tmp_path / "corpus/pairs").empty


def test_another_folder_with_the_same_names_is_refused(scans, tmp_path):
    start(scans, tmp_path / "corpus")
    write_scan(tmp_path / "other/page0.png", 50)
    with pytest.raises(UsageError, match=r"already has another scan named page0\.png"):
        start(tmp_path / "other", tmp_path / "corpus")


def test_scan_is_found_again_by_its_root():
    scan = Scan("b_c", "b/c.png", Path("/a/b/c.png"), 0, "")
    from tablekin.orchestration.changes import _root_of

    assert _root_of(scan) == Path("/a")
