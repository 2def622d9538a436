"""Where pairs are kept of some partners of each document, these are the rows that all pairs have of them."""

import json
import shutil
from functools import partial

import numpy as np
import pandas as pd
import pytest
from typer.testing import CliRunner

from tablekin import config as settings
from tablekin.check.stage import check
from tablekin.cli import app
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.explain import match_pairs, nearest, nearest_matches, nearest_stage, score_pairs
from tablekin.orchestration import RunRequest, Stages, drop_documents, run
from tablekin.schemas import to_arrow
from tests.support import edition_stages
from tests.support.killable import assert_same_rows
from tests.support.runs import in_this_process, write_scan

COUNT = 7
PAIR = ["doc_a", "doc_b"]
SCORES = ["dot", "cosine", "z", "conservation_error", "specific"]


@pytest.fixture(scope="module", autouse=True)
def stages():
    """Analyse without networks in this process; small parts, and few partners."""
    with pytest.MonkeyPatch.context() as monkeypatch, in_this_process():
        monkeypatch.setattr(settings, "MIN_PARTNERS", 1)
        monkeypatch.setattr(nearest_stage, "SIZES", nearest_stage.KeptSizes(scores=5, documents=2, few=3))
        sizes = nearest_matches.MatchSizes(part=3, parts=4, loaded=3, tile=2)
        monkeypatch.setattr(nearest_matches, "SIZES", sizes)
        monkeypatch.setattr(nearest, "SIZES", nearest.RankingSizes(block=2, rows=2))
        yield Stages(edition_stages.analyse, score_pairs, match_pairs)


def bring_up_to_date(folder, stages, partners, said=None, **more):
    also = {"collate": {"neighbours": 2}, **more}
    config = RunConfig.model_validate({"device": "cpu", "explain": {"partners": partners}, **also})
    order = RunRequest((folder / "scans",), folder / "corpus", config=config, workers=1)
    return run(order, (said if said is not None else []).append, stages)


def write_pages(folder, numbers):
    for number in numbers:
        write_scan(folder / f"scans/page{number}.png", number, first=number)


@pytest.fixture(scope="module")
def whole(tmp_path_factory, stages):
    """A corpus that keeps all pairs."""
    folder = tmp_path_factory.mktemp("all")
    write_pages(folder, range(COUNT))
    bring_up_to_date(folder, stages, "all")
    return folder


@pytest.fixture(scope="module")
def two(tmp_path_factory, stages):
    """A corpus that keeps those with the two nearest, and kin."""
    folder = tmp_path_factory.mktemp("two")
    write_pages(folder, range(COUNT))
    bring_up_to_date(folder, stages, 2)
    return folder


@pytest.fixture
def copy(two, tmp_path):
    shutil.copytree(two, tmp_path / "copy")
    return tmp_path / "copy"


def sorted_rows(corpus, table, pairs):
    rows = corpus.read(table).merge(pairs[PAIR], on=PAIR)
    return rows.sort_values([*PAIR, *({"level", "rank"} & {*rows})], ignore_index=True)


def assert_kept(folder, whole, count):
    """See that a corpus has the rows of another that keeps all pairs, of the nearest and of kin."""
    kept, every = CorpusStore(folder / "corpus"), CorpusStore(whole / "corpus")
    pairs, kin = every.read("pairs"), every.read("alignments").query("is_kin")
    near = (pairs["rank_a"] <= count) | (pairs["rank_b"] <= count)
    is_kin = pd.MultiIndex.from_frame(pairs[PAIR]).isin(pd.MultiIndex.from_frame(kin[PAIR]))
    expected = pairs[near | is_kin].sort_values(PAIR, ignore_index=True)
    found = kept.read("pairs").sort_values(PAIR, ignore_index=True)
    pd.testing.assert_frame_equal(found[PAIR + SCORES], expected[PAIR + SCORES])
    for rank in ("rank_a", "rank_b"):
        assert found[rank].fillna(0).tolist() == expected[rank].where(expected[rank] <= count, 0).tolist()
    pd.testing.assert_frame_equal(*(sorted_rows(corpus, "matches", expected) for corpus in (kept, every)))
    assert len(kept.read("matches")) == len(sorted_rows(every, "matches", expected))
    assert is_kin[~near].any()  # kin that are not near are among them
    assert not near.all()
    nearest_to = kept.read("nearest").set_index("doc_id")["partners"]
    for doc, partners in nearest_to.items():
        own = every.read_pairs_of(doc)
        rank = own["rank_a"].where(own["doc_a"] == doc, own["rank_b"])
        partner = own["doc_b"].where(own["doc_a"] == doc, own["doc_a"])
        assert partners.tolist() == partner[rank.sort_values().index][:count].tolist()
    return found


