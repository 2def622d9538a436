import dataclasses
import json

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.corpus.parts import write_part
from tablekin.errors import UsageError
from tablekin.explain import stage as compare
from tablekin.orchestration import RunRequest, run
from tests.support import fake_stages
from tests.support.killable import assert_same_rows
from tests.support.runs import CPU, STAGES, digests, in_this_process, start, write_scan


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch):
    """Blocks of two documents; documents analysed in this process."""

    monkeypatch.setattr(compare, "SIZES", compare.BlockSizes(block=2))
    with in_this_process():
        yield


@pytest.fixture
def scans(tmp_path):
    for number in range(6):
        write_scan(tmp_path / "scans" / f"page{number}.png", number)
    return tmp_path / "scans"


def matched(scans, out, fail_after=None):
    """Run and return the pairs that were explained, or those before the run was ended."""
    pairs = []

    def match(factors, a, b, dot, count):
        if fail_after is not None and len(pairs) >= fail_after:
            raise KeyboardInterrupt
        pairs.extend((factors.documents[i], factors.documents[j]) for i, j in zip(a, b, strict=True))
        return fake_stages.match(factors, a, b, dot, count)

    order, stages = RunRequest((scans,), out, config=CPU, workers=1), dataclasses.replace(STAGES, match=match)
    if fail_after is None:
        run(order, lambda line: None, stages)
    else:
        with pytest.raises(KeyboardInterrupt):
            run(order, lambda line: None, stages)
    return pairs


def test_what_was_explained_before_a_kill_is_not_explained_again(scans, tmp_path, monkeypatch):
    monkeypatch.setattr(compare, "default_workers", lambda device: 1)
    out = tmp_path / "corpus"
    first = matched(scans, out, fail_after=6)
    kept = pd.read_parquet(out / "matches")
    kept = set(zip(kept["doc_a"], kept["doc_b"], strict=True))
    assert 0 < len(kept) <= len(first) < 15
    shown = CliRunner().invoke(app, ["show", str(out), "page0", "page1"])
    assert shown.exit_code == 2
    assert "page0 and page1 have not been compared" in shown.stderr
    write_scan(scans / "page25.png", 25)  # stands between the others, so that blocks are others, too
    second = matched(scans, out)
    assert len(second) == len(set(second)) == 21 - len(kept)
    assert not kept & set(second)
    start(scans, tmp_path / "whole")
    assert_same_rows(out, tmp_path / "whole")


