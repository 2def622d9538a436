"""Deviations: by how much the values of two documents differ from what a function says, and how probable that is."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.aligned_values import AlignedValues
from tablekin.collation.authorship import SHARES, means_density, misprint_density, slip_density
from tablekin.collation.expectation import wrap

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Densities:
    """Densities of the values of both documents under one function and some authors: ``(authors, 2, values)``."""

    author: Array  # of his values, slips and all
    careful: Array  # without slips
    slip: Array  # of slips, share included
    misprint: Array  # (2, values), whoever the author is
    carried: NDArray[np.bool_]  # (2, values) whether the value errs as the one above it does
    rough: NDArray[np.bool_]  # (authors, 1, values) whether his means of computing make that

    def alone(self, rates: Array) -> Array:
        """Probability of every value by itself, ``(authors, 2, rates, values)``."""
        density = (1 - rates) * self.author[:, :, None] + rates * self.misprint[:, None]
        return np.maximum(carry(density, self.carried[:, None]), 1e-300)

    def astray(self, rates: Array) -> Array:
        """Probability that every value is a slip or a misprint, ``(authors, 2, rates, values)``."""
        density = self.slip[:, :, None] + rates * self.misprint[:, None]
        return np.maximum(carry(density, self.carried_slips[:, :, None]), 1e-300)

    @property
    def means(self) -> Array:
        """Probability of every value by the means of computing alone; rough ones err alike in neighbouring rows."""
        return carry(self.careful, self.carried & self.rough)

    @property
    def carried_slips(self) -> NDArray[np.bool_]:
        """Tell which values err as the one above though their author's means do not make that."""
        return self.carried & ~self.rough


def carry(density: Array, carried: NDArray[np.bool_]) -> Array:
    """Probability of values some of which err as the one above them does, given that of each by itself."""
    on = SHARES.carried_on
    return np.where(carried, on + (1 - on) * density, density)


@dataclass(frozen=True)
class Deviations:
    """By how much the values of both documents differ from what one function says: ``(2, values)``."""

    off: Array  # from what is computed, not rounded
    slip: Array  # probability of a slip by so much from what is due
    misprint: Array  # likewise
    carried: NDArray[np.bool_]  # whether a value differs as the one above it does

    @classmethod
    def of(cls, values: AlignedValues, computed: Array, due: Array) -> Deviations:
        """Hold both documents against what a function says."""
        printed = np.stack([values.a, values.b])
        rounded = np.round(wrap(printed - due, values.period))
        before = np.stack([values.before_a, values.before_b])
        return cls(
            off=wrap(printed - computed, values.period),
            slip=slip_density(rounded),
            misprint=np.stack([misprint_density(one, values.digits, values.weights) for one in rounded]),
            carried=(before != 0) & (rounded == before),
        )

    def by(self, authors: Array) -> Densities:
        """Tell how probable the values are, if authors, ``(authors, values, 4)``, erred so."""
        authors = authors[:, None]
        bias, spread, slips, _ = np.moveaxis(authors, -1, 0)
        means = means_density(self.off, authors)
        return Densities(
            author=(1 - slips) * means + slips * slip_density(self.off - bias),
            careful=means,
            slip=slips * self.slip,
            misprint=self.misprint,
            carried=self.carried,
            rough=spread > SHARES.careful,
        )
