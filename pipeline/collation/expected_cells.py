"""ExpectedCells: what should stand in the cells of a document, and what those say of which nothing is expected."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.values import Text
from tablekin.collation.vocabulary import NumberedTexts, number_texts

Integers = NDArray[np.int64]
_NONE = np.zeros(0, np.int64)


@dataclass(frozen=True)
class ListedCells:
    """Some cells of a document."""

    region: Integers = field(default_factory=lambda: _NONE)  # (cells,), each once

    @cached_property
    def _places(self) -> Integers:
        places = np.full(int(self.region.max(initial=-1)) + 2, -1)
        places[self.region] = np.arange(len(self.region))
        return places

    def at(self, regions: NDArray[np.integer]) -> Integers:
        """Find regions among the cells, ``(n,)``; -1 where one is none of them."""
        last = len(self._places) - 1
        is_there = (regions >= 0) & (regions < last)
        return self._places[np.where(is_there, regions, last)]


@dataclass(frozen=True)
class ExpectedCells(ListedCells):
    """Cells that hold a value which a function explains, or some places of one."""

    value: Integers = field(default_factory=lambda: _NONE)  # (cells,) place in the arrays of the expectations
    due: Sequence[str] = ()  # (cells,) what should stand there: the places of the value that it holds
    weights: Sequence[tuple[float, ...]] = ()  # (cells,) of these places, in units of the value's last one

    @cached_property
    def texts(self) -> Text:
        """What is due, ``(cells + 1,)``; an empty text at the end, for -1."""
        return np.array([*self.due, ""], object)

    @cached_property
    def numbered(self) -> NumberedTexts:
        """What is due, as compiled functions read it."""
        return number_texts(self.texts)


@dataclass(frozen=True)
class TellingCells(ListedCells):
    """Cells of the last place of values without a function."""

    nats: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))  # (cells,) beyond their neighbours
    is_rough: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))  # neighbours tell nothing
