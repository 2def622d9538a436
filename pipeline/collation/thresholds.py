"""Thresholds: every number that decides what is collated, how tables are aligned and what is called kin.

Each module of the room has a dataclass of its own, whose fields say their unit and what they decide. A field that names
no pages it was chosen on was set by hand when collation was first written, on generated archives.
``scripts/sensitivity_of_collation.py`` varies each by a quarter and prints which matter.
"""

from __future__ import annotations

from typing import Any

from tablekin.collation import (
    agreement,
    aligned_cells,
    aligned_values,
    alignment,
    authorship,
    collation,
    column_spans,
    copying,
    expectation,
    function_matches,
    habits,
    information,
    ngrams,
    significance,
    variant,
    verdict,
)

THRESHOLDS: tuple[Any, ...] = (
    agreement.WEIGHTS,
    alignment.CRITERIA,
    column_spans.CRITERIA,
    significance.CRITERIA,
    expectation.COUNTING,
    information.CRITERIA,
    authorship.SHARES,
    aligned_values.CRITERIA,
    function_matches.CRITERIA,
    habits.HABITS,
    copying.CRITERIA,
    verdict.CRITERIA,
    collation.CRITERIA,
    aligned_cells.CRITERIA,
    variant.CRITERIA,
    ngrams.SETTINGS,
)
