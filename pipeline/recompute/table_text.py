"""TableText: the readings of a table by row and column, as the stage of recomputation takes them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Choices = tuple[
    dict[int, float], ...
]  # of each digit of a cell: scores of what it may be, first of what was read


@dataclass(frozen=True)
class TableText:
    """A table of ``rows x columns`` readings; a cell that is not there has no text and region -1."""

    table_id: int
    text: NDArray[np.object_]  # (rows, columns) of str
    region: NDArray[np.int64]  # (rows, columns)
    headings: tuple[str, ...] = ()  # one a column, "" is none; may be left out
    choices: dict[int, Choices] = field(
        default_factory=dict
    )  # by region; a region without is taken as certain

    @property
    def shape(self) -> tuple[int, int]:
        """Rows and columns."""
        return self.text.shape[0], self.text.shape[1]

    def heading(self, col: int) -> str:
        """Give what stands above a column."""
        return self.headings[col] if col < len(self.headings) else ""

    def transposed(self) -> TableText:
        """Make rows of the columns; headings are of columns and lost."""
        return TableText(self.table_id, self.text.T, self.region.T, (), self.choices)


def from_rows(
    rows: Sequence[Sequence[str | None]], headings: Sequence[str] = (), table_id: int = 0
) -> TableText:
    """Make a table of lists of readings; its regions are numbered from 0 along its rows."""
    text = np.array([["" if cell is None else cell for cell in row] for row in rows], object)
    return TableText(table_id, text, np.arange(text.size).reshape(text.shape), tuple(headings))


def read_tables(regions: pd.DataFrame, digits: pd.DataFrame) -> Iterator[TableText]:
    """Yield the tables of a document.

    Parameters
    ----------
    regions, digits
        Its rows of the tables of these names. A reading as printed (column ``printed``) and words of headings
        (``label``) are used where these columns are there, and second choices of digits (``other``, ``other_score``)
        likewise.
    """
    cells = regions[(regions["kind"] == "cell") & regions["table_id"].notna()]
    if cells.empty:
        return
    words = "printed" if "printed" in regions else "text"
    texts = {int(region): _bare(text) for region, text in zip(cells["region_id"], cells["text"], strict=True)}
    choices = _digit_choices(digits, texts)
    for region, confidence in zip(cells["region_id"], cells["confidence"], strict=True):
        bare = texts[int(region)]
        if bare and (int(region) not in choices or confidence >= 1):  # what somebody has corrected is certain
            even = float(confidence) ** (1 / len(bare))
            choices[int(region)] = tuple({int(digit): even} for digit in bare)
        elif not bare and confidence < 1:
            choices[int(region)] = ()  # a ditto mark, or what was taken for one
    for table, own in cells.groupby("table_id"):
        row, col = own["row"].to_numpy(np.int64), own["col"].to_numpy(np.int64)
        shape = int(row.max()) + 1, int(col.max()) + 1
        text, region = np.full(shape, "", object), np.full(shape, -1, np.int64)
        text[row, col] = own[words].fillna("").to_numpy(object)
        region[row, col] = own["region_id"].to_numpy(np.int64)
        known = {int(name): choices[int(name)] for name in own["region_id"] if int(name) in choices}
        yield TableText(int(str(table).partition(".")[0]), text, region, _headings(regions, own), known)


def _headings(regions: pd.DataFrame, cells: pd.DataFrame) -> tuple[str, ...]:
    """Read what stands in headers right above each column of a table."""
    headers = regions[regions["kind"] == "header"]
    if headers.empty:
        return ()
    words = headers["text"].fillna("")
    if "label" in headers:
        words = (headers["label"].fillna("") + " " + words).str.strip()
    heads = []
    for col in range(int(cells["col"].max()) + 1):
        own = cells[cells["col"] == col]
        if own.empty:
            heads.append("")
            continue
        x0, x1, top = own["x0"].min(), own["x1"].max(), own["y0"].min()
        middle = (headers["x0"] + headers["x1"]) / 2
        above = (middle >= x0) & (middle < x1) & (headers["y0"] < top)
        heads.append(" ".join(filter(None, words[above])))
    return tuple(heads)


_Seen = tuple[tuple[float, float], int, dict[int, float]]  # place, digit, choices


def _from_left(seen: _Seen) -> float:
    return seen[0][0]


def _from_right(seen: _Seen) -> float:
    return -seen[0][0]


def _from_top(seen: _Seen) -> float:
    return seen[0][1]


def _from_bottom(seen: _Seen) -> float:
    return -seen[0][1]


_WAYS = (_from_left, _from_right, _from_top, _from_bottom)  # that a line may run on a scan
_ASKED = 100  # cells of several digits that tell which way the lines of a page run


def _bare(text: object) -> str:
    return re.sub(r"\D", "", str(text or ""))


def _digit_choices(digits: pd.DataFrame, texts: dict[int, str]) -> dict[int, Choices]:
    """Collect the probabilities of every digit of a region, in the order in which its text has them.

    Lines run any way across the scan of a page that is turned, all of them the same: a number that reads alike both
    ways (``88``) does not tell by itself which of its digits is which. Where no order gives the text, its digits have
    two lines, or have been corrected: such a region has no choices.
    """
    second = "other" in digits and "other_score" in digits
    others = zip(digits["other"], digits["other_score"], strict=True) if second else None
    found: dict[int, list[_Seen]] = {}
    columns = (digits[name] for name in ("region_id", "digit", "score", "x0", "y0"))
    for region, digit, score, x0, y0 in zip(*columns, strict=True):
        choice = {int(digit): float(score)}
        if others is not None:
            other, other_score = next(others)
            if other >= 0:
                choice[int(other)] = float(other_score)
        found.setdefault(int(region), []).append(((float(x0), float(y0)), int(digit), choice))
    several = [region for region, own in found.items() if len(own) > 1 and region in texts][:_ASKED]
    gives = {way: sum(_line(found[region], way) == texts[region] for region in several) for way in _WAYS}
    choices: dict[int, Choices] = {}
    for way in sorted(_WAYS, key=lambda way: -gives[way]):
        for region in found.keys() - choices.keys():
            if _line(found[region], way) == texts.get(region):
                choices[region] = tuple(choice for *_, choice in sorted(found[region], key=way))
    return choices


def _line(seen: list[_Seen], way: Callable[[_Seen], float]) -> str:
    """Read digits along a way."""
    return "".join(str(digit) for _, digit, _ in sorted(seen, key=way))
