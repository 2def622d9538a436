"""Work: a table without language or layout, as an author computed it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

DEGREES = ("degrees", "minutes")
HOURS = ("hours", "minutes")
NUMBER = ("",)


@dataclass(frozen=True)
class Quantity:
    """What one or several neighbouring columns hold: a number, or the places of a sexagesimal one."""

    key: str  # language-free identity, unique in the work
    name: str  # heading; @word stands for a word of the lexicon
    units: tuple[str, ...] = NUMBER  # of each place, words of the lexicon; "" is a plain number
    argument: bool = False

    @property
    def places(self) -> tuple[str, ...]:
        """Keys of the columns, one a place."""
        return tuple(f"{self.key}.{unit}" if unit else self.key for unit in self.units)


Filled = tuple[Quantity, list[tuple[str, ...]]]  # with the places of its value in every row


@dataclass(frozen=True)
class Work:
    """A table as its author computed it.

    ``cells`` has a row for each of ``row_keys`` and a column for each place of each quantity; a cell is a
    number in digits, a word of the lexicon (``@april``), a letter, or empty.
    """

    key: str
    table_type: str
    parameters: Mapping[str, str]  # what distinguishes it within its type, for titles
    quantities: tuple[Quantity, ...]
    row_keys: tuple[str, ...]
    cells: tuple[tuple[str, ...], ...]  # rows x places

    @property
    def column_keys(self) -> tuple[str, ...]:
        """Keys of the columns of ``cells``."""
        return tuple(place for quantity in self.quantities for place in quantity.places)


def make_work(
    table_type: str,
    parameters: Mapping[str, str],
    row_keys: Sequence[str],
    columns: Sequence[Filled],
    variant: str = "",
) -> Work:
    """Put quantities side by side.

    Parameters
    ----------
    table_type
        Type of the table: what it tabulates.
    parameters
        What the work was computed with; the key of the work is made from it.
    row_keys
        Identity of every row.
    columns
        Quantities, each with the places of its value in every row.
    variant
        Further distinction from works of the same parameters.
    """
    rows = zip(*(values for _, values in columns), strict=True)
    cells = tuple(tuple(cell for places in row for cell in places) for row in rows)
    words = [table_type, *parameters.values(), variant]
    key = "-".join(word for word in words if word).replace(" ", ".").replace("@", "").lower()
    return Work(
        key, table_type, parameters, tuple(quantity for quantity, _ in columns), tuple(row_keys), cells
    )


def argument(key: str, name: str, values: Iterable[int]) -> Filled:
    """Fill a column with the whole numbers for which a table gives its values."""
    return Quantity(key, name, NUMBER, True), [(str(value),) for value in values]


def split(value: float, bases: Sequence[int] = (60,)) -> tuple[str, ...]:
    """Write a value that is not negative in places, rounded half up to the last of them.

    Parameters
    ----------
    value
        In units of the first place.
    bases
        How many units of each further place make one of the place before it: ``(60, 60)`` gives degrees,
        minutes and seconds; ``(30, 60)`` signs of the zodiac, degrees and minutes.
    """
    return places_of(math.floor(value * math.prod(bases) + 0.5), bases)


def places_of(total: int, bases: Sequence[int]) -> tuple[str, ...]:
    """Write a whole number of units of the last place in places; ``bases`` as for :func:`split`."""
    places = []
    for base in reversed(bases):
        total, place = divmod(total, base)
        places.append(place)
    return tuple(str(place) for place in (total, *reversed(places)))


def number(value: float) -> tuple[str, ...]:
    """Write a value that is not negative as one whole number, rounded half up."""
    return split(value, ())


def join(degrees: float, minutes: float) -> str:
    """Write a parameter of degrees and minutes as titles print it, such as ``23 28``."""
    return f"{degrees:.0f} {minutes:02.0f}"
