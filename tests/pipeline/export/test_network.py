"""Networks as another reader reads them: networkx, of files of both formats."""

from xml.etree import ElementTree

import networkx as nx
import pandas as pd
import pytest

from tablekin.corpus import CorpusStore
from tablekin.export import export_corpus
from tablekin.export import gexf as gexf_format
from tablekin.export import graphml as graphml_format
from tests.support.told_corpus import HOSTILE, ToldCorpus, documents, select

READERS = {"gexf": nx.read_gexf, "graphml": nx.read_graphml}
WRITERS = {"gexf": gexf_format.write, "graphml": graphml_format.write}


class ToldNetwork(ToldCorpus):
    """Related pairs, map and works that are told."""

    def read_scores(self, pairs, columns):
        found = self.read("pairs", columns=["doc_a", "doc_b", *columns])
        return found.merge(pairs[["doc_a", "doc_b"]], on=["doc_a", "doc_b"])

    def read_nearest_pairs(self, neighbours, columns):
        pairs = self.read("pairs")
        near = (pairs["rank_a"] <= neighbours) | (pairs["rank_b"] <= neighbours)
        return pairs[near][columns]

    def is_current(self, table):
        return table in self.tables


def told(tmp_path):
    titles = [*HOSTILE[:16]]
    count = len(titles)
    pages = documents(
        title=titles,
        year=["1550", "c. 1560", "s.a.", *["1600"] * (count - 3)],
        label=titles[::-1],
        start=[float(number) if number % 2 else None for number in range(count)],
        pages=pd.array([None, *range(1, count)], "Int64"),
        **{'<a b="c">\x01': titles},
    )
    alignments = pd.DataFrame(
        {
            "doc_a": ["p0", "p1", "p2"],
            "doc_b": ["p1", "p2", "p3"],
            "is_kin": [True, True, False],
            "verdict": ["copied", "same function", "unrelated"],
            "strength": ["strong", "weak", "weak"],
            "log_odds_copied": [9.5, -2.0, -9.0],
            "compared": [90, 80, 70],
            "same": [88, 70, 0],
            "variant": [2, 5, 0],
            "doubtful": [0, 5, 0],
            "shared_errors": [3, -1, -1],
            "shared_deviations": [4, -1, -1],
            "coverage": [0.9, 0.5, 0.0],
        }
    )
    pairs = pd.DataFrame(
        {
            "doc_a": ["p0", "p0", "p4"],
            "doc_b": ["p1", "p5", "p6"],
            "cosine": [0.987654321, 0.5, 0.25],
            "z": [4.0, 1.0, 0.0],
            "rank_a": [1, 5, 9],
            "rank_b": [1, 9, 9],
        }
    )
    works = pd.DataFrame(
        {
            "work_a": [titles[0], titles[0]],
            "work_b": [titles[11], titles[6]],
            "documents_a": 7,
            "documents_b": [2, 3],
            "year_from_a": 1550,
            "year_to_a": 1550,
            "year_from_b": pd.array([1600, None], "Int32"),
            "year_to_b": pd.array([1600, None], "Int32"),
            "compared": [9, 9],
            "related": [5, 0],
            "copied": [4, 0],
            "same": [300, 0],
            "shared_errors": [6, 0],
            "shared_deviations": [0, 0],
            "first": ["a", "unknown"],
        }
    )
    groups = pd.DataFrame({"doc_id": ["p0", "p1"], "cluster": [0, 1], "x": [1.25, -2.0], "y": [0.5, 0.0]})
    tables = {
        "documents": pages,
        "alignments": alignments,
        "pairs": pairs,
        "works": works,
        "groups": groups,
    }
    selection = select(tables, tmp_path)
    object.__setattr__(selection, "corpus", ToldNetwork(tables))
    return selection


@pytest.fixture(params=READERS)
def graphs(request, tmp_path):
    paths = list(WRITERS[request.param](told(tmp_path)))
    assert [path.name for path in paths] == [
        f"{name}.{request.param}" for name in ("related", "nearest", "works")
    ]
    return {path.stem: READERS[request.param](path) for path in paths}


def test_related_documents_are_joined_with_what_is_known_of_them(graphs):
    graph = graphs["related"]
    assert {*graph.nodes} == {f"p{number}" for number in range(16)}
    assert {frozenset(edge) for edge in graph.edges} == {frozenset(("p0", "p1")), frozenset(("p1", "p2"))}
    copied, alike = graph.edges["p0", "p1"], graph.edges["p1", "p2"]
    assert (copied["verdict"], copied["strength"], copied["shared_errors"]) == ("copied", "strong", 3)
    assert (copied["weight"], copied["cosine"], copied["earlier"]) == (88, 0.987654, "p0")
    assert "shared_errors" not in alike  # no function is known: none were looked for
    assert "cosine" not in alike
    assert "earlier" not in alike


