"""Model: what a function says a sheet should print, as a function of the parameters that are fitted."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tablekin.recompute.columns import Columns
from tablekin.recompute.functions import Function, ValueKind
from tablekin.recompute.screening import Candidate, evaluate_freely, periods, wrap
from tablekin.recompute.smoothness import Numbers

_STEP = 1e-5  # of a parameter's range, for derivatives
_CLIP = 1e12


@dataclass(frozen=True)
class Model:
    """A function, entered in a certain way, for some quantities of a sheet.

    The vector of parameters holds the fitted ones of the table, then those of every quantity in turn, then the scale
    (radius or principal) if the values have one.
    """

    function: Function
    x: Numbers  # (quantities, rows)
    step: float
    values: Numbers  # (quantities, rows) as printed, units of the last place
    unit: Numbers  # (quantities,) last units in a unit of the formula; radix places of a value with a scale
    shared: Numbers  # (parameters of the table,) among them those that are chosen, not fitted
    own: Numbers  # (quantities, parameters of a column)
    scale: float

    @cached_property
    def fitted_shared(self) -> list[int]:
        """Places in ``shared`` of the parameters that are fitted."""
        ours = [parameter for parameter in self.function.parameters if not parameter.own]
        return [place for place, parameter in enumerate(ours) if parameter.is_fitted]

    @cached_property
    def fitted_own(self) -> list[int]:
        """Places in ``own`` of the parameters that are fitted."""
        theirs = [parameter for parameter in self.function.parameters if parameter.own]
        return [place for place, parameter in enumerate(theirs) if parameter.is_fitted]

    @property
    def has_scale(self) -> bool:
        """Whether the printed values are multiples of a radius or principal."""
        return self.function.value is ValueKind.NUMBER

    @property
    def size(self) -> int:
        """Length of the vector of parameters."""
        return len(self.fitted_shared) + len(self.fitted_own) * len(self.own) + self.has_scale

    def start(self) -> Numbers:
        """Vector of parameters at which the model was made."""
        parts = [self.shared[self.fitted_shared], self.own[:, self.fitted_own].ravel()]
        return np.concatenate([*parts, [self.scale] * self.has_scale])

    def _wrapped(self, difference: Numbers) -> Numbers:
        """Bring differences, ``(quantities, rows)``, round the circle to the nearer side, where values go round one."""
        return wrap(difference, self._period) if self.function.period else difference

    @cached_property
    def _period(self) -> Numbers:
        return periods(self.function, self.unit)[:, None]

    @cached_property
    def _bounds(self) -> tuple[Numbers, Numbers]:
        fitted = [parameter for parameter in self.function.parameters if parameter.is_fitted]
        ours = [parameter for parameter in fitted if not parameter.own]
        theirs = [parameter for parameter in fitted if parameter.own] * len(self.own)
        low = [*(p.low for p in ours), *(p.low for p in theirs), *[0.0] * self.has_scale]
        high = [*(p.high for p in ours), *(p.high for p in theirs), *[np.inf] * self.has_scale]
        return np.array(low), np.array(high)

    def bounds(self) -> tuple[Numbers, Numbers]:
        """Least and greatest plausible value of each parameter."""
        low, high = self._bounds
        return low.copy(), high.copy()

    def computed(self, vector: Numbers) -> Numbers:
        """Values that should be printed, not rounded, in units of the last place, ``(quantities, rows)``."""
        shared, own = self.shared.copy(), self.own.copy()
        ours, theirs = self.fitted_shared, self.fitted_own
        shared[ours] = vector[: len(ours)]
        own[:, theirs] = vector[len(ours) : len(ours) + len(theirs) * len(own)].reshape(len(own), -1)
        scale = vector[-1] if self.has_scale else 1.0
        with np.errstate(all="ignore"):
            natural = evaluate_freely(self.function, self.x, self.step, shared, own[:, None, :])
            return np.minimum(np.maximum(scale * self.unit[:, None] * natural, -_CLIP), _CLIP)

    def residuals(self, vector: Numbers) -> Numbers:
        """Subtract computed from printed values, in units of the last place, ``(quantities, rows)``; may be NaN."""
        return self.off(self.computed(vector))

    def off(self, computed: Numbers) -> Numbers:
        """Subtract values that were computed from printed ones, as :meth:`residuals` does."""
        return self._wrapped(self.values - computed)

    def jacobian(self, vector: Numbers, computed: Numbers) -> Numbers:
        """Give derivatives of the computed values: ``(parameters, quantities, rows)``."""
        low, high = self.bounds()
        ours, theirs, quantities = len(self.fitted_shared), len(self.fitted_own), len(self.own)
        derivatives = np.zeros((len(vector), *self.values.shape))
        for place in range(ours):
            derivatives[place] = self._slope(vector, computed, [place], _STEP * (high - low)[place])
        for place in range(theirs):
            all_of_them = [ours + theirs * quantity + place for quantity in range(quantities)]
            slopes = self._slope(vector, computed, all_of_them, _STEP * (high - low)[ours + place])
            derivatives[all_of_them, range(quantities)] = slopes
        if self.has_scale:
            derivatives[-1] = computed / vector[-1] if vector[-1] else 0.0
        return derivatives

    def _slope(self, vector: Numbers, computed: Numbers, places: list[int], step: float) -> Numbers:
        moved = vector.copy()
        moved[places] += step
        return self._wrapped(self.computed(moved) - computed) / step

    def at(self, vector: Numbers) -> Model:
        """Give the same model with its start elsewhere."""
        shared, own = self.shared.copy(), self.own.copy()
        ours, theirs = self.fitted_shared, self.fitted_own
        shared[ours] = vector[: len(ours)]
        own[:, theirs] = vector[len(ours) : len(ours) + len(theirs) * len(own)].reshape(len(own), -1)
        scale = float(vector[-1]) if self.has_scale else 1.0
        return Model(self.function, self.x, self.step, self.values, self.unit, shared, own, scale)

    def only(
        self, quantities: NDArray[np.bool_] | list[int], rows: NDArray[np.intp] | slice = slice(None)
    ) -> Model:
        """Keep some of the quantities and rows."""
        x, values = self.x[quantities][:, rows], self.values[quantities][:, rows]
        return Model(
            self.function,
            x,
            self.step,
            values,
            self.unit[quantities],
            self.shared,
            self.own[quantities],
            self.scale,
        )


def make_model(candidate: Candidate, columns: Columns) -> Model:
    """Make the model of a candidate, for all quantities; those that it promises something tell the radius."""
    function = candidate.function
    unit, scale = candidate.unit, 1.0
    if function.value is ValueKind.NUMBER:
        trusted = candidate.promise > 0
        logarithms = np.log(candidate.scale[trusted] / columns.places[trusted])
        scale = float(np.exp(np.average(logarithms, weights=candidate.promise[trusted])))
        unit = columns.places
    x = candidate.entry.arguments(candidate.option)
    return Model(
        function, x, candidate.entry.step, columns.values, unit, candidate.shared, candidate.own, scale
    )
