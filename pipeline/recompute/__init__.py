"""Recompute: what a table should say: its values, their function and parameters, and the cells that do not fit."""

from tablekin.recompute.checks import Check, CheckKind
from tablekin.recompute.finding import Finding, RoundingRule
from tablekin.recompute.functions import ALL_FUNCTIONS, LIBRARY
from tablekin.recompute.number_table import NumberColumn, number_columns, read_number_columns
from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.recomputation import Recomputation, recompute
from tablekin.recompute.rows import recompute_readings, to_frames
from tablekin.recompute.stage import recomputation_fingerprint, update_recomputations
from tablekin.recompute.table_text import read_tables
from tablekin.recompute.witnesses import WitnessCounts, weigh

__all__ = [
    "ALL_FUNCTIONS",
    "LIBRARY",
    "Check",
    "CheckKind",
    "Finding",
    "NumberColumn",
    "PrintedQuantity",
    "Recomputation",
    "RoundingRule",
    "WitnessCounts",
    "number_columns",
    "read_number_columns",
    "read_tables",
    "recomputation_fingerprint",
    "recompute",
    "recompute_readings",
    "to_frames",
    "update_recomputations",
    "weigh",
]