def test_nearest_documents_are_joined_by_their_cosine(graphs):
    graph = graphs["nearest"]
    assert {frozenset(edge): values["weight"] for *edge, values in graph.edges(data=True)} == {
        frozenset(("p0", "p1")): pytest.approx(0.987654),
        frozenset(("p0", "p5")): 0.5,
    }
    assert graph.edges["p0", "p1"]["verdict"] == "copied"
    assert "verdict" not in graph.edges["p0", "p5"]


def test_works_are_joined_by_their_pages(graphs):
    graph = graphs["works"]
    names = {values["label"]: node for node, values in graph.nodes(data=True)}
    assert HOSTILE[0] in names
    assert HOSTILE[11] in names
    first, second = names[HOSTILE[0]], names[HOSTILE[11]]
    assert [*graph.edges] in ([(first, second)], [(second, first)])
    edge = graph.edges[first, second]
    assert (edge["related"], edge["shared_errors"], edge["earlier"]) == (5, 6, HOSTILE[0])
    assert (graph.nodes[first]["documents"], graph.nodes[first]["year_from"]) == (7, 1550)
    assert graph.nodes[second]["documents"] == 2
    other = next(node for node in graph if node not in (first, second))
    assert "year_from" not in graph.nodes[other]


def test_metadata_come_through_whatever_they_are(graphs):
    graph = graphs["related"]
    for number in range(16):
        node = graph.nodes[f"p{number}"]
        assert node["label"] == f"p{number}"
        assert node.get("pages") == (number or None)
        assert node.get("start_") == (float(number) if number % 2 else None)
    assert graph.nodes["p0"]["title"] == graph.nodes["p15"]["label_"] == HOSTILE[0]
    assert graph.nodes["p8"]["title"] == HOSTILE[8]
    assert graph.nodes["p15"]["title"] == HOSTILE[15]
    assert graph.nodes["p0"]['<a b="c">\ufffd'] == HOSTILE[0]
    assert graph.nodes["p1"]["cluster"] == 1
    assert graph.nodes["p0"]["about"].startswith(HOSTILE[0])


def test_gephi_finds_places_and_no_date(tmp_path):
    path = next(iter(gexf_format.write(told(tmp_path))))
    root = ElementTree.parse(path).getroot()
    graph = "{http://www.gexf.net/1.2draft}"
    places = {
        node.get("id"): (float(place.get("x")), float(place.get("y")))
        for node in root.iter(f"{graph}node")
        for place in node.iter("{http://www.gexf.net/1.2draft/viz}position")
    }
    assert places == {"p0": (125.0, 50.0), "p1": (-200.0, 0.0)}
    assert root.find(f"{graph}meta").attrib == {}
    titles = [each.get("title") for each in root.iter(f"{graph}attribute")]
    assert len(titles) == len(set(titles))
    declared = {each.get("id") for each in root.iter(f"{graph}attribute")}
    assert {each.get("for") for each in root.iter(f"{graph}attvalue")} <= declared
    read = nx.read_graphml(next(iter(graphml_format.write(told(tmp_path)))))
    assert (read.nodes["p0"]["x"], read.nodes["p0"]["y"]) == (125.0, 50.0)


@pytest.mark.parametrize("format", READERS)
def test_a_corpus_is_written_the_same_each_time(editions, tmp_path, caplog, format):
    first = export_corpus(editions, format, tmp_path / "a")
    export_corpus(editions, format, tmp_path / "b")
    assert set(first.files) == {f"related.{format}", f"nearest.{format}"}
    assert "tablekin analyze" in caplog.text  # table works is not there
    for name in first.files:
        assert (tmp_path / "a" / name).read_bytes() == (tmp_path / "b" / name).read_bytes()
    corpus = CorpusStore.open(editions)
    kin = corpus.read("alignments").query("is_kin").set_index(["doc_a", "doc_b"])
    scores = corpus.read("pairs").set_index(["doc_a", "doc_b"])
    graph = READERS[format](tmp_path / "a" / f"related.{format}")
    assert {frozenset(edge) for edge in graph.edges} == {frozenset(pair) for pair in kin.index}
    assert len(kin) > 0
    for pair in kin.index:
        assert graph.edges[pair]["same"] == kin.loc[pair, "same"]
        assert graph.edges[pair]["cosine"] == pytest.approx(scores.loc[pair, "cosine"], rel=1e-5)
