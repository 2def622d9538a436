"""What families tell, in words."""

import numpy as np

from tablekin.dating import Years
from tablekin.kinship.description import describe_families
from tablekin.kinship.families import Family
from tablekin.kinship.stemma import infer_stemma
from tablekin.kinship.variant_table import VariantTable


def family(readings, years=None, number=0):
    """A family of one document a witness, ``{name: reading of each place}``."""
    witnesses = tuple(sorted(readings))
    table = np.array([readings[name] for name in witnesses]).T
    variants = VariantTable(witnesses, table.astype(np.int16), (), {})
    stemma = infer_stemma(witnesses, table) if len(witnesses) >= 4 else None
    return Family(number, {name: name for name in witnesses}, years or {}, variants, stemma)


def told(*families):
    return list(describe_families(families))


def test_family_and_witness_are_explained_before_they_are_used():
    lines = told(family({"a": [0, 0], "b": [0, 1]}))
    first = next(place for place, line in enumerate(lines) if line.startswith("family 0"))
    assert any(line.startswith("Family:") for line in lines[:first])
    assert any("Witness:" in line for line in lines[:first])
    assert "family 0: 2 documents, 2 witnesses; 2 cells compared, 1 of them" in lines[first]
    assert "fewer than 4 witnesses" in lines[first + 1]


def test_witnesses_that_share_errors_are_named_with_their_years():
    shared = {name: [int(name in "de")] * 3 + [0] * 9 for name in "abcde"}
    lines = told(family(shared, {"d": Years(1551, 1551), "e": Years(1555, 1565)}))
    assert lines[-1] == "  d (1551) and e (1555-1565) belong together: 3 readings that the others do not have"


def test_a_single_shared_reading_leaves_it_open():
    shared = {name: [int(name in "de")] + [0] * 9 for name in "abcde"}
    assert "  whether d and e belong together is open: only 1 reading that the others do not have" in told(
        family(shared)
    )


def test_what_contradicts_a_branch_is_said():
    shared = {name: [int(name in "de")] * 4 + [int(name in "ae")] + [0] * 9 for name in "abcde"}
    [line] = [line for line in told(family(shared)) if "d and e belong together" in line]
    assert line.endswith("; 1 cell against it")


def test_readings_that_nobody_shares_tell_nothing():
    alone = {name: [int(name == "a"), int(name == "c")] for name in "abcd"}
    assert told(family(alone))[-1].startswith("  who copied whom is open")
