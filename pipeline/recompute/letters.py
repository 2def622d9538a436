"""Letters: columns of the letters that calendars give to days and Sundays, a to g.

A leap year has two letters of Sundays: one until the leap day, the one before it from then on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.cell_errors import Known
from tablekin.recompute.checks import Check, CheckKind
from tablekin.recompute.finding import Finding, RoundingRule
from tablekin.recompute.forms import SINGLE
from tablekin.recompute.functions.chronology import DAY_LETTERS, SUNDAY_LETTERS
from tablekin.recompute.functions.definition import Function
from tablekin.recompute.likelihood import Slips
from tablekin.recompute.quantity import Argument, PrintedQuantity, ValueSheet
from tablekin.recompute.smoothness import Numbers
from tablekin.recompute.table_text import TableText
from tablekin.recompute.verdict import error_probabilities

_LETTERS = re.compile(r"^\W*([a-g])\W*([a-g])?\W*$", re.IGNORECASE)


@dataclass(frozen=True)
class LetterCriteria:
    """When a column prints letters of days; as seemed fair, and indifferent where most letters are right."""

    share: float = 0.8  # of the cells of a column that are not blank
    fewest: int = 7  # letters: a week
    wrong: float = 0.02  # of the letters, before a table is looked at
    misread: float = 0.01  # of the letters that an engine reads, e for c mostly; of seed 91701
    slip: float = 1e-4  # of the letters, of the author
    apart: float = 1.0  # nats, of functions that explain a column about as well


CRITERIA = LetterCriteria()


def read_letter(text: str) -> float:
    """Read one letter or two as a number: ``a`` is 1, ``ba`` 21; NaN where something else stands."""
    found = _LETTERS.match(text)
    if found is None:
        return np.nan
    first, second = (0 if letter is None else ord(letter.lower()) - 96 for letter in found.groups())
    return float(10 * first + second if second else first)


def write_letter(number: float) -> str:
    """Write such a number in letters."""
    return "".join(chr(96 + int(digit)) for digit in str(int(number)))


def letter_columns(
    tables: Sequence[TableText], sheet: ValueSheet, group: int
) -> Iterator[tuple[PrintedQuantity, Argument]]:
    """Yield the columns of letters of a sheet, each with the argument beside it; panels are below one another.

    Parameters
    ----------
    tables
        Of the document.
    sheet
        A sheet with arguments.
    group
        Number that the first of them has in the document.
    """
    made: dict[int, list[_Part]] = {}
    for part in _parts(tables, sheet):
        parts = made.setdefault(part.argument, [])
        parts.append(part)
    for number, parts in made.items():
        for own in _side_by_side(parts):
            values, regions = np.full(sheet.rows, np.nan), np.full((sheet.rows, 1), -1, np.int64)
            for part in own:
                values[part.rows], regions[part.rows, 0] = part.values, part.regions
            columns = tuple((part.table, part.col) for part in own)
            quantity = PrintedQuantity(group, SINGLE, "letters", values, values[:, None], regions, columns)
            group += 1
            yield quantity, sheet.arguments[number]


@dataclass(frozen=True)
class _Part:
    """A column of letters of a table, and the rows of the sheet that it stands in."""

    table: int
    col: int
    argument: int
    rows: NDArray[np.int64]
    values: Numbers
    regions: NDArray[np.int64]


def _parts(tables: Sequence[TableText], sheet: ValueSheet) -> Iterator[_Part]:
    row_of = [
        {int(region): row for row, region in enumerate(argument.quantity.regions[:, 0]) if region >= 0}
        for argument in sheet.arguments
    ]
    for table in tables:
        if table.table_id not in sheet.table_ids:
            continue
        entered = [  # columns with which it is entered, each with the number of its argument
            (col, number)
            for number in range(len(row_of))
            for col in range(table.shape[1])
            if sum(int(region) in row_of[number] for region in table.region[:, col]) >= CRITERIA.fewest
        ]
        for col in range(table.shape[1]):
            values = np.array([read_letter(text) for text in table.text[:, col]])
            filled = sum(bool(text) for text in table.text[:, col])
            if np.isfinite(values).sum() < max(CRITERIA.fewest, CRITERIA.share * filled) or not entered:
                continue
            beside, number = min(entered, key=lambda one: (one[0] > col, abs(one[0] - col)))
            rows = np.array([row_of[number].get(int(region), -1) for region in table.region[:, beside]])
            there = (rows >= 0) & np.isfinite(values)
            yield _Part(table.table_id, col, number, rows[there], values[there], table.region[there, col])


def _side_by_side(parts: Sequence[_Part]) -> Iterator[list[_Part]]:
    """Yield columns that print one thing in different rows: of panels, or of tables that continue."""
    columns: list[list[_Part]] = []
    for part in parts:
        for own in columns:
            if not any(np.isin(part.rows, other.rows).any() for other in own):
                own.append(part)
                break
        else:
            columns.append([part])
    yield from columns


def explain_letters(quantity: PrintedQuantity, argument: Argument, claim: float) -> Finding | None:
    """Find which letters a column prints, if it is worth ``claim`` nats beyond letters at random."""
    x = argument.values / argument.last_units
    known = quantity.known & np.isfinite(x)
    if known.sum() < CRITERIA.fewest:
        return None
    tried = sorted(
        (
            (_nats(function, computed, quantity.values, known), function, computed)
            for function, computed in _ways(x, known)
        ),
        key=lambda one: -one[0],
    )
    if not tried or tried[0][0] < claim:
        return None
    nats, function, computed = tried[0]
    rivals = [one for one, *_ in tried[1:] if one < nats - CRITERIA.apart]
    return Finding(
        function=function,
        argument=argument,
        quantities=(quantity,),
        parameters=(),
        rounding=RoundingRule.NEAREST,
        slips=Slips(0.0, 1.0),
        log_odds=np.array([nats - max(rivals, default=0.0)]),
        computed=computed[None],
        period=np.array([np.inf]),
    )


def _ways(x: Numbers, known: NDArray[np.bool_]) -> Iterator[tuple[Function, Numbers]]:
    """Yield what a column may print that is entered with ``x``."""
    low, high = x[known].min(), x[known].max()
    if low >= 0 and high <= 31:
        for function in DAY_LETTERS:
            for start in function.parameters[0].choices:
                yield function, function.formula(x, np.float64(start))
    if low >= 300 and high < 3000:
        for function in SUNDAY_LETTERS:
            yield function, function.formula(x)


def _nats(function: Function, computed: Numbers, values: Numbers, known: NDArray[np.bool_]) -> float:
    """Nats of a column of letters beyond letters at random."""
    right = int((computed[known] == values[known]).sum())
    wrong = int(known.sum()) - right
    choices = max(1, *(len(one.choices) for one in function.parameters)) if function.parameters else 1
    each = np.log(7 * (1 - CRITERIA.wrong)) * right + np.log(CRITERIA.wrong * 7 / 6) * wrong
    return float(each - np.log(choices))


def check_letters(finding: Finding, choices: Known, criteria: LetterCriteria = CRITERIA) -> Iterator[Check]:
    """Hold every letter of a column against what is due.

    Where digits were read by an engine (they have ``choices``) letters were, too; it says of none how sure it is.
    """
    (quantity,), (due,) = finding.quantities, finding.due
    misread = criteria.misread if choices else 0.0
    for row in np.flatnonzero(quantity.known & np.isfinite(due)):
        value, meant = float(quantity.values[row]), float(due[row])
        misprint, _, _ = error_probabilities(str(int(value)), str(int(meant)), None)
        total = misprint + misread + criteria.slip
        off = value != meant
        yield Check(
            int(quantity.regions[row, 0]),
            CheckKind.FUNCTION,
            value,
            meant,
            value - meant,
            off * misprint / total,
            off * misread / total,
            write_letter(meant),
        )
