"""PageContext: what the tables of a page that are explained tell of columns that nothing explains.

A page is often divided into more tables than it has: an argument stands in one of them and its values in another, or a
table has too few columns to say by itself what it was computed with.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np

from tablekin.recompute.claim import Explanation, ExplanationCriteria, take_best
from tablekin.recompute.columns import stack
from tablekin.recompute.explanation import worth_trying
from tablekin.recompute.finding import Finding
from tablekin.recompute.functions import LIBRARY, ArgumentKind, Function
from tablekin.recompute.functions.chronology import CHRONOLOGY
from tablekin.recompute.quantity import Argument, ValueSheet
from tablekin.recompute.screening import screen
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.trial import make_trials


@dataclass(frozen=True)
class ContextCriteria:
    """When a column is explained by what is known of its page; chosen on sample archives of seeds 771901 to 771955."""

    claim: float = (
        6.0  # nats, with the argument and parameters of another table, or functions of the same years
    )
    rows: int = 1  # by which a table may be longer than the one that has its argument


CRITERIA = ContextCriteria()


def explain_by_page(
    sheet: ValueSheet, explained: Collection[int], findings: Sequence[Finding], criteria: ExplanationCriteria
) -> list[Explanation]:
    """Explain what is left of a sheet by what is known of its page.

    Parameters
    ----------
    sheet
        A sheet of the page.
    explained
        Groups of its quantities that are explained.
    findings
        Of the whole page.
    criteria
        When a function is claimed.
    """
    left = [one for one in worth_trying(sheet) if one.group not in explained]
    if not left or not findings:
        return []
    columns = stack(left)
    candidates = [
        candidate
        for function, argument in _ways(sheet, findings)
        for candidate in screen(function, argument, columns, criteria.screening)
    ]
    trials = list(make_trials(candidates, columns, criteria.screening, criteria.trials))
    lower = replace(criteria, claim=CRITERIA.claim, best=CRITERIA.claim)
    return take_best(trials, columns, np.ones(len(columns), bool), lower)


def _ways(sheet: ValueSheet, findings: Sequence[Finding]) -> Iterator[tuple[Function, Argument]]:
    """Yield functions that a sheet may print, with what it may be entered with."""
    seen: set[tuple[str, int]] = set()
    for finding in findings:
        for function in _related(finding):
            arguments = [one for one in sheet.arguments if one.quantity.form.is_plain][:1]
            for argument in (*arguments, *_lent(finding.argument, sheet.rows)):
                key = function.name, id(argument.quantity)
                if key not in seen:
                    seen.add(key)
                    yield function, argument


def _related(finding: Finding) -> Iterator[Function]:
    """Yield the functions of the same years, or the same function with the parameters that were found."""
    if finding.function.argument is ArgumentKind.YEARS:
        yield from CHRONOLOGY
        return
    known = {one.name: one.value for one in finding.parameters if one.quantity < 0}
    for function in LIBRARY:
        if function.name == finding.function.name and known:
            yield replace(
                function,
                parameters=tuple(
                    replace(one, choices=(known[one.name],)) if one.name in known and not one.own else one
                    for one in function.parameters
                ),
            )


def _lent(argument: Argument, rows: int) -> Iterator[Argument]:
    """Yield the argument of another table for one of as many rows, or of one more or fewer."""
    own = len(argument.values)
    if argument.quantity.form.radices or abs(own - rows) > CRITERIA.rows:
        return
    for shift in dict.fromkeys((0, rows - own)):
        printed = _shifted(argument.quantity.values, shift, rows)
        moved = replace(
            argument.quantity,
            values=printed,
            places=printed[:, None],
            regions=np.full((rows, 1), -1, np.int64),
        )
        yield Argument(moved, _shifted(argument.values, shift, rows), argument.step)


def _shifted(values: Numbers, shift: int, rows: int) -> Numbers:
    moved = np.full(rows, np.nan)
    there = np.arange(len(values)) + shift
    inside = (there >= 0) & (there < rows)
    moved[there[inside]] = values[inside]
    return moved
