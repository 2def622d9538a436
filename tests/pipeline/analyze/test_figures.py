"""The drawings of an analysis: what they say, and that they need no table that is not there."""

import re

import numpy as np
import pandas as pd

from tablekin.analyze.figures import draw_all

DOCUMENTS = pd.DataFrame(
    {
        "doc_id": [f"page{k}" for k in range(12)],
        "cluster": [0, 0, 0, 1, 1, -1, 9, 9, 0, 1, -1, 0],
        "x": np.arange(12.0),
        "y": np.arange(12.0) % 4,
        "work": ["Tabulae", "Tabulae", "Opus"] * 4,
        "year": 1500.0 + 10 * np.arange(12),
    }
)
DRIVERS = pd.DataFrame({"by": "corpus", "kind": ["cell", "page_number"], "share": [0.9, 0.1]})
CLUSTERS = pd.DataFrame(
    {"cluster": [0, 1], "documents": [5, 3], "first_year": [1500.0, 1530.0], "last_year": [1610.0, 1590.0]}
)
FLOWS = pd.DataFrame(
    {"place_from": ["Venice"], "place_to": ["Paris"], "clusters": [2], "first_year": [1540.0]}
)


def texts(path):
    """The words of an SVG, which matplotlib writes as comments before their outlines."""
    return re.findall(r"<!-- (.*?) -->", path.read_text("utf-8"))


def test_drawings_speak_of_clusters_and_digits(tmp_path):
    tables = {"drivers_by": DRIVERS, "clusters": CLUSTERS, "flows": FLOWS}
    drawn = list(draw_all(tables, DOCUMENTS, tmp_path))
    assert {path.name for path in drawn} == {
        f"{name}{suffix}" for name in ("map", "drivers", "clusters", "flows") for suffix in (".svg", ".png")
    }
    words = " ".join(text for path in drawn if path.suffix == ".svg" for text in texts(path)).casefold()
    assert "famil" not in words
    assert "figure" not in words
    assert "documents with like digits lie near one another" in words
    assert "cluster 1: tabulae" in words
    assert "tabulae (1)" in words
    assert "page number" in words
    assert all(path.stat().st_size > 2000 for path in drawn)


def test_what_has_no_table_is_not_drawn(tmp_path):
    drawn = draw_all({"drivers_by": DRIVERS, "clusters": CLUSTERS.iloc[:0]}, DOCUMENTS, tmp_path)
    assert {path.stem for path in drawn} == {"map", "drivers"}


def test_names_are_drawn_as_they_are_and_not_as_formulas(tmp_path):
    names = ["$\\frac$", "a$\\undefined{x}$", "$x^$ & $y\x1b[2J"]
    documents = DOCUMENTS.assign(work=[names[max(cluster, 0) % 2] for cluster in DOCUMENTS["cluster"]])
    by_place = pd.DataFrame(
        {"place": [names[2]], "documents": [9], "low": 0.1, "high": 0.9, "plain": 0.4, "entropy": 0.5}
    )
    moved = FLOWS.assign(place_from=names[1], place_to=names[2])
    tables = {"drivers_by": DRIVERS, "clusters": CLUSTERS, "flows": moved, "entropy_by_place": by_place}
    drawn = list(draw_all(tables, documents, tmp_path))
    words = [text for path in drawn if path.suffix == ".svg" for text in texts(path)]
    for expected in ("cluster 0: $\\frac$", "a$\\undefined{x}$ (1)", "a$\\undefined{x}$"):
        assert expected in words
    assert sum("$x^$ &amp; $y\\x1b[2J" in text for text in words) == 3  # a place, from and to
