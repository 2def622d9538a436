"""The drawings of an analysis: what they say, and that they need no table that is not there."""

import re

import numpy as np
import pandas as pd
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from tablekin.analyze.figures import draw_all, driver_bars

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
DRIVERS = pd.DataFrame(
    {
        "by": "corpus",
        "part": ["value", "value", "argument", "page number"],
        "function": ["sine", "", "", ""],
        "share": [0.6, 0.2, 0.15, 0.05],
    }
)
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
    tables = {"driver_parts": DRIVERS, "clusters": CLUSTERS, "flows": FLOWS}
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
    for told in ("values: sine", "60.0%", "arguments", "page numbers", "5.0%"):
        assert told in words
    assert "12 documents, 3 clusters, 2 in none" in words
    assert all(path.stat().st_size > 2000 for path in drawn)


def test_what_has_no_table_is_not_drawn(tmp_path):
    drawn = draw_all({"driver_parts": DRIVERS, "clusters": CLUSTERS.iloc[:0]}, DOCUMENTS, tmp_path)
    assert {path.stem for path in drawn} == {"map", "drivers"}


def test_names_are_drawn_as_they_are_and_not_as_formulas(tmp_path):
    names = ["$\\frac$", "a$\\undefined{x}$", "$x^$ & $y\x1b[2J"]
    documents = DOCUMENTS.assign(work=[names[max(cluster, 0) % 2] for cluster in DOCUMENTS["cluster"]])
    by_place = pd.DataFrame(
        {"place": [names[2]], "documents": [9], "low": 0.1, "high": 0.9, "plain": 0.4, "entropy": 0.5}
    )
    moved = FLOWS.assign(place_from=names[1], place_to=names[2])
    tables = {"driver_parts": DRIVERS, "clusters": CLUSTERS, "flows": moved, "entropy_by_place": by_place}
    drawn = list(draw_all(tables, documents, tmp_path))
    words = [text for path in drawn if path.suffix == ".svg" for text in texts(path)]
    for expected in ("cluster 0: $\\frac$", "a$\\undefined{x}$ (1)", "a$\\undefined{x}$"):
        assert expected in words
    assert (
        sum("$x^$ &amp; $y\\x1b[2J" in text for text in words) == 2
    )  # a place, and one to which tables came


def test_functions_that_carry_little_are_told_together_and_nothing_is_lost():
    count = 20
    drivers = pd.DataFrame(
        {
            "by": ["corpus"] * count + ["work"],
            "part": ["value"] * (count - 1) + ["argument", "value"],
            "function": [f"function {k}" for k in range(count - 1)] + ["", "function 0"],
            "share": [*np.random.default_rng(0).dirichlet(np.ones(count)), 1.0],
        }
    )
    bars = driver_bars(drivers)
    assert len(bars) < count
    assert bars.sum() == pytest.approx(1)
    assert bars.index[0] == "values: other functions"
    assert bars.drop(bars.index[0]).is_monotonic_increasing


def test_no_legend_covers_what_is_drawn(tmp_path, monkeypatch):
    over_time = pd.DataFrame(
        {"year": [1500.0, 1505.0, 1510.0, 1600.0], "documents": 9.0, "entropy": 0.5, "shuffled": 0.9}
    ).assign(low=0.6, high=1.0)
    by_place = pd.DataFrame(
        {"place": ["Venice"], "documents": [9], "low": 0.1, "high": 0.9, "plain": 0.4, "entropy": 0.5}
    )
    tables = {"driver_parts": DRIVERS, "entropy_over_time": over_time, "entropy_by_place": by_place}
    figures = []
    monkeypatch.setattr(Figure, "savefig", lambda figure, file, **how: figures.append(figure))
    assert len(list(draw_all(tables, DOCUMENTS, tmp_path))) == 8
    for figure in figures[1::2]:
        FigureCanvasAgg(figure).draw()
        (axes,) = figure.axes
        assert axes.get_title(loc="left")
        assert not axes.get_legend()
        for legend in figure.legends:
            box = legend.get_window_extent()
            labels = [*axes.get_xticklabels(), axes.xaxis.label]
            assert all(not box.overlaps(label.get_window_extent()) for label in labels)
            assert not box.overlaps(axes.get_window_extent())
