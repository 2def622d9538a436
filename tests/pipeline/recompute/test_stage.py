"""What is recomputed lies in tables, is made once, and is made anew where readings have changed."""

import json

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tablekin.check import check
from tablekin.collation import WitnessReader, expectations_of
from tablekin.collation.expectation import COUNT
from tablekin.corpus import CorpusStore, RecomputedTables
from tablekin.corpus.parts import write_part
from tablekin.orchestration import RunRequest, Stages, drop_documents, run
from tablekin.recompute import stage
from tests.pipeline.recompute.tables import declination_of, declinations
from tests.support import fake_stages
from tests.support.runs import CPU, digests, in_this_process, write_scan

TABLES = ("columns", "functions", "numbers", "checks")


def analyse(image, doc_id, config, device):
    """Read a table of declinations from every page, one cell of it misprinted."""
    found = fake_stages.analyse(image, doc_id, config, device)
    text = declinations().text
    rows, cols = text.shape
    cells = pd.DataFrame(
        [
            {"region_id": 1 + row * cols + col, "row": row, "col": col, "text": str(text[row, col])}
            for row in range(rows)
            for col in range(cols)
        ]
    ).assign(doc_id=doc_id, kind="cell", table_id=0, x0=0.0, x1=1.0, confidence=1.0, value=float("nan"))
    cells.loc[cells["region_id"] == 1 + 4 * cols + 2, "text"] = "99"
    cells["printed"] = cells["text"]
    cells = cells.assign(y0=cells["row"].astype(float), y1=cells["row"] + 1.0)
    return {**found, "regions": cells, "digits": found["digits"][:0]}


def bring_up_to_date(folder, config=CPU):
    stages = Stages(analyse, fake_stages.score, fake_stages.match)
    said = []
    with in_this_process():
        summary = run(RunRequest((folder / "scans",), folder / "corpus", config=config), said.append, stages)
    return summary, said


def problems_of(folder):
    """What is wrong with the recomputed tables; the scores of these stages are no true ones."""
    return [problem for problem in check(folder / "corpus") if problem.place.split("/")[0] in TABLES]


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("recomputed")
    for number in range(3):
        write_scan(folder / f"scans/page{number}.png", number)
    bring_up_to_date(folder)
    return folder


@pytest.fixture
def folder(made, tmp_path):
    import shutil

    shutil.copytree(made / "corpus", tmp_path / "corpus")
    (tmp_path / "scans").symlink_to(made / "scans")
    return tmp_path


def test_readings_are_not_read_again_to_know_that_nothing_has_changed(folder, monkeypatch):
    def read(tables, name):
        raise AssertionError("read again")

    monkeypatch.setattr(RecomputedTables, "digest", read)
    summary, _ = bring_up_to_date(folder)
    assert summary.unchanged


def test_a_run_says_what_every_table_prints(folder):
    corpus = CorpusStore.open(folder / "corpus")
    columns, functions, numbers, checks = (corpus.read(table, ["page1"]) for table in TABLES)
    assert {*functions["function"]} == {"declination"} and len(functions) == 3
    (parameter,) = functions["parameters"].iloc[0]
    assert parameter["name"] == "obliquity" and parameter["low"] <= 23.5 <= parameter["high"]
    assert any("Regiomontanus" in name for name in parameter["known_as"])
    minutes = columns[columns["radix"] == 60]
    assert {*minutes["role"]} == {"value"} and len(minutes) == 3
    assert columns.loc[columns["role"] == "argument", "step"].abs().tolist() == [1.0, 1.0]
    cols = declinations().shape[1]
    (odd,) = checks[checks["residual"] != 0].to_dict("records")
    assert odd["region_id"] == 1 + 4 * cols + 2 and odd["kind"] == "function"
    for one in numbers[numbers["function"].notna()].itertuples():
        degree, sign = one.row + 1, (one.regions[0] - 1) % cols // 2
        assert one.computed / 60 == pytest.approx(declination_of(30 * sign + degree, 23.5), abs=1e-3)


def test_what_the_cells_should_say_is_not_computed_again_to_collate(folder, monkeypatch):
    def again(tables):
        raise AssertionError("recomputed again")

    corpus = CorpusStore.open(folder / "corpus")
    regions, digits = (corpus.read(table, ["page1"]) for table in ("regions", "digits"))
    anew = expectations_of(regions, digits)
    monkeypatch.setattr("tablekin.collation.witness.recompute", again)
    kept = WitnessReader(corpus, ["page0", "page1"]).witness("page1").expected
    values, arguments = 180, 60
    assert len(kept.cells.region) == values + arguments and kept.functions == ("declination", COUNT)
    for name in ("region", "value", "due", "weights"):
        assert list(getattr(kept.cells, name)) == list(getattr(anew.cells, name))
    for name in ("value", "computed", "due", "above", "authors", "wrong"):
        np.testing.assert_array_equal(getattr(kept, name), getattr(anew, name))


