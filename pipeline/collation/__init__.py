"""Collation: the tables of two documents side by side, cell by cell."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.collation.cell_columns import CellColumns as CellColumns
    from tablekin.collation.cell_columns import columns_of as columns_of
    from tablekin.collation.cells import list_cells as list_cells
    from tablekin.collation.cells import to_frame as to_frame
    from tablekin.collation.collation import Collation as Collation
    from tablekin.collation.collation import collate as collate
    from tablekin.collation.collation import keep_significant as keep_significant
    from tablekin.collation.relation import Relation as Relation
    from tablekin.collation.relation import Strength as Strength
    from tablekin.collation.stage import cells_fingerprint as cells_fingerprint
    from tablekin.collation.stage import collations_fingerprint as collations_fingerprint
    from tablekin.collation.stage import update_collations as update_collations
    from tablekin.collation.testimony import update_testimony as update_testimony
    from tablekin.collation.variant import VARIANT_CRITERIA as VARIANT_CRITERIA
    from tablekin.collation.verdict import MAX_LOG_ODDS as MAX_LOG_ODDS
    from tablekin.collation.verdict import PairVerdict as PairVerdict
    from tablekin.collation.verdict import judge as judge
    from tablekin.collation.verdict import summarize as summarize
    from tablekin.collation.witness import Witness as Witness
    from tablekin.collation.witness import WitnessReader as WitnessReader
    from tablekin.collation.witness import expectations_of as expectations_of
    from tablekin.collation.witness import make_witness as make_witness

# numba and scipy take a second: who wants a word for a verdict does not wait for them
__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "cell_columns": ["CellColumns", "columns_of"],
        "cells": ["list_cells", "to_frame"],
        "collation": ["Collation", "collate", "keep_significant"],
        "relation": ["Relation", "Strength"],
        "stage": ["cells_fingerprint", "collations_fingerprint", "update_collations"],
        "testimony": ["update_testimony"],
        "variant": ["VARIANT_CRITERIA"],
        "verdict": ["MAX_LOG_ODDS", "PairVerdict", "judge", "summarize"],
        "witness": ["Witness", "WitnessReader", "expectations_of", "make_witness"],
    },
)
