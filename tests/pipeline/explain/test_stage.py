import hashlib

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from tablekin.config import ExplainConfig
from tablekin.corpus import Comparison, CorpusStore, Coverage, MatchProvenance, Survey
from tablekin.explain import ComparisonPlan, match_pairs, score_pairs
from tablekin.explain import stage as compare
from tablekin.explain.stage import explain_blocks, write_scores
from tablekin.schemas import SCHEMAS
from tests.support.random_factors import corpus as make_tables
from tests.support.random_factors import gathered

TWO = ExplainConfig(matches_per_pair=2)


@pytest.fixture
def factors(monkeypatch):
    monkeypatch.setattr(compare, "SIZES", compare.BlockSizes(block=4, tile=2))
    features, factors, regions, _ = make_tables(9)
    return gathered(features, factors, regions)


def plan(factors, fresh):
    """All pairs in which a document is fresh."""
    missing = np.triu(fresh[:, None] | fresh[None, :], 1)
    documents = [(name, "0") for name in factors.documents]
    return ComparisonPlan(documents, Comparison("config", "abc"), Survey(missing), False, 0)


def write(corpus, factors, fresh, threads):
    corpus.root.mkdir(exist_ok=True)
    scores = score_pairs(factors, threads)
    done = explain_blocks(corpus, factors, scores, match_pairs, plan(factors, fresh), TWO, threads)
    write_scores(corpus, scores, len(fresh), Comparison("config", "abc"), threads)
    return done


def digests(corpus):
    return {
        path.relative_to(corpus.root): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in corpus.root.rglob("*.parquet")
    }


def test_tables_are_the_same_bytes_whatever_the_number_of_threads(factors, tmp_path):
    one, three = CorpusStore(tmp_path / "one"), CorpusStore(tmp_path / "three")
    assert write(one, factors, np.ones(9, bool), 1) == (36, 36 * 3 * 2)
    write(three, factors, np.ones(9, bool), 3)
    assert len(digests(one)) == 6  # five blocks of matches, one table of pairs
    assert digests(one) == digests(three)


def test_documents_added_give_the_matches_of_a_corpus_made_at_once(factors, tmp_path):
    whole, grown = CorpusStore(tmp_path / "whole"), CorpusStore(tmp_path / "grown")
    grown.root.mkdir()
    write(whole, factors, np.ones(9, bool), 2)
    fresh = np.isin(np.arange(9), [1, 7])
    old = explain_blocks(grown, factors, score_pairs(factors, 1), match_pairs, plan(factors, ~fresh), TWO, 1)
    # Here the first pass has every pair with one of the others; the second adds the pair of the two that are left.
    pair = np.array([1]), np.array([7])
    scores = score_pairs(factors, 1)
    table = match_pairs(factors, *pair, scores.table(*pair)["dot"].to_numpy(), 2)
    assert old[0] == 35
    coverage = Coverage((("doc1", "0"),), (("doc7", "0"),), np.ones((1, 1), bool))
    grown.match_table.add([table], MatchProvenance("config", coverage), 2, 0)
    key = ["doc_a", "doc_b", "level", "rank"]
    tables = [
        pd.read_parquet(corpus.root / "matches").sort_values(key).reset_index(drop=True)
        for corpus in (whole, grown)
    ]
    pd.testing.assert_frame_equal(*tables)


def test_each_tile_is_a_row_group_that_statistics_tell_apart(factors, tmp_path):
    corpus = CorpusStore(tmp_path / "corpus")
    write(corpus, factors, np.ones(9, bool), 1)
    metadata = pq.read_metadata(corpus.root / "matches/part-0001-00001.parquet")
    ranges = [
        tuple((group.column(at).statistics.min, group.column(at).statistics.max) for at in (0, 1))
        for group in (metadata.row_group(number) for number in range(metadata.num_row_groups))
    ]
    assert ranges[0] == (("doc0", "doc1"), ("doc4", "doc5"))
    assert len(set(ranges)) == 4


def test_rows_of_a_document_are_those_a_filter_finds(factors, tmp_path):
    corpus = CorpusStore(tmp_path / "corpus")
    assert list(corpus.read_matches_of("doc3").columns) == SCHEMAS["matches"].names
    write(corpus, factors, np.ones(9, bool), 1)
    for table, read in (("pairs", corpus.read_pairs_of), ("matches", corpus.read_matches_of)):
        whole = pd.read_parquet(corpus.root / table)
        for doc in factors.documents:
            found = read(doc)
            assert len(found) == {"pairs": 8, "matches": 8 * 3 * 2}[table]
            expected = whole[(whole["doc_a"] == doc) | (whole["doc_b"] == doc)]
            pd.testing.assert_frame_equal(found, expected.reset_index(drop=True))
        assert read("doc33").empty


def test_row_groups_without_the_document_are_left_unread(factors, tmp_path, monkeypatch):
    corpus = CorpusStore(tmp_path / "corpus")
    write(corpus, factors, np.ones(9, bool), 1)
    read, groups = (
        pq.ParquetFile.read_row_group,
        set(),
    )  # of each, first the names, then the rest if one is doc0
    monkeypatch.setattr(pq.ParquetFile, "read_row_group", lambda *args: groups.add(args[:2]) or read(*args))
    corpus.read_matches_of("doc0")
    parts = (corpus.root / "matches").iterdir()
    assert 0 < len(groups) < sum(pq.read_metadata(part).num_row_groups for part in parts) / 2
