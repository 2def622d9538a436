"""Recompute: the values of a document's tables, the functions they print, and the cells that do not fit."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import pandas as pd

from tablekin.recompute.checks import Check, check_finding
from tablekin.recompute.explanation import Explanation, explain_sheet, worth_trying
from tablekin.recompute.finding import Finding, find
from tablekin.recompute.plain_checks import check_argument, check_plainly
from tablekin.recompute.quantity import ValueSheet
from tablekin.recompute.regrouping import regroup
from tablekin.recompute.table_text import Choices, TableText, read_tables
from tablekin.recompute.values import read_sheets


@dataclass(frozen=True)
class Recomputation:
    """What the tables of a document say, and what they should say."""

    sheets: tuple[ValueSheet, ...]
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]  # at most one a cell


def recompute(tables: Sequence[TableText]) -> Recomputation:
    """Recompute the tables of a document; their regions have different numbers.

    Parameters
    ----------
    tables
        In the order of the page.
    """
    sheets = read_sheets(tables)
    choices: dict[int, Choices] = {}
    for table in tables:
        choices |= table.choices
    findings: list[Finding] = []
    checks: dict[int, Check] = {}
    settled = []
    for sheet in sheets:
        sheet, explanations = _explain(sheet)
        own = [find(explanation) for explanation in explanations]
        settled.append(sheet)
        findings += own
        for check in _check(sheet, own, choices):
            checks.setdefault(check.region_id, check)
    return Recomputation(tuple(settled), tuple(findings), tuple(checks[region] for region in sorted(checks)))


def _explain(sheet: ValueSheet) -> tuple[ValueSheet, list[Explanation]]:
    """Explain a sheet; what is left is grouped as the explained quantities are, if more is explained then."""
    explanations = explain_sheet(sheet)
    explained = {quantity.group for one in explanations for quantity in one.quantities}
    if not explained or len(explained) == len(worth_trying(sheet)):
        return sheet, explanations
    for other in regroup(sheet, explained):
        better = explain_sheet(other)
        if _count_cells(better) > _count_cells(explanations):
            sheet, explanations = other, better
    return sheet, explanations


def _count_cells(explanations: Sequence[Explanation]) -> int:
    return sum(int(quantity.known.sum()) for one in explanations for quantity in one.quantities)


def _check(sheet: ValueSheet, findings: Sequence[Finding], choices: dict[int, Choices]) -> Iterator[Check]:
    for finding in findings:
        yield from check_finding(finding, choices)
    explained = {quantity.group for finding in findings for quantity in finding.quantities}
    for argument in sheet.arguments:
        if argument.quantity.group not in explained:
            explained.add(argument.quantity.group)
            yield from check_argument(argument, choices)
    left = [quantity for quantity in sheet.quantities if quantity.group not in explained]
    yield from check_plainly(left, choices)


def recompute_document(doc_id: str, regions: pd.DataFrame, digits: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Recompute a document of a corpus.

    Parameters
    ----------
    doc_id
        Its name.
    regions, digits
        Its rows of the tables of these names.

    Returns
    -------
    dict of DataFrame
        Rows of the tables ``columns``, ``functions`` and ``checks``.
    """
    found = recompute(list(read_tables(regions, digits)))
    return {
        "columns": _frame(doc_id, _column_rows(found)),
        "functions": _frame(doc_id, _function_rows(found)),
        "checks": _frame(doc_id, _check_rows(found)),
    }


def _frame(doc_id: str, rows: Iterator[dict[str, object]]) -> pd.DataFrame:
    return pd.DataFrame([{"doc_id": doc_id, **row} for row in rows])


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
        }
