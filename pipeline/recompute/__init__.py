"""Recompute: what a table should say: its values, their function and parameters, and the cells that do not fit."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tablekin.door import open_door

if TYPE_CHECKING:
    from tablekin.recompute.checks import Check as Check
    from tablekin.recompute.checks import CheckKind as CheckKind
    from tablekin.recompute.finding import Finding as Finding
    from tablekin.recompute.finding import RoundingRule as RoundingRule
    from tablekin.recompute.functions import ALL_FUNCTIONS as ALL_FUNCTIONS
    from tablekin.recompute.functions import LIBRARY as LIBRARY
    from tablekin.recompute.number_table import NumberColumn as NumberColumn
    from tablekin.recompute.number_table import number_columns as number_columns
    from tablekin.recompute.number_table import read_number_columns as read_number_columns
    from tablekin.recompute.quantity import PrintedQuantity as PrintedQuantity
    from tablekin.recompute.recomputation import Recomputation as Recomputation
    from tablekin.recompute.recomputation import recompute as recompute
    from tablekin.recompute.rows import recompute_readings as recompute_readings
    from tablekin.recompute.rows import to_frames as to_frames
    from tablekin.recompute.rows import without_claims as without_claims
    from tablekin.recompute.stage import recomputation_fingerprint as recomputation_fingerprint
    from tablekin.recompute.stage import update_recomputations as update_recomputations
    from tablekin.recompute.table_text import read_tables as read_tables
    from tablekin.recompute.witnesses import WitnessCounts as WitnessCounts
    from tablekin.recompute.witnesses import weigh as weigh

# scipy takes a second: who asks whether anything is to be recomputed does not wait for it
__getattr__, __dir__, __all__ = open_door(
    __name__,
    {
        "checks": ["Check", "CheckKind"],
        "finding": ["Finding", "RoundingRule"],
        "functions": ["ALL_FUNCTIONS", "LIBRARY"],
        "number_table": ["NumberColumn", "number_columns", "read_number_columns"],
        "quantity": ["PrintedQuantity"],
        "recomputation": ["Recomputation", "recompute"],
        "rows": ["recompute_readings", "to_frames", "without_claims"],
        "stage": ["recomputation_fingerprint", "update_recomputations"],
        "table_text": ["read_tables"],
        "witnesses": ["WitnessCounts", "weigh"],
    },
)
