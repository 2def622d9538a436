"""Table works is what counting the pairs one by one gives."""

import itertools
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure

from tablekin.analyze.works import describe_works, make_works, order_works, sharing
from tablekin.analyze.works_figure import draw_works, drawn_works, size_of
from tablekin.dating import read_years
from tablekin.schemas import to_arrow

WORKS = {"Tabulae": "1512", "Canon": "c. 1550", "Sphaera": "1524", "Theorica": "s.a.", "Almanach": "1499"}


class Collated:
    """A corpus of collated pairs, drawn at random: pages of works, and one of none."""

    def __init__(self, seed=0):
        rng = np.random.default_rng(seed)
        self.work = pd.Series(
            {f"p{k:02d}": work for k, work in enumerate([*rng.choice([*WORKS], 24), None])}, name="work"
        )
        self.years = read_years(self.work.map(WORKS))
        rows = [
            {
                "doc_a": a,
                "doc_b": b,
                "is_kin": bool(rng.random() < 0.3),
                "verdict": str(rng.choice(["copied", "same function"])),
                "same": int(rng.integers(90)),
                "shared_errors": int(rng.integers(4)),
                "shared_deviations": int(rng.integers(9)),
            }
            for a, b in itertools.combinations(self.work.index, 2)
            if rng.random() < 0.5
        ]
        self.pairs = pd.DataFrame(rows)

    def read(self, table, columns):
        assert table == "alignments"
        return self.pairs[columns]


@pytest.fixture(scope="module", params=range(3))
def corpus(request):
    return Collated(request.param)


@pytest.fixture(scope="module")
def works(corpus):
    return make_works(corpus, corpus.work, corpus.years)


def test_pairs_of_works_are_counted(corpus, works):
    assert to_arrow("works", works).num_rows == len(works)
    found = works.set_index(["work_a", "work_b"])
    assert found.index.is_unique
    for a, b in itertools.combinations(sorted(WORKS), 2):
        pairs = [
            row
            for row in corpus.pairs.to_dict("records")
            if {corpus.work[row["doc_a"]], corpus.work[row["doc_b"]]} == {a, b}
        ]
        kin = [row for row in pairs if row["is_kin"]]
        if not pairs:
            assert (a, b) not in found.index
            continue
        row = found.loc[(a, b)]
        assert row["compared"] == len(pairs)
        assert row["related"] == len(kin)
        assert row["copied"] == sum(pair["verdict"] == "copied" for pair in kin)
        for name in ("same", "shared_errors", "shared_deviations"):
            assert row[name] == sum(pair[name] for pair in kin)
        for side, work in (("a", a), ("b", b)):
            docs = {pair[key] for pair in kin for key in ("doc_a", "doc_b") if corpus.work[pair[key]] == work}
            assert row[f"related_{side}"] == len(docs)
            assert row[f"documents_{side}"] == (corpus.work == work).sum()


@pytest.mark.parametrize(
    ("a", "b", "first"),
    [
        ("Sphaera", "Tabulae", "b"),
        ("Canon", "Sphaera", "b"),
        ("Almanach", "Sphaera", "a"),
        ("Sphaera", "Theorica", "unknown"),
    ],
)
def test_which_came_first_is_told_by_the_years(works, a, b, first):
    assert works.set_index(["work_a", "work_b"]).loc[(a, b), "first"] == first


def test_those_that_share_tables_are_told_the_earlier_first(works):
    found = sharing(works)
    assert len(found) == (works["related"] > 0).sum()
    assert not (found["first"] == "b").any()
    assert found["related"].is_monotonic_decreasing
    lines = list(describe_works(works))
    assert lines[0] == f"works that share tables: {len(found)} pairs, of {len(works)} that were compared"
    for line, row in zip(lines[1:], found.itertuples(), strict=True):
        assert line.strip().startswith(row.work_a)
        assert f"{row.related_a} of {row.documents_a} page" in line
        assert f"{row.related_b} of {row.documents_b} are related" in line
        told = "is not known" if row.first == "unknown" else f"{row.work_a} came first"
        assert line.endswith(told)
    years = [label.partition(", ")[2] for _, label in order_works(works)]
    assert [year for year in ("1499", "1512", "1524", "1545-1555") if year in years] + [""] == years


def test_where_none_shares_tables_it_is_said(works):
    assert list(describe_works(works.assign(related=0))) == [
        f"no two works share tables, of {len(works)} that were compared"
    ]


def test_the_matrix_has_every_number_twice(works, tmp_path):
    figure = Figure(figsize=size_of(works), layout="constrained")
    axes = figure.subplots()
    draw_works(axes, works)
    named = [name for name, _ in drawn_works(works)]
    shown = {
        (round(text.get_position()[1]), round(text.get_position()[0])): int(text.get_text())
        for text in axes.texts
    }
    expected = {}
    for row in works[works["related"] > 0].itertuples():
        a, b = named.index(row.work_a), named.index(row.work_b)
        expected |= {(a, b): row.related, (b, a): row.related}
    assert shown == expected
    figure.savefig(tmp_path / "works.png")
    assert Path(tmp_path / "works.png").stat().st_size > 10_000
