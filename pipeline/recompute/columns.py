"""Columns: the quantities of a sheet that a function may explain, stacked for computing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.forms import Form
from tablekin.recompute.null import null_log_likelihoods
from tablekin.recompute.quantity import Argument, PrintedQuantity
from tablekin.recompute.smoothness import Numbers


@dataclass(frozen=True)
class Columns:
    """Quantities of a sheet; the first axis of every array is theirs."""

    quantities: tuple[PrintedQuantity, ...]
    values: Numbers  # (quantities, rows) in units of the last place, NaN where there is none
    places: Numbers  # (quantities,) units of the last place in one of the first
    spread: Numbers  # (quantities,) range of the middle four fifths of the values
    largest: Numbers  # (quantities,)
    nulls: Numbers  # (quantities,) log-likelihood of each by itself
    weights: Numbers  # (quantities, digits) what one unit of every digit is worth in units of the last place

    def __len__(self) -> int:
        return len(self.quantities)

    def rows_to_try(self, argument: Argument, count: int) -> NDArray[np.intp]:
        """Choose rows, evenly spread, in which most quantities have values; each function is tried on the same."""
        key = id(argument), count
        if key not in self._tried:
            known = np.isfinite(self.values).sum(0) * np.isfinite(argument.values)
            rows = np.flatnonzero(known >= max(known.max(initial=0) - 1, 1))
            places = np.unique(np.linspace(0, len(rows) - 1, count).round().astype(np.intp))
            self._tried[key] = argument, rows[places] if len(rows) else rows
        return self._tried[key][1]

    @cached_property
    def _tried(self) -> dict[tuple[int, int], tuple[Argument, NDArray[np.intp]]]:
        return {}  # arguments are kept, lest another takes the same place in memory

    @cached_property
    def by_form(self) -> list[tuple[Form, NDArray[np.intp]]]:
        """Forms of the values, each with the places of its quantities."""
        forms = dict.fromkeys(quantity.form for quantity in self.quantities)
        return [
            (form, np.array([place for place, one in enumerate(self.quantities) if one.form is form]))
            for form in forms
        ]


def stack(quantities: Sequence[PrintedQuantity]) -> Columns:
    """Stack quantities, at least one, of the same rows."""
    values = np.stack([quantity.values for quantity in quantities])
    low, high = np.nanquantile(values, [0.1, 0.9], axis=1)
    periods = np.array([quantity.period or np.inf for quantity in quantities])
    weights = np.array([quantity.form.digit_weights for quantity in quantities])
    return Columns(
        quantities=tuple(quantities),
        values=values,
        places=np.array([quantity.form.last_units for quantity in quantities]),
        spread=high - low,
        largest=np.nanmax(np.abs(values), axis=1),
        nulls=null_log_likelihoods(values, periods, weights),
        weights=weights,
    )
