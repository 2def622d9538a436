"""Rows: what is recomputed of a document as rows of the tables ``columns``, ``functions``, ``numbers``, ``checks``."""

from __future__ import annotations

import math
from collections.abc import Iterator

import pandas as pd

from tablekin.config import RecomputeConfig
from tablekin.recompute.claim import ExplanationCriteria
from tablekin.recompute.finding import Finding
from tablekin.recompute.number_table import number_columns, to_number_frame
from tablekin.recompute.recomputation import Recomputation, recompute
from tablekin.recompute.table_text import read_tables
from tablekin.schemas import RECOMPUTED_TABLES, empty


def recompute_readings(regions: pd.DataFrame, digits: pd.DataFrame, config: RecomputeConfig) -> Recomputation:
    """Recompute the tables of a document.

    Parameters
    ----------
    regions, digits
        Its rows of the tables of these names.
    config
        Which functions are claimed.
    """
    return recompute(list(read_tables(regions, digits)), ExplanationCriteria(claim=config.min_log_odds))


def without_claims(config: RecomputeConfig) -> RecomputeConfig:
    """Give a config with which no function is claimed, whatever its odds; sums and neighbours are still checked."""
    return config.model_copy(update={"min_log_odds": math.inf})


def to_frames(doc_id: str, found: Recomputation) -> dict[str, pd.DataFrame]:
    """Make the rows of a document of the tables ``columns``, ``functions``, ``numbers`` and ``checks``."""
    rows = {
        "columns": pd.DataFrame(_column_rows(found)),
        "functions": pd.DataFrame(_function_rows(found)),
        "numbers": to_number_frame([*number_columns(found)]),
        "checks": pd.DataFrame(_check_rows(found)),
    }
    return {
        table: rows[table].assign(doc_id=doc_id) if len(rows[table]) else empty(table)
        for table in RECOMPUTED_TABLES
    }


def _column_rows(found: Recomputation) -> Iterator[dict[str, object]]:
    """Yield a row for each place of each column."""
    values = {quantity.group for finding in found.findings for quantity in finding.quantities}
    for sheet in found.sheets:
        arguments = {argument.quantity.group: argument.step for argument in sheet.arguments}
        listed = {
            one.group: one
            for one in (*(argument.quantity for argument in sheet.arguments), *sheet.quantities)
        }
        for group in sorted(listed):
            quantity = listed[group]
            role = "argument" if group in arguments and group not in values else "value"
            step = arguments[group] / quantity.form.last_units if role == "argument" else None
            radices = (None, *quantity.form.radices)
            for number, (table_id, col) in enumerate(quantity.columns):
                yield {
                    "table_id": table_id,
                    "col": col,
                    "group": group,
                    "radix": radices[number % len(radices)],
                    "unit": quantity.unit,
                    "role": role,
                    "step": step,
                }


def _function_rows(found: Recomputation) -> Iterator[dict[str, object]]:
    for finding in found.findings:
        for place, quantity in enumerate(finding.quantities):
            yield {
                "table_id": quantity.columns[0][0],
                "group": quantity.group,
                "function": finding.function.name,
                "parameters": list(_parameters(finding, place)),
                "cells": int(quantity.known.sum()),
                "within_rounding": int(finding.within[place]),
                "log_odds": float(finding.log_odds[place]),
                "rounding": finding.rounding.value,
            }


def _parameters(finding: Finding, place: int) -> Iterator[dict[str, object]]:
    for parameter in finding.parameters:
        if parameter.quantity in (-1, place):
            names = ("name", "value", "low", "high")
            yield {**{name: getattr(parameter, name) for name in names}, "known_as": list(parameter.known_as)}


def _check_rows(found: Recomputation) -> Iterator[dict[str, object]]:
    for check in found.checks:
        yield {
            "region_id": check.region_id,
            "kind": check.kind.value,
            "value": check.value,
            "computed": check.computed,
            "residual": check.residual,
            "p_misprint": check.p_misprint,
            "p_misreading": check.p_misreading,
            "due": check.due,
        }
