"""Collation: the tables of two documents side by side, cell by cell."""

from tablekin.collation.cells import to_frame
from tablekin.collation.collation import Collation, collate, keep_significant
from tablekin.collation.stage import cells_fingerprint, collations_fingerprint, update_collations
from tablekin.collation.testimony import update_testimony
from tablekin.collation.variant import CRITERIA as VARIANT_CRITERIA
from tablekin.collation.verdict import CRITERIA as _VERDICT_CRITERIA
from tablekin.collation.verdict import PairVerdict, Relation, judge, summarize
from tablekin.collation.witness import Witness, WitnessReader, expectations_of, make_witness

MAX_LOG_ODDS = _VERDICT_CRITERIA.max_log_odds  # nats, the most that is stated of a pair

__all__ = [
    "MAX_LOG_ODDS",
    "VARIANT_CRITERIA",
    "Collation",
    "PairVerdict",
    "Relation",
    "Witness",
    "WitnessReader",
    "cells_fingerprint",
    "collate",
    "collations_fingerprint",
    "expectations_of",
    "judge",
    "keep_significant",
    "make_witness",
    "summarize",
    "to_frame",
    "update_collations",
    "update_testimony",
]
