"""NumberColumn: the values of a column as the table ``numbers`` keeps them, with what its function computes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.recompute.forms import Form
from tablekin.recompute.smoothness import Numbers

if TYPE_CHECKING:
    from tablekin.recompute.finding import Finding
    from tablekin.recompute.quantity import PrintedQuantity
    from tablekin.recompute.recomputation import Recomputation

NOT_FOUND = -1  # of columns that no function explains
_NUMBERS = ("sheet", "group", "row", "value", "computed", "due", "period", "finding")


@dataclass(frozen=True)
class NumberColumn:
    """The values of a column, or of neighbouring columns that make one number; rows without a value are left out."""

    sheet: int  # its place among the sheets of the document: columns whose rows go together
    group: int  # its number in the document
    role: str  # argument or value
    form: Form
    finding: int  # place of its function among those found in the document, or NOT_FOUND
    function: str  # its name; "" is none
    rows: NDArray[np.int64]  # (n,) of the sheet
    values: Numbers  # (n,) in units of the last place
    regions: NDArray[np.int64]  # (n, places) of the cells, -1 where there is none
    computed: Numbers  # (n,) not rounded, in units of the last place; NaN where nothing is known
    due: Numbers  # (n,) rounded as the author did; of an argument what it counts
    period: float  # of values round a circle, infinite of others


def number_columns(found: Recomputation) -> Iterator[NumberColumn]:
    """Yield the columns of a document, first those that functions explain, in the order in which they were found."""
    explained: set[int] = set()
    sheet_of = {
        id(quantity): number
        for number, sheet in enumerate(found.sheets)
        for quantity in (*(one.quantity for one in sheet.arguments), *sheet.quantities)
    }
    for number, finding in enumerate(found.findings):
        for place, quantity in enumerate(finding.quantities):
            explained.add(quantity.group)
            yield _column(quantity, sheet_of[id(quantity)], number, finding, place)
    for number, sheet in enumerate(found.sheets):
        counted = {argument.quantity.group: argument.values for argument in sheet.arguments}
        arguments = [argument.quantity for argument in sheet.arguments]
        listed = {id(quantity): quantity for quantity in (*arguments, *sheet.quantities)}
        for quantity in listed.values():
            if quantity.group not in explained:
                yield _column(quantity, number, counted=counted.get(quantity.group))


def _column(
    quantity: PrintedQuantity,
    sheet: int,
    number: int = NOT_FOUND,
    finding: Finding | None = None,
    place: int = 0,
    counted: Numbers | None = None,
) -> NumberColumn:
    rows = np.flatnonzero(quantity.known)
    due = np.full(len(rows), np.nan) if counted is None else counted[rows]
    return NumberColumn(
        sheet=sheet,
        group=quantity.group,
        role="value" if counted is None else "argument",
        form=Form(quantity.form.radices),
        finding=number,
        function="" if finding is None else finding.function.name,
        rows=rows,
        values=quantity.values[rows],
        regions=quantity.regions[rows],
        computed=due if finding is None else finding.computed[place][rows],
        due=due if finding is None else finding.due[place][rows],
        period=np.inf if finding is None else float(finding.period[place]),
    )


def to_number_frame(columns: Sequence[NumberColumn]) -> pd.DataFrame:
    """Make the rows of a document of the table ``numbers``, without its name."""
    parts = [
        pd.DataFrame(
            {
                "sheet": column.sheet,
                "group": column.group,
                "row": column.rows,
                "role": column.role,
                "value": column.values,
                "computed": column.computed,
                "due": column.due,
                "period": column.period if np.isfinite(column.period) else np.nan,
                "radices": [list(column.form.radices)] * len(column.rows),
                "regions": column.regions.tolist(),
                "finding": column.finding,
                "function": column.function or None,
            }
        )
        for column in columns
        if len(column.rows)
    ]
    return pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()


def read_number_columns(numbers: pa.Table) -> Iterator[NumberColumn]:
    """Yield the columns of a document from its rows of the table ``numbers``, in the order of the rows."""
    if not len(numbers):
        return
    arrays = {name: numbers[name].to_numpy() for name in _NUMBERS}
    regions, radices = (numbers[name].combine_chunks() for name in ("regions", "radices"))
    keys = np.stack([arrays["sheet"], arrays["group"], arrays["finding"]]).astype(np.int64)
    starts = (np.diff(keys, axis=1) != 0).any(0) | (np.diff(arrays["row"]) <= 0)
    bounds = [0, *(np.flatnonzero(starts) + 1).tolist(), len(numbers)]
    roles, functions = (numbers[name].take(bounds[:-1]).to_pylist() for name in ("role", "function"))
    for (first, last), role, function in zip(pairwise(bounds), roles, functions, strict=True):
        own = {name: array[first:last] for name, array in arrays.items()}
        period = float(own["period"][0])
        yield NumberColumn(
            sheet=int(own["sheet"][0]),
            group=int(own["group"][0]),
            role=role,
            form=Form(tuple(_listed(radices, first, first + 1).tolist())),
            finding=int(own["finding"][0]),
            function=function or "",
            rows=own["row"].astype(np.int64),
            values=own["value"].astype(np.float64),
            regions=_listed(regions, first, last).reshape(last - first, -1),
            computed=own["computed"].astype(np.float64),
            due=own["due"].astype(np.float64),
            period=period if np.isfinite(period) else np.inf,
        )


def _listed(lists: pa.ListArray, first: int, last: int) -> NDArray[np.int64]:
    """Read what the lists of some rows hold, one after the other."""
    return np.asarray(lists.slice(first, last - first).flatten().to_numpy(zero_copy_only=False)).astype(
        np.int64
    )