def test_a_changed_scan_costs_its_own_pairs_and_leaves_other_parts_alone(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    old = digests(out)
    write_scan(scans / "page5.png", 55)
    assert sorted(matched(scans, out)) == [(f"page{number}", "page5") for number in range(5)]
    new = digests(out)
    same = {path for path in old if path.startswith("matches/") and new.get(path) == old[path]}
    assert len(same) == 3  # of six blocks, those without page5


def test_the_user_is_told_what_will_be_made_anew_before_it_is(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    seen = []

    def say(line):
        seen.append((line, len(CorpusStore(out).read("documents")), CorpusStore(out).pair_table.count()))

    write_scan(scans / "page5.png", 55)
    run(RunRequest((scans,), out, config=CPU, workers=1), say, STAGES)
    assert (
        "1 scans have changed since they were analysed: they and their 5 pairs will be made anew",
        6,
        15,
    ) in seen
    assert any("5 pairs to be explained, 10 are kept" in line for line, *_ in seen)
    seen.clear()
    fewer = RunConfig.model_validate({"device": "cpu", "explain": {"matches_per_pair": 2}})
    run(RunRequest((scans,), out, config=fewer, workers=1), say, STAGES)
    assert any(line.startswith("15 pairs were compared with another config") for line, *_ in seen)
    seen.clear()
    other = RunConfig.model_validate({"device": "cpu", "digitize": {"threshold": 0.7}})
    run(RunRequest((scans,), out, config=other, workers=1), say, STAGES)
    line, documents, pairs = seen[0]
    assert line.startswith("6 documents were analysed with another config")
    assert "they and their 15 pairs will be made anew" in line
    assert (documents, pairs) == (6, 15)
    assert f"  digitize.threshold was {CPU.digitize.threshold}, is 0.7 now" in [line for line, *_ in seen]


def test_documents_that_cannot_be_analysed_again_are_not_deleted(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    (scans / "page3.png").unlink()
    other = RunConfig.model_validate({"device": "cpu", "digitize": {"threshold": 0.7}})
    with pytest.raises(UsageError, match=r"1 documents .* \(page3\).* tablekin drop"):
        start(scans, out, config=other)
    assert len(pd.read_parquet(out / "documents")) == 6


def test_a_run_that_was_killed_before_its_last_record_is_finished_by_the_next(scans, tmp_path):
    out = tmp_path / "corpus"
    start(scans, out)
    record = json.loads((out / "run.json").read_text())
    (out / "run.json").write_text(json.dumps(record | {"state": "unfinished"}))
    assert start(scans, out).unchanged
    finished = json.loads((out / "run.json").read_text())
    assert finished["state"] == "finished"
    assert finished["workers"] == record["workers"]


def test_the_command_drops_by_name_and_by_pattern(scans, tmp_path, monkeypatch):
    monkeypatch.setattr("tablekin.orchestration.stage.load_stages", lambda: STAGES)
    out = tmp_path / "corpus"
    start(scans, out)
    wrong = CliRunner().invoke(app, ["drop", str(out), "page1", "page77"])
    assert wrong.exit_code == 2
    assert "no document page77; did you mean page" in wrong.stderr
    assert len(pd.read_parquet(out / "documents")) == 6
    result = CliRunner().invoke(app, ["drop", str(out), "page1", "page[45].png"])
    assert result.exit_code == 0
    assert "dropped 3 documents, 3 are left: page1, page4, page5" in result.stderr
    assert sorted(pd.read_parquet(out / "documents")["doc_id"]) == ["page0", "page2", "page3"]
    pairs = pd.read_parquet(out / "pairs")
    assert len(pairs) == 3
    assert (pairs["z"] == 3).all()  # scores are of what is left
    for number in (1, 4, 5):
        (scans / f"page{number}.png").unlink()
    assert start(scans, out).unchanged


def test_metadata_of_another_type_replace_the_old_ones(scans, tmp_path):
    out, table = tmp_path / "corpus", tmp_path / "meta.csv"
    table.write_text("file,year\npage1.png,1545\n")
    start(scans, out, metadata=table)
    table.write_text("file,year\npage1.png,about 1545\npage9.png,1560\n")
    write_scan(scans / "page9.png", 9)
    start(scans, out, metadata=table)
    documents = pd.read_parquet(out / "documents").set_index("doc_id")
    assert documents.loc[["page1", "page9"], "year"].tolist() == ["about 1545", "1560"]
    part = sorted((out / "documents").glob("*.parquet"))[-1]  # as if the run had been killed before this one
    old = pq.read_table(part)
    place = old.schema.get_field_index("year")
    old = old.set_column(place, pa.field("year", pa.int64()), pa.array([1560] * len(old)))
    write_part(part, old)
    assert not start(scans, out).unchanged
    documents = pd.read_parquet(out / "documents").set_index("doc_id")
    assert documents.loc[["page1", "page9"], "year"].tolist() == ["about 1545", "1560"]
    assert start(scans, out).unchanged


def test_one_more_page_that_the_metadata_do_not_name(scans, tmp_path):
    out, table = tmp_path / "corpus", tmp_path / "meta.csv"
    table.write_text("file,work,year\n" + "".join(f"page{number}.png,W,155{number}\n" for number in range(6)))
    start(scans, out, metadata=table)
    write_scan(scans / "page9.png", 9)
    start(scans, out, metadata=table)
    years = pq.read_table(out / "documents")["year"].to_pylist()
    assert years == [*range(1550, 1556), None]
