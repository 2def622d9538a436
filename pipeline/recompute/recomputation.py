"""Recomputation: the values of a document's tables, the functions they print, and the cells that do not fit."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import chain

import numpy as np

from tablekin.recompute.checks import Check, check_finding
from tablekin.recompute.claim import CRITERIA, Explanation, ExplanationCriteria, count_cells
from tablekin.recompute.explanation import explain_sheet, worth_trying
from tablekin.recompute.finding import Finding, find
from tablekin.recompute.functions.linear import PRODUCT
from tablekin.recompute.letters import check_letters, explain_letters, letter_columns
from tablekin.recompute.page_context import explain_by_page
from tablekin.recompute.parted import explain_parted
from tablekin.recompute.plain_checks import check_argument, check_plainly
from tablekin.recompute.quantity import Argument, ValueSheet
from tablekin.recompute.regrouping import regroup, rejoin
from tablekin.recompute.table_text import Choices, TableText
from tablekin.recompute.values import read_sheets

_FEWEST_MULTIPLES = 3  # columns whose steps tell whether a count is a product by one


@dataclass(frozen=True)
class Recomputation:
    """What the tables of a document say, and what they should say."""

    sheets: tuple[ValueSheet, ...]
    findings: tuple[Finding, ...]
    checks: tuple[Check, ...]  # at most one a cell


def recompute(tables: Sequence[TableText], criteria: ExplanationCriteria = CRITERIA) -> Recomputation:
    """Recompute the tables of a document; their regions have different numbers.

    Parameters
    ----------
    tables
        In the order of the page.
    criteria
        When a function is claimed.
    """
    sheets = read_sheets(tables)
    choices: dict[int, Choices] = {}
    numbers: set[int] = (
        set()
    )  # cells of digits and ditto marks: not blank ones, nor letters that an engine read
    for table in tables:
        choices |= table.choices
        holds = [_is_number(text) for text in table.text.ravel()]
        numbers.update(table.region.ravel()[holds].tolist())
    explain = partial(_explain, criteria=criteria)
    explained, joined = explain_parted(tables, [explain(sheet) for sheet in sheets], explain)
    for table in joined:
        choices |= table.choices
    own = [[one for explanation in found for one in find(explanation)] for _, found in explained]
    findings = list(chain(*own))
    checks: dict[int, Check] = {}
    settled: list[ValueSheet] = []
    group = _next_group([sheet for sheet, _ in explained])
    for (sheet, _), found in zip(explained, own, strict=True):
        groups = {quantity.group for finding in found for quantity in finding.quantities}
        more = explain_by_page(sheet, groups, findings, criteria)
        found += [finding for explanation in more for finding in find(explanation)]
        checked = [check for check in _check(sheet, found, choices) if check.region_id in numbers]
        for finding in _letters(tables, sheet, group, criteria):
            group += 1
            found.append(finding)
            sheet = replace(sheet, quantities=(*sheet.quantities, *finding.quantities))
            checked += check_letters(finding, choices)
        settled.append(sheet)
        for check in checked:
            checks.setdefault(check.region_id, check)
    return Recomputation(
        tuple(settled), tuple(chain(*own)), tuple(checks[region] for region in sorted(checks))
    )


def _is_number(text: str) -> bool:
    return any(map(str.isdigit, text)) or (text != "" and not any(map(str.isalpha, text)))


def _next_group(sheets: Sequence[ValueSheet]) -> int:
    """Give the least number that no quantity of a document has."""
    arguments = [one.quantity for sheet in sheets for one in sheet.arguments]
    listed = [*arguments, *(quantity for sheet in sheets for quantity in sheet.quantities)]
    return 1 + max((quantity.group for quantity in listed), default=-1)


def _letters(
    tables: Sequence[TableText], sheet: ValueSheet, group: int, criteria: ExplanationCriteria
) -> Iterator[Finding]:
    """Yield what the columns of letters of a sheet print; their quantities are numbered from ``group`` on."""
    for quantity, argument in letter_columns(tables, sheet, group):
        finding = explain_letters(quantity, argument, criteria.claim)
        if finding is not None:
            yield finding


def _explain(sheet: ValueSheet, criteria: ExplanationCriteria) -> tuple[ValueSheet, list[Explanation]]:
    """Explain a sheet; what is left is grouped otherwise, if more is explained then."""
    explanations = explain_sheet(sheet, criteria)
    explained = {quantity.group for one in explanations for quantity in one.quantities}
    unused = [*_unused_arguments(sheet, explanations), *_counts_among_products(sheet, explanations)]
    if len(explained) == len(worth_trying(sheet)) and not unused:
        return sheet, explanations
    as_values = [_with_as_values(sheet, unused)]
    for other in chain(rejoin(sheet, explained), regroup(sheet, explained), as_values if unused else ()):
        better = explain_sheet(other, criteria)
        if count_cells(better) > count_cells(explanations) and _explains_new(better, sheet):
            sheet, explanations = other, better
    return sheet, explanations


def _unused_arguments(sheet: ValueSheet, explanations: Sequence[Explanation]) -> list[Argument]:
    """List the values in equal steps that nothing is entered with, where a column counts: sunrise near the equinox."""
    used = {id(one.trial.candidate.argument.quantity) for one in explanations}
    used |= {id(quantity) for one in explanations for quantity in one.quantities}
    counts = any(one.quantity.form.is_plain for one in sheet.arguments)
    return [
        one
        for one in sheet.arguments
        if counts and not one.quantity.form.is_plain and id(one.quantity) not in used
    ]


def _counts_among_products(sheet: ValueSheet, explanations: Sequence[Explanation]) -> list[Argument]:
    """List the counts that are those with which a table of products is entered, again: the products by one.

    What they are multiplied by goes on by equal steps to the right, as it does not where an argument is printed twice.
    """
    entered = [one.trial.candidate.argument for one in explanations if one.function.name == PRODUCT.name]
    return [
        one
        for one in sheet.arguments
        if one.quantity.form.is_plain
        and any(
            one.quantity is not other.quantity and np.array_equal(one.values, other.values, equal_nan=True)
            for other in entered
        )
        and _goes_on(one, sheet)
    ]


def _goes_on(count: Argument, sheet: ValueSheet) -> bool:
    """Tell whether the column right of a count is a multiple of it by 1 and the step of most of the others."""
    columns = sorted(sheet.quantities, key=lambda one: one.columns[0])
    with np.errstate(all="ignore"):
        factors = np.array([np.nanmedian(one.values / count.values) for one in columns])
    steps = Counter(np.diff(factors).tolist())
    right = [one.columns[0] > count.quantity.columns[0] for one in columns]
    if not any(right) or len(columns) < _FEWEST_MULTIPLES:
        return False
    step = steps.most_common(1)[0][0]
    return bool(step and factors[right.index(True)] - 1 == step)


def _with_as_values(sheet: ValueSheet, arguments: Sequence[Argument]) -> ValueSheet:
    """Take arguments of a sheet for values."""
    kept = tuple(one for one in sheet.arguments if not any(one is other for other in arguments))
    known = {id(quantity) for quantity in sheet.quantities}
    added = [one.quantity for one in arguments if id(one.quantity) not in known]
    quantities = sorted((*sheet.quantities, *added), key=lambda quantity: quantity.group)
    return replace(sheet, arguments=kept, quantities=tuple(quantities))


def _explains_new(explanations: Sequence[Explanation], sheet: ValueSheet) -> bool:
    """Tell whether a quantity is explained that was grouped otherwise in a sheet, or entered it."""
    before = {id(quantity) for quantity in worth_trying(sheet)}
    return any(id(quantity) not in before for one in explanations for quantity in one.quantities)


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
