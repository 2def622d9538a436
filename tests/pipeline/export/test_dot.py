"""Stemmata as other readers read them: pydot and, where it is installed, Graphviz."""

import logging
import shutil
import subprocess
from dataclasses import replace

import networkx as nx
import numpy as np
import pydot
import pytest

from tablekin.export.dot import stemma_tree, write
from tablekin.kinship.stemma import CopyingStep, Stemma, infer_stemma
from tests.support.told_corpus import HOSTILE
from tests.support.told_families import PARENTS, told_family, write_families

pytestmark = pytest.mark.filterwarnings(
    "ignore:.*deprecated - use"
)  # pydot's, of the parser that it is built on


def read(path):
    (graph,) = pydot.graph_from_dot_data(path.read_text("utf-8"))
    labels = {node.get_name(): node.get("label") for node in graph.get_nodes()}
    grey = {node.get_name() for node in graph.get_nodes() if (node.get("color") or "").strip('"') == "grey"}
    edges = [(edge.get_source(), edge.get_destination()) for edge in graph.get_edges()]
    return graph, labels, grey, edges


def copies(node):
    return {below.name or frozenset(copies(below)) for below in node.copies}


def test_who_copied_whom_is_told_by_arrows(tmp_path):
    (path,) = write_families(write, [told_family("abcdef")], tmp_path)
    assert path.name == "family-0007.gv"
    graph, labels, grey, edges = read(path)
    names = "abcdef"
    assert graph.get_type() == "digraph"
    truth = {
        (f'"{names[parent]}"', f'"{names[child]}"') for child, parent in PARENTS.items() if parent is not None
    }
    assert truth == {edge for edge in edges if edge[0] not in grey}
    roots = {source for source, _ in edges} - {target for _, target in edges}
    assert [labels[root] for root in roots] == ['"computed"']
    assert roots <= grey


def test_groups_and_steps_make_one_tree():
    newick = "((f:0,g:0)2:0,d:0,(a:0,b:0)1:0):0;"
    steps = (CopyingStep("f", "g", 0.95, ()), CopyingStep("d", "f", 0.92, ()))
    stemma = Stemma(("a", "b", "d", "f", "g"), (), (), newick, steps, True)
    root = stemma_tree(stemma)
    assert copies(root) == {"d", frozenset("ab")}
    d = next(node for node in root.copies if node.name == "d")
    assert copies(d) == {"f"}
    assert copies(d.copies[0]) == {"g"}


def test_a_group_of_which_one_was_copied_from_outside_descends_from_there():
    newick = "((f:0,g:0)2:0,d:0):0;"
    stemma = Stemma(("d", "f", "g"), (), (), newick, (CopyingStep("d", "f", 0.9, ()),), True)
    (d,) = stemma_tree(stemma).copies
    assert (d.name, copies(d)) == ("d", {frozenset("fg")})


def test_a_step_against_another_is_passed_over():
    steps = (CopyingStep("a", "b", 0.95, ()), CopyingStep("b", "a", 0.95, ()))
    (a,) = stemma_tree(Stemma(("a", "b"), (), (), "(a:0,b:0):0;", steps, True)).copies
    assert (a.name, copies(a)) == ("a", {"b"})


def test_a_tree_without_root_has_no_directions(tmp_path):
    readings = np.zeros((9, 5), np.int16)
    readings[:3, 3:] = 1
    family = told_family("abcdef")
    unrooted = replace(family, stemma=infer_stemma(tuple("abcde"), readings))
    assert unrooted.stemma.branches
    (path,) = write_families(write, [unrooted], tmp_path)
    graph, _, grey, edges = read(path)
    assert all(edge.get("dir") == "none" for edge in graph.get_edges())
    tree = nx.Graph(edges)
    assert nx.is_tree(tree)
    assert {node for node in tree if tree.degree(node) == 1} == {f'"{name}"' for name in "abcde"}
    assert {node for node in tree if tree.degree(node) > 1} == grey


@pytest.mark.parametrize("names", [HOSTILE[:6], HOSTILE[6:12], HOSTILE[10:16]])
def test_names_are_harmless_whatever_they_are(tmp_path, names):
    (path,) = write_families(write, [told_family(names)], tmp_path)
    _, _, grey, edges = read(path)
    assert len({node for edge in edges for node in edge} - grey) == 6
    if shutil.which("dot"):
        done = subprocess.run(["dot", "-Tplain", path], capture_output=True, text=True, check=True)
        drawn = [line for line in done.stdout.splitlines() if line.startswith("node")]
        assert len(drawn) == len({node for edge in edges for node in edge})
        assert not done.stderr


def test_families_without_a_tree_are_named(tmp_path, caplog):
    family = told_family("abcdef")
    with caplog.at_level(logging.WARNING):
        assert write_families(write, [replace(family, stemma=None)], tmp_path) == []
    assert "no stemma of the families 7" in caplog.text