def test_nothing_is_recomputed_twice_and_nothing_is_wrong(folder):
    before = digests(folder / "corpus")
    summary, said = bring_up_to_date(folder)
    assert summary.unchanged and not any("recomputed" in line for line in said)
    assert digests(folder / "corpus") == before
    assert problems_of(folder) == []


@pytest.mark.parametrize("table", TABLES)
def test_a_corpus_without_the_tables_gets_them(folder, table):
    before = digests(folder / "corpus")
    next((folder / "corpus" / table).iterdir()).unlink()
    summary, said = bring_up_to_date(folder)
    assert not summary.unchanged and "1 batch of documents to be recomputed" in said
    assert digests(folder / "corpus") == before


def test_another_reading_is_recomputed(folder):
    """As a correction would: the misprint is put right."""
    part = next((folder / "corpus" / "regions").iterdir())
    table = pq.read_table(part)
    rows = table.to_pandas()
    cols = declinations().shape[1]
    own = (rows["doc_id"] == "page1") & (rows["region_id"] == 1 + 4 * cols + 2)
    rows.loc[own, ["text", "printed"]] = str(declinations().text[4, 2])
    write_part(part, pa.Table.from_pandas(rows, table.schema, preserve_index=False))
    assert any("other readings" in problem.what for problem in problems_of(folder))
    bring_up_to_date(folder)
    checks = CorpusStore.open(folder / "corpus").read("checks")
    assert checks.loc[checks["residual"] != 0, "doc_id"].tolist() == ["page0", "page2"]
    assert problems_of(folder) == []


def test_another_setting_recomputes_and_reads_nothing_anew(folder):
    config = CPU.model_validate({"device": "cpu", "recompute": {"min_log_odds": 1e6}})
    summary, _ = bring_up_to_date(folder, config)
    assert summary.added == 0 and not summary.unchanged
    corpus = CorpusStore.open(folder / "corpus")
    assert corpus.read("functions").empty
    expected = WitnessReader(corpus, ["page1"]).witness("page1").expected  # which collating follows
    assert expected.functions == () and len(expected.value) == 0
    assert problems_of(folder) == []


def test_dropped_documents_are_in_no_table(folder):
    stages = Stages(analyse, fake_stages.score, fake_stages.match)
    with in_this_process():
        drop_documents(folder / "corpus", ["page0"], lambda line: None, stages)
    corpus = CorpusStore.open(folder / "corpus")
    for table in TABLES:
        assert {*corpus.read(table)["doc_id"]} == {"page1", "page2"}
    assert problems_of(folder) == []


def test_what_is_finished_when_a_run_is_killed_is_kept(folder, monkeypatch):
    for part in (folder / "corpus" / "functions").iterdir():
        part.unlink()

    def broken(batch, config):
        raise KeyboardInterrupt

    monkeypatch.setattr(stage, "recompute_batch", broken)
    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(folder)
    assert json.loads((folder / "corpus" / "run.json").read_text())["state"] == "unfinished"
    monkeypatch.undo()
    assert not bring_up_to_date(folder)[0].unchanged
    assert problems_of(folder) == []


def test_a_document_that_cannot_be_recomputed_is_told_and_the_others_are(folder, monkeypatch):
    next((folder / "corpus" / "checks").iterdir()).unlink()
    whole = stage.recompute_readings

    def broken(regions, digits, config):
        if regions["doc_id"].iloc[0] == "page1":
            raise ArithmeticError("no such number")
        return whole(regions, digits, config)

    monkeypatch.setattr(stage, "recompute_readings", broken)
    _, said = bring_up_to_date(folder)
    assert any(line.startswith("page1 is not recomputed") for line in said)
    assert {*CorpusStore.open(folder / "corpus").read("functions")["doc_id"]} == {"page0", "page2"}


def test_no_function_is_claimed_of_handwriting_and_its_numbers_are_kept(folder, monkeypatch):
    next((folder / "corpus" / "checks").iterdir()).unlink()
    monkeypatch.setattr(stage, "uncorrected_handwriting", lambda corpus: frozenset({"page1"}))
    bring_up_to_date(folder)
    corpus = CorpusStore.open(folder / "corpus")
    assert {*corpus.read("functions")["doc_id"]} == {"page0", "page2"}
    assert {*corpus.read("numbers")["doc_id"]} == {"page0", "page1", "page2"}
    assert problems_of(folder) == []
