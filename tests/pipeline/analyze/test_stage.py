"""``tablekin analyze`` on a corpus whose even pages are editions of one table, the odd ones of another."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tablekin.analyze.clusters import draw_map, find_clusters
from tablekin.check.stage import check
from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.corpus import Corpus
from tablekin.explain.matches import match_pairs, score_pairs
from tablekin.orchestration.stage import RunRequest, Stages, run
from tests.support import edition_stages
from tests.support.runs import write_scan

PAGES = 12


def start(folder, number):
    rows = [
        "file,work,year,place",
        *(f"page{k:02d}.png,work {k % 2},{1500 + k},{'AB'[k > 2]}" for k in range(number)),
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


@pytest.fixture
def corpus(tmp_path, monkeypatch):
    def in_order(work, tasks, workers):
        yield from map(work, tasks)

    monkeypatch.setattr("tablekin.orchestration.documents.run_in_order", in_order)
    monkeypatch.setattr("tablekin.collation.stage.run_in_order", in_order)
    for number in range(PAGES):
        write_scan(tmp_path / f"scans/page{number:02d}.png", number, first=number)
    start(tmp_path, PAGES)
    return tmp_path / "corpus"


def call(*arguments):
    return CliRunner().invoke(app, ["analyze", *map(str, arguments)])


def test_works_are_families_and_the_nearest_is_that_of_the_pairs(corpus, tmp_path):
    done = call(corpus, "--out", tmp_path / "out")
    assert done.exit_code == 0
    groups = pd.read_parquet(corpus / "groups").set_index("doc_id")
    works = Corpus.open(corpus).read("documents").set_index("doc_id")["work"]
    assert groups.groupby(works)["cluster"].nunique().tolist() == [1, 1]
    assert set(groups["cluster"]) == {0, 1}
    pairs = pd.read_parquet(corpus / "pairs")
    for doc, row in groups.iterrows():
        own = pairs[(pairs["doc_a"] == doc) | (pairs["doc_b"] == doc)]
        assert row["nearest_cosine"] == own["cosine"].max()
        best = own[own["cosine"] == own["cosine"].max()]
        assert row["nearest"] in {*best["doc_a"], *best["doc_b"]} - {doc}
    assert not list(check(corpus))


def test_analyses_hold_what_the_metadata_say(corpus, tmp_path):
    out = tmp_path / "out"
    call(corpus, "--out", out)
    families = pd.read_parquet(out / "families.parquet")
    assert sorted(families["first_year"]) == [1500, 1501]
    assert sorted(families["last_year"]) == [1510, 1511]
    moved = pd.read_parquet(out / "flows.parquet")
    assert moved[["place_from", "place_to", "families"]].to_numpy().tolist() == [["A", "B", 2]]
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
        "families.png",
        "flows.svg",
    } <= names


def test_the_same_corpus_gives_the_same_files(corpus, tmp_path):
    for name in ("one", "two"):
        call(corpus, "--out", tmp_path / name)
    for path in (tmp_path / "one").iterdir():
        assert path.read_bytes() == (tmp_path / "two" / path.name).read_bytes(), path.name


def test_without_years_and_places_the_rest_is_made_and_said(corpus, tmp_path):
    done = call(corpus, "--out", tmp_path / "out", "--year", "jahr", "--place", "ort")
    assert done.exit_code == 0
    assert "no column 'jahr'" in done.stderr
    assert {path.stem for path in (tmp_path / "out").iterdir()} == {"drivers_by", "drivers", "map"}


def test_groups_older_than_the_documents_are_named(corpus, tmp_path):
    call(corpus, "--out", tmp_path / "out")
    write_scan(tmp_path / "scans/page12.png", 12, first=12)
    start(tmp_path, 13)
    problems = [str(problem) for problem in check(corpus)]
    assert len(problems) == 1
    assert "groups" in problems[0]
    assert "analyze" in problems[0]


def test_tables_that_agree_too_little_and_bridges_make_no_family():
    rows = [("a", "b", 0.95), ("b", "c", 0.95), ("a", "c", 0.9), ("c", "d", 0.7), ("d", "e", 0.9)]
    alignments = pd.DataFrame(rows, columns=["doc_a", "doc_b", "agreement"]).assign(is_kin=True)
    assert find_clusters(alignments) == {"a": 0, "b": 0, "c": 0, "d": 1, "e": 1}
    assert find_clusters(alignments.assign(is_kin=False)) == {}


@pytest.mark.parametrize("count", [0, 1, 2, 5, 40])
def test_a_map_keeps_like_documents_together(count):
    rng = np.random.default_rng(3)
    kinds = rng.random((2, 110)) ** 4
    phi = np.array([kinds[k % 2] * 100 + rng.random(110) for k in range(count)]).reshape(count, 110)
    place = draw_map(phi)
    assert place.shape == (count, 2)
    assert np.isfinite(place).all()
    if count > 2:
        distance = np.linalg.norm(place[:, None] - place[None], axis=2) + np.diag(np.full(count, np.inf))
        assert (distance.argmin(1) % 2 == np.arange(count) % 2).all()
