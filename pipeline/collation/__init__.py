"""Collation: the tables of two documents side by side, cell by cell."""

from tablekin.collation.cells import to_frame
from tablekin.collation.collation import Collation, collate, keep_significant, summarize
from tablekin.collation.stage import collations_fingerprint, update_collations
from tablekin.collation.variant import CRITERIA as VARIANT_CRITERIA
from tablekin.collation.witness import Witness, WitnessReader, make_witness

__all__ = [
    "VARIANT_CRITERIA",
    "Collation",
    "Witness",
    "WitnessReader",
    "collate",
    "collations_fingerprint",
    "keep_significant",
    "make_witness",
    "summarize",
    "to_frame",
    "update_collations",
]
