"""``tablekin analyze`` on a corpus whose even pages are editions of one table, the odd ones of another."""

from __future__ import annotations

import shutil

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tablekin.analyze import driver_shares
from tablekin.check.stage import check
from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, run
from tests.support import edition_stages
from tests.support.runs import in_this_process, write_scan

PAGES = 12


def start(folder, number):
    rows = [
        "file,work,year,place,oeuvre",
        *(f"page{k:02d}.png,work {k % 2},{1500 + k},{'AB'[k > 2]},opus {k % 3}" for k in range(number)),
    ]
    (folder / "meta.csv").write_text("\n".join(rows) + "\n")
    order = RunRequest(
        (folder / "scans",),
        folder / "corpus",
        metadata=folder / "meta.csv",
        config=RunConfig(device="cpu"),
        workers=1,
    )
    run(order, lambda message: None, Stages(edition_stages.analyse, score_pairs, match_pairs))


@pytest.fixture(autouse=True, scope="module")
def this_process():
    with in_this_process():
        yield


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    folder = tmp_path_factory.mktemp("made")
    for number in range(PAGES):
        write_scan(folder / f"scans/page{number:02d}.png", number, first=number)
    start(folder, PAGES)
    return folder


@pytest.fixture
def corpus(made, tmp_path):
    """A copy of the corpus, which a test may change."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    return tmp_path / "corpus"


def call(*arguments):
    return CliRunner().invoke(app, ["analyze", *map(str, arguments)])


def test_works_are_clusters_and_the_nearest_is_that_of_the_pairs(corpus, tmp_path):
    done = call(corpus, "--out", tmp_path / "out")
    assert done.exit_code == 0
    groups = pd.read_parquet(corpus / "groups").set_index("doc_id")
    works = CorpusStore.open(corpus).read("documents").set_index("doc_id")["work"]
    assert groups.groupby(works)["cluster"].nunique().tolist() == [1, 1]
    assert set(groups["cluster"]) == {0, 1}
    pairs = pd.read_parquet(corpus / "pairs")
    for doc, row in groups.iterrows():
        own = pairs[(pairs["doc_a"] == doc) | (pairs["doc_b"] == doc)]
        (best,) = own[own["rank_a"].where(own["doc_a"] == doc, own["rank_b"]) == 1].itertuples()
        assert best.specific == own["specific"].max()
        assert row["nearest_cosine"] == best.cosine
        assert row["nearest"] in {best.doc_a, best.doc_b} - {doc}
    assert not list(check(corpus))


def test_the_seed_of_the_corpus_draws_the_bands_and_nothing_else(corpus, tmp_path):
    bands = {}
    for seed, out in ((0, "zero"), (1, "one"), (0, "again")):
        opened = CorpusStore.open(corpus)
        opened.write_record(opened.read_record() | {"seed": seed})
        call(corpus, "--out", tmp_path / out)
        bands[out] = pd.read_parquet(tmp_path / out / "entropy_over_time.parquet")
    pd.testing.assert_frame_equal(bands["zero"], bands["again"])
    assert not bands["zero"]["shuffled"].equals(bands["one"]["shuffled"])
    drawn = ["shuffled", "low", "high"]
    pd.testing.assert_frame_equal(bands["zero"].drop(columns=drawn), bands["one"].drop(columns=drawn))


def test_analyses_hold_what_the_metadata_say(corpus, tmp_path):
    out = tmp_path / "out"
    call(corpus, "--out", out)
    clusters = pd.read_parquet(out / "clusters.parquet")
    assert sorted(clusters["first_year"]) == [1500, 1501]
    assert sorted(clusters["last_year"]) == [1510, 1511]
    moved = pd.read_parquet(out / "flows.parquet")
    assert moved[["place_from", "place_to", "clusters"]].to_numpy().tolist() == [["A", "B", 2]]
    rows = pd.read_parquet(out / "drivers_by.parquet")
    whole = pd.read_parquet(corpus / "drivers")
    leaves = whole[~whole["kind"].isin(["row", "column"])]
    by_work = rows[(rows["by"] == "work") & (rows["partners"] == "all")]
    assert by_work["relevance"].sum() == pytest.approx(leaves["relevance"].sum(), rel=1e-5)
    assert by_work.groupby("value")["share"].sum().to_numpy() == pytest.approx(np.ones(2))
    names = {path.name for path in out.iterdir()}
    assert {
        "map.svg",
        "map.png",
        "drivers.png",
        "entropy_over_time.svg",
        "clusters.png",
        "flows.svg",
    } <= names


def test_relevance_with_other_works_is_found_by_whatever_column_names_the_work(corpus, tmp_path):
    """The relevance of all regions of a work's documents with those of other works is the sum of their dots."""
    call(corpus, "--out", tmp_path / "out", "--work", "oeuvre")
    rows = pd.read_parquet(tmp_path / "out/drivers_by.parquet")
    found = rows[(rows["by"] == "work") & (rows["partners"] == "other")].groupby("value")["relevance"].sum()
    work = CorpusStore.open(corpus).read("documents").set_index("doc_id")["oeuvre"]
    pairs = pd.read_parquet(corpus / "pairs")
    a, b = pairs["doc_a"].map(work), pairs["doc_b"].map(work)
    assert sorted(found.index) == sorted(set(work)) == ["opus 0", "opus 1", "opus 2"]
    for name, relevance in found.items():
        expected = pairs.loc[(a != b) & ((a == name) | (b == name)), "dot"].sum()
        assert relevance == pytest.approx(expected, rel=1e-4)


