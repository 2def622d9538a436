"""Problem: something that is wrong with a corpus, where, in how many rows, and how it is repaired."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.corpus import CorpusLayout
from tablekin.threshold import threshold

Mask = NDArray[np.bool_]
Floats = NDArray[np.float64]
_NAMED = 3  # documents that are named of those with the same problem


@dataclass(frozen=True)
class Problem:
    """Something that is wrong with a corpus."""

    place: str  # file or folder, below the corpus
    what: str
    repair: str

    def __str__(self) -> str:
        return f"{self.place}: {self.what}; to repair it, {self.repair}"


@dataclass(frozen=True)
class Rounding:
    """How far a number may be from what other tables give for it, by rounding alone.

    The tables hold float32, whose numbers are right to 6e-8 of their size; sums over the regions of a page lose some.
    """

    relative: float = threshold(
        1e-4,
        "share of the number",
        "that it may differ by",
        alike=(1e-6, 1e-2),
        chosen="a sound corpus of 10 pages, and the damages of tests/pipeline/check",
    )
    smallest: float = threshold(1e-6, "relevance", "size that a smaller number is taken to have")

    def differ(self, found: Floats, expected: Floats, size: Floats | float) -> Mask:
        """Tell where numbers differ by more than rounding; what is no number does."""
        return np.asarray(~(np.abs(found - expected) <= self.relative * np.maximum(size, self.smallest)))


ROUNDING = Rounding()


class WrongRows:
    """Rows of a part that are wrong, counted by what is wrong with them, the first of each named."""

    def __init__(self) -> None:
        self._found: dict[str, tuple[int, str]] = {}

    def note(self, what: str, wrong: Mask, rows: pa.Table) -> None:
        """Count wrong rows, of those that are read together, and keep the first."""
        if wrong.any():
            keys = [key for key in ("doc_a", "doc_b", "doc_id") if key in rows.column_names]
            first = int(np.argmax(wrong))
            self.add(what, int(wrong.sum()), " and ".join(rows[key][first].as_py() for key in keys))

    def add(self, what: str, count: int, first: str) -> None:
        """Count wrong rows."""
        before, old = self._found.get(what, (0, ""))
        self._found[what] = before + count, old or first

    def problems(self, place: str, repair: str) -> Iterator[Problem]:
        """Make a problem of everything that is wrong."""
        for what, (count, first) in self._found.items():
            yield Problem(place, f"{count} rows {what} (first: {first})", repair)


def count_rows(rows: pd.DataFrame, wrong: pd.Series | Mask, what: str) -> str:
    """Say how many rows are wrong and which one is the first."""
    keys = [key for key in ("doc_id", "region_id") if key in rows]
    first = ", ".join(f"{key} {value}" for key, value in rows.loc[np.asarray(wrong), keys].iloc[0].items())
    return f"{int(np.sum(wrong))} rows {what} (first: {first})"


def name_some(names: Sequence[str]) -> str:
    """Name the first documents and say how many more there are."""
    rest = len(names) - _NAMED
    return ", ".join(names[:_NAMED]) + (f" and {rest} more" if rest > 0 else "")


def scatter_mask(chosen: Mask, wrong: Mask) -> Mask:
    """Tell of all rows whether they are wrong, given those that were chosen; the others are not."""
    scattered = np.zeros(len(chosen), bool)
    scattered[chosen] = wrong
    return scattered


def delete_part(layout: CorpusLayout, part: Path) -> str:
    """Say that a part is to be deleted; the next run makes it anew."""
    return f"delete {layout.place(part)} and run again"


def delete_tables(layout: CorpusLayout, *tables: str) -> str:
    """Say that tables are to be deleted; the next run makes them anew."""
    folders = " and ".join(layout.place(layout.table(table)) for table in tables)
    return f"delete the folder{'s' * (len(tables) > 1)} {folders} and run again"


def delete_batch(layout: CorpusLayout, name: str) -> str:
    """Say that the seal of a batch of documents is to be deleted; the next run analyses their scans again."""
    return delete_part(layout, layout.part("documents", name))