def test_what_is_kept_is_what_all_pairs_have_of_the_nearest_and_of_kin(two, whole, stages):
    assert_kept(two, whole, 2)
    assert [str(problem) for problem in check(two / "corpus", values=True)] == []
    assert bring_up_to_date(two, stages, 2).unchanged
    for table in ("documents", "drivers", "alignments", "collations"):
        keys = [*PAIR, "region_a", "region_b"] if table == "collations" else None
        found = [CorpusStore(folder / "corpus").read(table) for folder in (two, whole)]
        if keys:
            found = [rows.sort_values(keys, ignore_index=True) for rows in found]
        pd.testing.assert_frame_equal(*found)


def test_documents_that_are_added_give_the_tables_of_a_run_over_all(tmp_path, two, whole, stages):
    for numbers in (range(4, COUNT), range(4)):
        write_pages(tmp_path, numbers)
        bring_up_to_date(tmp_path, stages, 2)
    assert_kept(tmp_path, whole, 2)
    assert_same_rows(tmp_path / "corpus", two / "corpus")
    assert [*check(tmp_path / "corpus", values=True)] == []


def test_only_what_is_new_is_explained(copy, stages):
    before = len(CorpusStore(copy / "corpus").read("pairs"))
    explained = []

    def match(factors, a, b, dot, count):
        explained.extend(
            zip((factors.documents[i] for i in a), (factors.documents[j] for j in b), strict=True)
        )
        return match_pairs(factors, a, b, dot, count)

    write_pages(copy, [COUNT])
    bring_up_to_date(copy, Stages(stages.analyse, stages.score, match), 2)
    assert 0 < len(explained) == len({*explained}) < before
    drop_documents(copy / "corpus", [f"page{COUNT}"], lambda line: None, stages)
    assert f"page{COUNT}" not in {*CorpusStore(copy / "corpus").read("matches")["doc_b"]}


def test_a_document_that_is_dropped_leaves_the_tables_of_a_run_without_it(copy, tmp_path, stages):
    drop_documents(copy / "corpus", ["page3"], lambda line: None, stages)
    write_pages(tmp_path / "fresh", [number for number in range(COUNT) if number != 3])
    bring_up_to_date(tmp_path / "fresh", stages, 2)
    assert_same_rows(copy / "corpus", tmp_path / "fresh/corpus")
    assert [*check(copy / "corpus", values=True)] == []


def test_another_number_of_partners_explains_no_pair_twice_and_says_what_changes(copy, whole, stages):
    said = []
    bring_up_to_date(copy, stages, 3, said)
    assert any("3 nearest" in line and "2 nearest" in line and "explain.partners" in line for line in said)
    assert_kept(copy, whole, 3)
    assert bring_up_to_date(copy, stages, 2).pairs == 0
    assert_kept(copy, whole, 2)
    said.clear()
    bring_up_to_date(copy, stages, "all", said)
    assert any("all pairs are kept now" in line for line in said)
    assert_same_rows(copy / "corpus", whole / "corpus")
    assert not CorpusStore(copy / "corpus").layout.parts("nearest")
    said.clear()
    assert bring_up_to_date(copy, stages, 2, said).pairs == 0
    assert any("before it were all" in line for line in said)
    assert_kept(copy, whole, 2)
    assert [*check(copy / "corpus", values=True)] == []


def test_kin_that_collation_does_not_find_any_more_are_kept_no_longer(copy, stages):
    corpus = CorpusStore(copy / "corpus")
    before = len(corpus.read("pairs"))
    bring_up_to_date(copy, stages, 2, collate={"neighbours": 0})
    found = corpus.read("pairs")
    assert len(found) < before
    assert (found[["rank_a", "rank_b"]].min(axis=1) <= 2).all()
    assert {*map(tuple, corpus.read("matches")[PAIR].to_numpy())} == {*map(tuple, found[PAIR].to_numpy())}
    bring_up_to_date(copy, stages, 2)
    assert len(corpus.read("pairs")) == before


def test_by_default_all_pairs_are_kept_of_few_documents_and_some_of_more(copy, stages, monkeypatch):
    monkeypatch.setattr(settings, "_ALL_UP_TO", COUNT)
    monkeypatch.setattr(settings, "_OF_MORE", 2)
    bring_up_to_date(copy, stages, "auto")
    assert CorpusStore(copy / "corpus").kept_partners() is None
    said = []
    write_pages(copy, [COUNT])
    bring_up_to_date(copy, stages, "auto", said)
    assert CorpusStore(copy / "corpus").kept_partners() == 2
    assert any("before it were all" in line for line in said)


def not_kept(folder):
    corpus = CorpusStore(folder / "corpus")
    names = corpus.read("documents")["doc_id"].sort_values().tolist()
    kept = {*map(tuple, corpus.read("pairs")[PAIR].to_numpy())}
    return next((a, b) for a in names for b in names if a < b and (a, b) not in kept)


def test_a_pair_that_is_not_kept_is_shown_as_all_pairs_have_it(two, whole):
    names = not_kept(two)
    found, expected = (
        json.loads(CliRunner().invoke(app, ["show", str(folder / "corpus"), *names, "--json"]).stdout)
        for folder in (two, whole)
    )
    ranks = [expected.pop(name) for name in ("rank_a", "rank_b")]
    assert min(ranks) > 2
    assert [found.pop(name) for name in ("rank_a", "rank_b")] == [None, None]
    assert found == expected
    told = CliRunner().invoke(app, ["show", str(two / "corpus"), *names]).stdout
    assert f"{names[1]} is not among the pages nearest to {names[0]}" in told


