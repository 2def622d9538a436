"""Matrices as another reader reads them: commonnexus."""

import logging
import re
from dataclasses import replace

import numpy as np
import pytest
from commonnexus import Nexus
from commonnexus.blocks.characters import GAP

from tablekin.export.nexus import write
from tablekin.kinship.variant_table import VariantTable
from tests.support.told_corpus import HOSTILE
from tests.support.told_families import told_family, write_families

NAMES = [["a", "b", "c", "d", "e", "f"], [*HOSTILE[:6]], [*HOSTILE[6:12]], [*HOSTILE[10:16]]]


def plain(text):
    line = " ".join(re.sub("[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", "\ufffd", text).split())
    return line.replace("[", "(").replace("]", ")")


@pytest.mark.parametrize("names", NAMES)
def test_the_matrix_is_read_back(tmp_path, names):
    family = told_family(names)
    (path,) = write_families(write, [family], tmp_path)
    nexus = Nexus.from_file(path)
    variants = family.variants
    matrix = nexus.characters.get_matrix()
    assert [*matrix] == [plain(name) for name in variants.witnesses]
    assert nexus.taxa == [*matrix]
    for column, name in enumerate(variants.witnesses):
        states = [*matrix[plain(name)].values()]
        assert len(states) == 40
        for place, state in enumerate(states):
            if name not in variants.cells[place]:
                assert state == GAP
            else:
                reading = variants.readings[place, column]
                assert state == (str(reading) if reading >= 0 else None)


def test_characters_and_states_are_named_by_what_stands_there(tmp_path):
    (path,) = write_families(write, [told_family("abcdef")], tmp_path)
    nexus = Nexus.from_file(path)
    assert [*nexus.characters.get_matrix()["a"]][3] == "place 3, a table 1 row 4 column 3"
    assert "4 'place 3, a table 1 row 4 column 3' / '3' '93'," in path.read_text()


def test_the_tree_has_the_witnesses_as_its_leaves(tmp_path):
    names = NAMES[1]
    family = told_family(names)
    (path,) = write_families(write, [family], tmp_path)
    nexus = Nexus.from_file(path)
    (block,) = nexus.blocks["TREES"]
    (told,) = block.trees
    tree = block.translate(told)
    leaves = {leaf.unquoted_name for leaf in tree.get_leaves()}
    assert leaves == {plain(name) for name in names}
    assert told.rooted
    branch = next(branch for branch in family.stemma.branches if len(branch.below) == 2)
    found = [{leaf.unquoted_name for leaf in node.get_leaves()} for node in tree.walk()]
    assert {plain(name) for name in branch.below} in found


def test_more_readings_than_there_are_signs_are_unknown(tmp_path):
    witnesses = tuple(f"w{number:02d}" for number in range(40))
    cells = ({name: ("p0", 1) for name in witnesses},)
    variants = VariantTable(witnesses, np.arange(40, dtype=np.int16)[None], cells, {("p0", 1): "1"})
    family = replace(told_family("abcdef"), variants=variants, stemma=None)
    (path,) = write_families(write, [family], tmp_path)
    matrix = Nexus.from_file(path).characters.get_matrix()
    read = [next(iter(matrix[name].values())) for name in witnesses]
    assert read[:36] == [*"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"]
    assert read[36:] == [None] * 4


def test_a_family_of_which_nothing_was_read_is_named(tmp_path, caplog):
    empty = VariantTable(("a", "b"), np.zeros((0, 2), np.int16), (), {})
    with caplog.at_level(logging.WARNING):
        paths = write_families(write, [replace(told_family("abcdef"), variants=empty)], tmp_path)
    assert paths == []
    assert "family 7 has no matrix" in caplog.text
