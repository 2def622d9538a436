"""Families that are told, not found, and exported as if they had been."""

from unittest.mock import patch

import numpy as np
import pandas as pd

from tablekin.dating import Years
from tablekin.kinship.families import Family
from tablekin.kinship.rooting import infer_rooted_stemma
from tablekin.kinship.variant_table import VariantTable
from tests.support.told_corpus import documents, select

PARENTS = {0: None, 1: 0, 2: 1, 3: 1, 4: 0, 5: 4}  # who copied whom


def told_family(names, own=2, places=40) -> Family:
    """Make a family of six, each with ``own`` errors that its copies have, too; 0 is what is due everywhere."""
    readings = np.zeros((places, 6), np.int16)
    for child, parent in PARENTS.items():
        if parent is not None:
            readings[:, child] = readings[:, parent]
        readings[own * child : own * (child + 1), child] = 1
    readings[-1, 3] = -1
    ordered = tuple(sorted(names))
    place = {name: number for number, name in enumerate(names)}
    columns = [place[name] for name in ordered]
    cells = tuple(
        {name: (f"p{place[name]}", 1 + number) for name in names if (number, name) != (places - 2, names[5])}
        for number in range(places)
    )
    readings[-2, 5] = -1
    texts = {
        cell: f"{number}" if not readings[number, place[name]] else f"9{number}"
        for number, found in enumerate(cells)
        for name, cell in found.items()
    }
    variants = VariantTable(ordered, readings[:, columns], cells, texts, np.zeros(places, np.int16))
    years = {names[0]: Years(1500, 1500)}
    witness_of = {f"p{number}": name for number, name in enumerate(names)}
    return Family(7, witness_of, years, variants, infer_rooted_stemma(variants, years))


def write_families(write, families, folder):
    """Write families in a format, by its function."""
    regions = pd.DataFrame(
        {
            "doc_id": np.repeat([f"p{number}" for number in range(6)], 40),
            "region_id": np.tile(np.arange(1, 41), 6),
            "table_id": 0.0,
            "row": np.tile(np.arange(40.0), 6),
            "col": 2.0,
        }
    )
    selection = select({"documents": documents(title=["t"] * 6), "regions": regions}, folder)
    with patch("tablekin.export.chosen_families.find_families", lambda *_: iter(families)):
        return list(write(selection))
