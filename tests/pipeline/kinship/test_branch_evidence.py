"""What carries the branches of a tree, against readings that are counted one by one."""

import numpy as np

from tablekin.kinship.branch_evidence import cut_all, evidence_of
from tests.pipeline.kinship.test_tables import family


def test_the_places_of_a_branch_are_those_where_its_sides_agree_within_themselves_and_not_with_one_another():
    one = family()
    (branch,) = one.stemma.branches
    (told,) = evidence_of(one).values()
    inside = [name in branch.split for name in one.variants.witnesses]
    places = {
        place
        for place, row in enumerate(one.variants.readings)
        if len({*row[inside]} - {-1}) == len({*row[~np.array(inside)]} - {-1}) == 1
        and {*row[inside]} - {-1} != {*row[~np.array(inside)]} - {-1}
    }
    assert {piece.cell[1] % 100 for piece in told} == places
    for piece in told:
        assert piece.witness in branch.split
        assert piece.other_witness not in branch.split
        assert (piece.text, piece.other) == ("1", "0")


def test_cells_are_cut_once_and_those_that_are_lost_are_left_out():
    one = family()
    evidence = evidence_of(one)
    asked = []

    def cut(cell):
        asked.append(cell)
        return None if cell[0] == "a" else np.zeros((2, 2), np.uint8)

    pieces = cut_all(evidence, cut, 2)
    wanted = {
        cell
        for (told,) in [evidence.values()]
        for piece in told[:2]
        for cell in (piece.cell, piece.other_cell)
    }
    assert sorted(asked) == sorted(wanted)
    assert set(pieces) == {cell for cell in wanted if cell[0] != "a"}
