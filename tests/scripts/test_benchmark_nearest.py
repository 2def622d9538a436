"""What the benchmark of the nearest makes and measures."""

from __future__ import annotations

from benchmark_nearest import add_documents, compare_all, look_up, make_documents, sample_ranking
from lib.made_families import Shape

from tablekin.check import check
from tablekin.corpus import CorpusStore

SHAPE = Shape(rows=3, columns=2, features=4, families=3)


def test_a_corpus_is_made_compared_and_looked_up(tmp_path):
    make_documents(tmp_path, 30, SHAPE)
    found = compare_all(tmp_path, 10)
    corpus = CorpusStore.open(tmp_path)
    assert found["explained"] == len(corpus.read("pairs")) == found["stages"]["score"]["out"]
    assert found["stages"]["match"]["out"] == len(corpus.read("matches"))
    seconds = look_up(tmp_path, 30)["median_seconds"]
    assert {*seconds} == {"similar", "show", "pairs of a document", "matches of a document"}
    make_documents(tmp_path, 30, SHAPE)
    assert compare_all(tmp_path, 10) == {"explained": None, "stages": {}}
    add_documents(tmp_path, 30, SHAPE)
    assert 0 < compare_all(tmp_path, 10)["explained"] < len(corpus.read("pairs"))
    problems = [problem for problem in check(tmp_path, values=True) if problem.place.startswith("pairs")]
    assert problems == []


def test_ranking_a_sample_tells_what_all_take():
    found = sample_ranking(1500)
    assert abs(found["all"] - found["prepare"] - 1.5 * found["milliseconds_of_a_core"]) < 1
