"""The files of families, against readings that are counted one by one."""

import io
from itertools import combinations

import numpy as np
import pandas as pd
from Bio import Phylo

from tablekin.dating import Years
from tablekin.kinship.families import Family
from tablekin.kinship.stemma import infer_stemma
from tablekin.kinship.tables import write_families
from tablekin.kinship.variant_table import VariantTable


def family(seed=1, witnesses=5, places=30):
    rng = np.random.default_rng(seed)
    names = tuple("abcdefgh"[:witnesses])
    readings = (rng.random((places, witnesses)) < 0.15).astype(np.int16)
    readings[:4, -2:], readings[:4, :-2] = 1, 0  # four errors that the last two share
    readings[-1, 0] = -1
    cells = tuple({name: (name, 100 * k + place) for k, name in enumerate(names)} for place in range(places))
    texts = {
        cell: str(readings[place, k])
        for place in range(places)
        for k, cell in enumerate(cells[place].values())
    }
    stemma = infer_stemma(names, readings) if witnesses >= 4 else None
    variants = VariantTable(names, readings, cells, texts)
    return Family(3, {name: name for name in names}, {"a": Years(1500, 1500)}, variants, stemma)


def test_shared_readings_are_counted_pair_by_pair(tmp_path):
    one = family()
    write_families([one], tmp_path, [].append)
    shared = pd.read_parquet(tmp_path / "shared.parquet").set_index(["witness_a", "witness_b"])
    for a, b in combinations(range(5), 2):
        rows = [(x, y) for x, y in one.variants.readings[:, [a, b]].tolist() if x >= 0 and y >= 0]
        found = shared.loc[(one.variants.witnesses[a], one.variants.witnesses[b])]
        assert found["compared"] == len(rows)
        assert found["differing"] == sum(x != y for x, y in rows)
        assert found["shared"] == sum(x == y > 0 for x, y in rows)
    assert (shared["family"] == 3).all()


def test_readings_are_those_of_places_where_witnesses_differ(tmp_path):
    one = family()
    write_families([one], tmp_path, [].append)
    readings = pd.read_parquet(tmp_path / "readings.parquet")
    varied = {place for place, row in enumerate(one.variants.readings) if (row > 0).any()}
    assert set(readings["place"]) == varied
    for row in readings.itertuples():
        column = one.variants.witnesses.index(row.witness)
        assert row.reading == one.variants.readings[row.place, column]
        assert row.region_id == 100 * column + row.place
        assert row.text == str(row.reading)


def test_branches_and_the_newick_tree_are_those_of_the_stemma(tmp_path):
    one = family()
    said = []
    write_families([one], tmp_path, said.append)
    branches = pd.read_parquet(tmp_path / "branches.parquet")
    sure = {frozenset(names) for names in branches.loc[branches["is_sure"], "apart"]}
    assert sure == {branch.split for branch in one.stemma.branches} >= {frozenset("de")}
    assert len(branches) == len(one.stemma.branches) + len(one.stemma.doubtful)
    tree = Phylo.read(io.StringIO((tmp_path / "family-0003.nwk").read_text()), "newick")
    assert {leaf.name for leaf in tree.get_terminals()} == set("abcde")
    assert str(tmp_path) in said[0]


def test_a_family_without_a_tree_has_rows_and_no_drawing(tmp_path):
    write_families([family(witnesses=3)], tmp_path, [].append)
    assert not list(tmp_path.glob("family-*"))
    witnesses = pd.read_parquet(tmp_path / "witnesses.parquet")
    assert witnesses["witness"].tolist() == ["a", "b", "c"]
    assert witnesses["year"].isna().tolist() == [False, True, True]
    assert pd.read_parquet(tmp_path / "branches.parquet").empty
