import io

import numpy as np
import pytest
from Bio import Phylo

from tablekin.kinship.stemma import CRITERIA, differences, infer_stemma, normalized, split_at
from tests.support.told_corpus import HOSTILE


def copied(parents, places, rng):
    """Readings of witnesses copied from one another, each error made once: of each copy, as many as ``places`` says."""
    names = sorted(parents)
    errors = {name: [] for name in names}
    count = 0
    for name in names:  # parents come first
        errors[name] = [*errors.get(parents[name], []), *range(count, count + places[name])]
        count += places[name]
    readings = np.zeros((count + 40, len(names)), int)
    for column, name in enumerate(names):
        readings[errors[name], column] = 1
    most = (readings == 1).mean(1) > 0.5  # the reading of most is 0
    readings[most] = 1 - readings[most]
    return tuple(names), readings[rng.permutation(len(readings))]


def line(name, parents):
    while name is not None:
        yield name
        name = parents[name]


def splits(parents, names):
    found = {}
    for child, parent in parents.items():
        split = {name for name in names if child in line(name, parents)}
        if parent is not None and 2 <= len(split) <= len(names) - 2:
            found.setdefault(normalized(split, names), []).append(child)
    return found


@pytest.mark.parametrize("seed", range(12))
def test_the_tree_of_errors_made_once_is_the_true_one_where_there_are_enough(seed):
    rng = np.random.default_rng(seed)
    names = [f"w{k:02d}" for k in range(9)]
    parents = {name: None if k == 0 else names[rng.integers(0, k)] for k, name in enumerate(names)}
    places = {name: int(rng.integers(0, 5)) for name in names}
    witnesses, readings = copied(parents, places, rng)
    stemma = infer_stemma(witnesses, readings)
    true = splits(parents, witnesses)
    enough = {
        split for split, steps in true.items() if sum(places[child] for child in steps) >= CRITERIA.min_places
    }
    assert {branch.split for branch in stemma.branches} == enough
    for branch in stemma.branches:
        assert branch.against == 0
        assert branch.support == sum(places[child] for child in true[branch.split])


def test_the_newick_tree_has_all_witnesses_and_no_other_branch_than_the_sure_ones():
    rng = np.random.default_rng(3)
    parents = {"a 1": None, "b_2": "a 1", "c(3)": "b_2", "d": "a 1", "e": "d", "f": "d"}
    witnesses, readings = copied(parents, dict.fromkeys(parents, 3), rng)
    stemma = infer_stemma(witnesses, readings)
    tree = Phylo.read(io.StringIO(stemma.newick), "newick")
    assert {leaf.name for leaf in tree.get_terminals()} == {*parents}
    inner = {
        normalized({leaf.name for leaf in clade.get_terminals()}, witnesses)
        for clade in tree.get_nonterminals()
    }
    assert {split for split in inner if 2 <= len(split) <= 4} == {branch.split for branch in stemma.branches}


def test_a_place_that_a_witness_lacks_does_not_speak_for_two_branches():
    # d and f share three errors; whether e has them is not known, and nothing else tells where e belongs
    readings = np.zeros((30, 6), int)
    readings[:3, [3, 5]] = 1
    readings[:3, 4] = -1
    readings[10:14, 4] = 1  # errors of e alone bring it near none
    stemma = infer_stemma(tuple("abcdef"), readings)
    assert [sorted(branch.split) for branch in stemma.branches] == [["d", "f"]]


def test_one_shared_error_is_too_thin_and_contradicting_places_are_counted():
    readings = np.zeros((20, 5), int)
    readings[0, 3:] = 1
    stemma = infer_stemma(tuple("abcde"), readings)
    assert not stemma.branches
    assert {(branch.split, branch.alone) for branch in stemma.doubtful if branch.alone} == {
        (frozenset("de"), 1)
    }
    readings[1:4, 3:] = 1
    readings[4:9, [1, 4]] = 1
    stemma = infer_stemma(tuple("abcde"), readings)
    assert {(branch.split, branch.support, branch.against) for branch in stemma.branches} == {
        (frozenset("be"), 5, 4)
    }


def test_differences_are_those_counted_one_by_one():
    rng = np.random.default_rng(8)
    readings = rng.integers(-1, 3, (25, 6))
    readings[:, 5] = -1
    found = differences(readings)
    known = []
    for a in range(5):
        for b in range(5):
            both = [(x, y) for x, y in zip(readings[:, a], readings[:, b], strict=True) if x >= 0 and y >= 0]
            assert found[a, b] == pytest.approx(sum(x != y for x, y in both) / len(both))
            known.append(found[a, b])
    assert found[0, 5] == pytest.approx(np.mean(known))
    assert found[5, 5] == 0


@pytest.mark.parametrize("start", [0, 4, 8, 11])
def test_a_tree_is_read_back_whatever_its_witnesses_are_called(start):
    names = HOSTILE[start : start + 5]
    readings = np.zeros((9, 5), np.int16)
    readings[:3, 3:] = 1
    stemma = infer_stemma(names, readings)
    tree = stemma.tree()
    assert sorted(leaf.name for leaf in tree.get_terminals()) == sorted(names)
    (branch,) = stemma.branches
    assert branch.split in {split_at(clade, names) for clade in tree.get_nonterminals()}
