"""PrintedQuantity: the values of a column, or of neighbouring columns that print the places of one number."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.forms import Form
from tablekin.recompute.smoothness import Numbers


@dataclass(frozen=True)
class PrintedQuantity:
    """Values in units of their last place, with the cells they were printed in."""

    group: int  # its number in the document
    form: Form
    unit: str  # of the first place: degrees, hours, signs, days, pounds; "" is a plain number
    values: Numbers  # (rows,), NaN where a place is missing
    places: Numbers  # (rows, places) as printed
    regions: NDArray[np.int64]  # (rows, places) of the cells, -1 where there is none
    columns: tuple[tuple[int, int], ...]  # table and column of each place, of all panels
    heading: str = ""

    @property
    def known(self) -> NDArray[np.bool_]:
        """Rows with a value."""
        return np.isfinite(self.values)

    @property
    def period(self) -> float | None:
        """Units of the last place in a full circle, where values are counted round one."""
        return None if self.form.period is None else self.form.period * self.form.last_units


@dataclass(frozen=True)
class Argument:
    """What a table is entered with: a quantity that counts, put right where a number is off the count."""

    quantity: PrintedQuantity
    values: Numbers  # (rows,) in units of the last place
    step: float
    origins: tuple[float, ...] = ()  # degrees from which a longitude may count whose sign is not known

    @property
    def last_units(self) -> float:
        """Units of the last place in one of the first."""
        return self.quantity.form.last_units


@dataclass(frozen=True)
class ValueSheet:
    """Quantities that stand beside one another, row by row; panels and tables that continue are below each other."""

    arguments: tuple[Argument, ...]
    quantities: tuple[PrintedQuantity, ...]
    table_ids: tuple[int, ...]

    @property
    def rows(self) -> int:
        """Number of rows."""
        both = (*self.quantities, *(argument.quantity for argument in self.arguments))
        return len(both[0].values) if both else 0
