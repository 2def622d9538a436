"""Network: documents and works as graphs, for programs that draw networks, such as Gephi."""

from __future__ import annotations

import logging
import math
from collections.abc import Iterator
from typing import Any

import networkx as nx
import pandas as pd

from tablekin.dating import UNDATED, YEAR_COLUMNS, Years, dates_of
from tablekin.export.selection import Selection
from tablekin.export.written_file import one_line
from tablekin.report import about_documents, function_in_words

_LOGGER = logging.getLogger(__name__)
_NEIGHBOURS = 5  # nearest of a document that it is joined with in the graph of cosines
_SPREAD = 100.0  # units for one of the map: Gephi draws a node 10 units wide
_DIGITS = 6  # of numbers that are not whole
_SCORES = ["cosine", "z", "rank_a", "rank_b"]
_RANKS = {"rank_a": "Int32", "rank_b": "Int32"}  # which are missing beyond the partners that a corpus keeps
_FOUND = [
    *("doc_a", "doc_b", "is_kin", "verdict", "strength", "log_odds_copied", "compared", "same", "variant"),
    *("doubtful", "shared_errors", "shared_deviations", "coverage"),
]
_IF_KNOWN = ("shared_errors", "shared_deviations")  # -1 where no function is known
_TAKEN = frozenset(  # names of columns that programs take for something of their own
    {"id", "label", "pid", "parents", "start", "end", "key", "viz", "interval", "timeset", "weight"}
    | {"x", "y", "z", "r", "g", "b", "size", "color"}
)


def make_networks(selection: Selection) -> Iterator[tuple[str, nx.Graph]]:
    """Make the graphs: ``related`` and ``nearest`` of documents, and ``works``.

    Yields
    ------
    tuple
        The name of a graph, and the graph: each node and edge has a label, and values that are texts or numbers.
    """
    documents = _document_nodes(selection)
    found = selection.corpus.read("alignments", selection.doc_ids, _FOUND)
    years = dates_of(selection.documents)
    kin = found[found["is_kin"]]
    scores = selection.corpus.read_scores(kin, _SCORES)
    kin = kin.merge(scores.astype(_RANKS), on=["doc_a", "doc_b"], how="left")
    yield "related", _document_graph(documents, kin.assign(weight=kin["same"].clip(lower=1)), years)
    nearest = selection.corpus.read_nearest_pairs(_NEIGHBOURS, ["doc_a", "doc_b", *_SCORES])
    chosen = {*selection.doc_ids}
    nearest = nearest[nearest["doc_a"].isin(chosen) & nearest["doc_b"].isin(chosen)]
    nearest = nearest.astype(_RANKS).merge(found, on=["doc_a", "doc_b"], how="left")
    yield "nearest", _document_graph(documents, nearest.assign(weight=nearest["cosine"]), years)
    if selection.corpus.is_current("works"):
        yield "works", _work_graph(selection.corpus.read("works"))
    else:
        _LOGGER.warning(
            "there is no network of works: table works is missing or older than the documents; write it with: "
            "tablekin analyze %s",
            selection.corpus.root,
        )


def _document_nodes(selection: Selection) -> dict[str, dict[str, Any]]:
    """Describe each document by its name, its metadata, its function and its place on the map of the corpus."""
    about = about_documents(selection.corpus, selection.doc_ids)
    functions = selection.corpus.read("functions", selection.doc_ids)
    prints = {doc: own for doc, own in functions.groupby("doc_id")}
    metadata = selection.metadata.rename(columns={name: _free(str(name)) for name in selection.metadata})
    added = pd.DataFrame({"about": about, "function": {doc: _words(own) for doc, own in prints.items()}})
    table = metadata.join(added[[name for name in added if name not in metadata]])
    nodes = {str(doc): {"label": str(doc), **_values(row)} for doc, row in _rows(table)}
    if selection.corpus.is_current("groups"):
        groups = selection.corpus.read("groups", selection.doc_ids).set_index("doc_id")
        for doc, row in _rows(groups[["cluster", "x", "y"]]):
            place = {axis: round(float(row[axis]) * _SPREAD, 2) for axis in ("x", "y")}
            nodes[str(doc)] |= {"cluster": int(row["cluster"]), "viz": {"position": {**place, "z": 0.0}}}
    return nodes


def _words(functions: pd.DataFrame) -> str:
    return "; ".join(dict.fromkeys(map(function_in_words, functions.itertuples())))


def _free(name: str) -> str:
    """Give a column of the metadata a name that no program takes for its own: ``label`` becomes ``label_``."""
    name = one_line(name) or "unnamed"
    return f"{name}_" if name.casefold() in _TAKEN else name


def _rows(table: pd.DataFrame) -> Iterator[tuple[Any, dict[str, Any]]]:
    """Yield the rows of a table, each value of the type of its column."""
    columns = [table[name].tolist() for name in table]
    names = [str(name) for name in table]
    for label, *values in zip(table.index, *columns, strict=True):
        yield label, dict(zip(names, values, strict=True))


def _values(row: dict[str, Any]) -> dict[str, Any]:
    """Keep what is known: texts on one line, and numbers with as many digits as tell something."""
    known: dict[str, Any] = {}
    for name, value in row.items():
        if isinstance(value, str):
            known |= {name: one_line(value)} if value.strip() else {}
        elif isinstance(value, bool | int):
            known[name] = value
        elif isinstance(value, float) and math.isfinite(value):
            known[name] = float(f"{value:.{_DIGITS}g}")
    return known


def _document_graph(
    nodes: dict[str, dict[str, Any]], pairs: pd.DataFrame, years: dict[str, Years]
) -> nx.Graph:
    graph = nx.Graph()
    graph.add_nodes_from(nodes.items())
    for _, row in _rows(pairs.drop(columns="is_kin").sort_values(["doc_a", "doc_b"])):
        a, b = row.pop("doc_a"), row.pop("doc_b")
        values = _values({name: value for name, value in row.items() if name not in _IF_KNOWN or value >= 0})
        date_a, date_b = years.get(a, UNDATED), years.get(b, UNDATED)
        earlier = a if date_a.is_before(date_b) else b if date_b.is_before(date_a) else ""
        first = {"earlier": earlier} if earlier else {}
        graph.add_edge(a, b, label=str(values.get("verdict", "not collated")), **values, **first)
    return graph


def _work_graph(works: pd.DataFrame) -> nx.Graph:
    graph = nx.Graph()
    ids: dict[str, str] = {}
    names = sorted({*works["work_a"], *works["work_b"]})
    for number, name in enumerate(names):
        ids[name] = f"w{number}"
        graph.add_node(ids[name], label=one_line(name) or ids[name])
    for _, row in _rows(works.sort_values(["work_a", "work_b"])):
        for side in "ab":
            own = {name: row[f"{name}_{side}"] for name in ("documents", *YEAR_COLUMNS)}
            graph.nodes[ids[row[f"work_{side}"]]].update(_values(own))
        if row["related"]:
            told = ("compared", "related", "copied", "same", "shared_errors", "shared_deviations")
            values = _values({name: row[name] for name in told})
            first = {"earlier": one_line(row[f"work_{row['first']}"])} if row["first"] in ("a", "b") else {}
            label = f"{row['related']} pairs of pages"
            pair = (ids[row["work_a"]], ids[row["work_b"]])
            graph.add_edge(*pair, label=label, weight=int(row["related"]), **values, **first)
    return graph