def test_drivers_of_all_partners_are_read_from_their_table(corpus, tmp_path, monkeypatch):
    asked = []
    real = driver_shares.find_drivers
    monkeypatch.setattr(
        driver_shares,
        "find_drivers",
        lambda corpus, partners="all": asked.append(partners) or real(corpus, partners),
    )
    call(corpus, "--out", tmp_path / "out")
    assert asked == ["other work", "other place"]


def test_a_corpus_whose_run_was_interrupted_is_not_analysed(corpus, tmp_path):
    for part in (corpus / "drivers").iterdir():
        part.unlink()
    done = call(corpus, "--out", tmp_path / "out")
    assert done.exit_code == 2
    assert "tablekin run" in done.stderr


def test_the_same_corpus_gives_the_same_files(corpus, tmp_path):
    for name in ("one", "two"):
        call(corpus, "--out", tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_without_years_and_places_the_rest_is_made_and_said(corpus, tmp_path):
    done = call(corpus, "--out", tmp_path / "out", "--year", "jahr", "--place", "ort")
    assert done.exit_code == 0
    assert "no column 'jahr'" in done.stderr
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {
        "drivers_by",
        "driver_parts",
        "parameters",
        "drivers",
        "map",
    }


def test_groups_older_than_the_documents_are_named(corpus, tmp_path):
    call(corpus, "--out", tmp_path / "out")
    write_scan(tmp_path / "scans/page12.png", 12, first=12)
    start(tmp_path, 13)
    problems = [str(problem) for problem in check(corpus)]
    assert [problem.partition("/")[0] for problem in problems] == ["groups", "works"]
    assert all("analyze" in problem for problem in problems)


def test_works_are_written_drawn_and_dropped_when_they_are_not_known(corpus, tmp_path):
    done = call(corpus, "--out", tmp_path / "out")
    assert done.exit_code == 0, done.output
    works = pd.read_parquet(corpus / "works")
    assert works[["work_a", "work_b"]].to_numpy().tolist() in ([], [["work 0", "work 1"]])
    assert ("works that share tables" in done.stdout) == bool(works["related"].any())
    assert (tmp_path / "out" / "works.png").is_file() == bool(works["related"].any())
    assert call(corpus, "--out", tmp_path / "out", "--work", "oeuvre").exit_code == 0
    works = pd.read_parquet(corpus / "works")
    assert works["related"].any()
    assert (tmp_path / "out" / "works.png").is_file()
    assert call(corpus, "--out", tmp_path / "out", "--work", "opus").exit_code == 0
    assert not list((corpus / "works").glob("*.parquet"))