def test_similar_names_the_nearest_and_says_that_others_are_not_kept(two, whole):
    found, expected = (
        json.loads(CliRunner().invoke(app, ["similar", str(folder / "corpus"), "page4", "--json"]).stdout)
        for folder in (two, whole)
    )
    assert found["nearest"] == expected["nearest"][:2]
    told = CliRunner().invoke(app, ["similar", str(two / "corpus"), "page4"]).stdout
    assert "no more than the 2 nearest of each page are kept" in told


def spoil(folder, change):
    """Write the table of pairs again with other rows."""
    corpus = CorpusStore(folder / "corpus")
    rows = to_arrow("pairs", change(corpus.read("pairs")))
    corpus.pair_table.replace([rows], corpus.pair_table.made_from(), corpus.pair_table.kept())


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda rows: rows.iloc[1:], "1 pairs are missing"),
        (
            lambda rows: rows.assign(rank_a=rows["rank_a"].mask(rows["rank_a"] == 1)),
            "ranks of the partners",
        ),
        (lambda rows: pd.concat([rows, rows.iloc[:1]]), "are there twice"),
        (lambda rows: rows.assign(cosine=rows["cosine"] + 0.1), "have a cosine"),
    ],
    ids=["missing", "rank", "twice", "cosine"],
)
def test_check_finds_what_is_wrong_with_pairs_that_are_kept(copy, change, told):
    spoil(copy, change)
    assert (
        pd.Series([str(problem) for problem in check(copy / "corpus", values=True)]).str.contains(told).any()
    )


def test_check_finds_a_pair_that_should_not_be_kept(copy, whole):
    names = not_kept(copy)
    other = CorpusStore(whole / "corpus").read("pairs", names)
    spoil(copy, lambda rows: pd.concat([rows, other]))
    problems = [str(problem) for problem in check(copy / "corpus", values=True)]
    assert any("neither near nor kin" in problem for problem in problems)


def test_table_nearest_is_made_again_when_it_is_deleted(copy, two, stages):
    corpus = CorpusStore(copy / "corpus")
    corpus.nearest_table.drop()
    assert any(problem.place == "nearest" for problem in check(copy / "corpus"))
    assert bring_up_to_date(copy, stages, 2).pairs == 0
    assert [*check(copy / "corpus", values=True)] == []
    found = [CorpusStore(folder / "corpus").read("nearest") for folder in (copy, two)]
    pd.testing.assert_frame_equal(*found)


def test_a_ranking_that_was_interrupted_goes_on(copy, two, stages, monkeypatch):
    write_pages(copy, [COUNT])
    ranked, real = [], nearest_stage.rank_blocks

    def some(compared, count, blocks, threads, device):
        for number, found in enumerate(real(compared, count, blocks, threads, device)):
            if number == 3:
                raise KeyboardInterrupt
            ranked.append(blocks[number])
            yield found

    monkeypatch.setattr(nearest_stage, "rank_blocks", some)
    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(copy, stages, 2)
    monkeypatch.setattr(nearest_stage, "rank_blocks", partial(_noted, real, ranked))
    bring_up_to_date(copy, stages, 2)
    assert sorted(place for block in ranked for place in block) == list(range(COUNT + 1))
    assert not CorpusStore(copy / "corpus").layout.ranking.exists()
    assert [*check(copy / "corpus", values=True)] == []


def _noted(real, ranked, compared, count, blocks, threads, device):
    ranked += blocks
    return real(compared, count, blocks, threads, device)


def test_a_match_that_fails_leaves_what_was_explained(tmp_path, two, stages):
    write_pages(tmp_path, range(COUNT))
    explained = []

    def match(factors, a, b, dot, count):
        if len(explained) == 5:
            raise KeyboardInterrupt
        explained.append(len(a))
        return match_pairs(factors, a, b, dot, count)

    with pytest.raises(KeyboardInterrupt):
        bring_up_to_date(tmp_path, Stages(stages.analyse, stages.score, match), 2)
    kept = CorpusStore(tmp_path / "corpus").read("matches")[PAIR].drop_duplicates()
    assert len(kept)
    done = bring_up_to_date(tmp_path, stages, 2).pairs
    assert done == len(CorpusStore(two / "corpus").read("pairs")) - len(kept)
    assert_same_rows(tmp_path / "corpus", two / "corpus")


def test_networks_and_studies_are_made_of_what_is_kept(two, tmp_path):
    for command in (
        ["analyze"],
        ["export", "--format", "graphml", "--out", str(tmp_path / "net")],
        ["kinship"],
    ):
        result = CliRunner().invoke(app, [command[0], str(two / "corpus"), *command[1:]])
        assert result.exit_code == 0, result.output
    assert np.isfinite(CorpusStore(two / "corpus").read("groups")["nearest_cosine"]).all()
