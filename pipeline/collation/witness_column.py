"""WitnessColumn: what a column of a table says, or neighbouring ones as one, and what is known of it by itself."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from tablekin.collation.argument_columns import counts_as_argument
from tablekin.collation.information import column_information, max_information
from tablekin.collation.values import Text
from tablekin.collation.vocabulary import NOTHING, Codes, NumberedTexts, Places, Vocabulary, number_texts


class WitnessColumn:
    """A column of a table.

    Parameters
    ----------
    texts
        ``(rows,)``.
    numbered
        The same, if they have been numbered already; ``place`` is ``(rows,)``.
    """

    def __init__(self, texts: Text, numbered: NumberedTexts | None = None) -> None:
        self.texts = texts
        self._numbered = numbered

    @cached_property
    def numbered(self) -> NumberedTexts:
        """Its texts; ``place`` is ``(rows,)``."""
        return self._numbered or number_texts(self.texts)

    @property
    def vocabulary(self) -> Vocabulary:
        """Different texts of the column, or of its whole table."""
        return self.numbered.vocabulary

    @property
    def place(self) -> Places:
        """Number of the text in every row, ``(rows,)``."""
        return self.numbered.place

    @cached_property
    def numbers(self) -> Codes:
        """Code of the number in every row, ``(rows,)``."""
        return self.vocabulary.number[self.place]

    @property
    def filled(self) -> NDArray[np.bool_]:
        """In which rows there is a text, ``(rows,)``."""
        return self.numbers != NOTHING

    @cached_property
    def is_argument(self) -> bool:
        """Whether it counts as arguments do."""
        return counts_as_argument(self.vocabulary, self.place)

    @cached_property
    def max_nats(self) -> float:
        """What a cell can say at most beyond its neighbours."""
        return max_information(int(self.vocabulary.digits[self.place].max(initial=0)))

    @cached_property
    def nats(self) -> NDArray[np.float64]:
        """What each cell says beyond its neighbours in the column, ``(rows,)``."""
        return column_information(self.texts.tolist()).nats
