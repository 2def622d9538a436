"""Rooted trees: branches with the errors that carry them."""

import io
from dataclasses import replace

import numpy as np
from Bio import Phylo

from tablekin.kinship.rooting import infer_rooted_stemma
from tablekin.kinship.variant_table import VariantTable
from tests.pipeline.kinship.test_descent import PARENTS, inherited


def table(names, readings, due):
    cells = tuple({name: (name, place) for name in names} for place in range(len(readings)))
    texts = {cell: "1" for place in cells for cell in place.values()}
    return VariantTable(names, readings.astype(np.int16), cells, texts, due)


def test_branches_list_the_errors_that_carry_them():
    names, readings = inherited(PARENTS, 2)
    stemma = infer_rooted_stemma(table(names, readings, np.zeros(len(readings), np.int16)), {})
    assert stemma is not None
    assert stemma.is_rooted
    found = {branch.below: branch.errors for branch in stemma.branches}
    assert found == {frozenset("bcd"): (2, 3), frozenset("ef"): (8, 9)}
    assert ("b", "c", (4, 5)) in {(step.parent, step.child, step.errors) for step in stemma.steps}
    tree = Phylo.read(io.StringIO(stemma.newick), "newick")
    assert {
        frozenset(leaf.name for leaf in clade.get_terminals()) for clade in tree.get_nonterminals()
    } >= set(found)
    assert {leaf.name for leaf in tree.get_terminals()} == set(names)


def test_without_errors_there_is_no_root():
    names, readings = inherited(PARENTS, 2)
    assert infer_rooted_stemma(table(names, readings, np.full(len(readings), -1, np.int16)), {}) is None


def test_a_family_that_shares_all_its_errors_is_thin():
    names, readings = inherited(dict.fromkeys(PARENTS), 0)
    readings[:5] = 1
    stemma = infer_rooted_stemma(table(names, readings, np.zeros(len(readings), np.int16)), {})
    assert stemma is not None
    assert stemma.is_thin


def test_errors_of_a_part_of_a_branch_do_not_carry_it():
    names, readings = inherited(PARENTS, 2)
    more = np.array([[int(name in "cd") for name in names]] * 2)
    both = np.vstack([readings, more])
    stemma = infer_rooted_stemma(table(names, both, np.zeros(len(both), np.int16)), {})
    assert stemma is not None
    found = {branch.below: branch.errors for branch in stemma.branches}
    assert found[frozenset("cd")] == (len(readings), len(readings) + 1)
    assert found[frozenset("bcd")] == (2, 3)


def test_a_misprint_that_is_printed_three_times_weighs_as_one():
    """Of arguments nobody knows what is due: b and c have one otherwise, in three columns."""
    names, readings = inherited(PARENTS, 2)
    argument = np.array([[int(name in "bc") for name in names]])

    def rooted(times):
        all_readings = np.vstack([readings, *[argument] * times])
        made = table(names, all_readings, np.append(np.zeros(len(readings), np.int16), [-1] * times))
        texts = {
            cell: str(all_readings[place, names.index(name)])
            for place, cells in enumerate(made.cells)
            for name, cell in cells.items()
        }
        return infer_rooted_stemma(replace(made, texts=texts), {})

    once, thrice = rooted(1), rooted(3)
    assert once is not None and thrice is not None
    assert [(step.parent, step.child, step.probability) for step in once.steps] == [
        (step.parent, step.child, step.probability) for step in thrice.steps
    ]
