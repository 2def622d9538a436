"""Columns: the quantities of a sheet that a function may explain, stacked for computing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.forms import Form
from tablekin.recompute.null import null_log_likelihoods
from tablekin.recompute.quantity import PrintedQuantity
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

    def by_form(self) -> list[tuple[Form, NDArray[np.intp]]]:
        """List the forms of the values, each with the places of its quantities."""
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
