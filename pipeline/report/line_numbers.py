"""Line numbers: the numbers of rows and columns beside the tables of a page, as its readers count them, from 1."""

from __future__ import annotations

from typing import Any, Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.palette import MUTED
from tablekin.report.drawing import SMALL, Drawing, in_pixels
from tablekin.report.placed_page import BOX, PlacedPage

_NEXT = 1.15  # sizes of a number that its neighbour must be away to be written
_OFF = 8  # pixels between a table and its numbers
_BACK = {"boxstyle": "square,pad=0.12", "fc": "white", "ec": "none", "alpha": 0.82}
_FREE = 0.9  # of the numbers of a table must cover nothing, or none is written
_STEPS = (1, 2, 5, 10, 20, 50, 100)


def number_lines(
    drawing: Drawing, placed: PlacedPage, cells: pd.DataFrame, side: Literal["left", "right"] = "left"
) -> None:
    """Write the numbers of rows beside the tables of a page, and those of columns over the page.

    Where lines lie too close for every number, only every second, fifth, tenth ... is written; numbers that would
    cover cells of another table are left out. A table that lies below another has its columns numbered over itself.

    Parameters
    ----------
    drawing, placed
        Where the page is shown.
    cells
        Of the page: ``table_id``, ``row``, ``col`` and boxes in the original image.
    side
        Of the table on which the numbers of its rows stand.
    """
    boxes = pd.DataFrame(placed.place(cells[BOX].to_numpy()), cells.index, BOX)
    covered = lower_tables(boxes, cells["table_id"])
    for table, own in cells.groupby("table_id"):
        _number_rows(drawing, boxes.loc[own.index], own["row"], boxes.drop(own.index), side)
        columns = column_spans(boxes.loc[own.index], own["col"])
        middle = columns.mean(axis=1).to_numpy()
        top = float(boxes.loc[own.index, "y0"].min()) if table in covered else placed.top
        widest = drawing.text_width(str(int(columns.index.max()) + 1), SMALL)
        for number in _spaced(columns.index.to_numpy(), middle, 1.3 * widest):
            _write(drawing, (middle[number], top - 4), columns.index[number], ("center", "bottom"))


def column_spans(boxes: pd.DataFrame, column: pd.Series) -> pd.DataFrame:
    """Find from where to where the columns of a table go, ``x0`` and ``x1`` by their numbers."""
    return boxes[["x0", "x1"]].groupby(column).median()


def lower_tables(boxes: pd.DataFrame, table: pd.Series) -> set[int]:
    """Tell which tables lie below another, so that what stands over the page is not theirs."""
    extent = boxes.groupby(table).agg({"x0": "min", "y0": "min", "x1": "max", "y1": "max"})
    return {
        int(one.Index)  # type: ignore[arg-type]
        for one in extent.itertuples()
        if ((extent["y1"] <= one.y0 + 1) & (extent["x0"] < one.x1) & (extent["x1"] > one.x0)).any()
    }


def _number_rows(
    drawing: Drawing, boxes: pd.DataFrame, row: pd.Series, others: pd.DataFrame, side: str
) -> None:
    ends = boxes.groupby(row)["x0" if side == "left" else "x1"]
    outer = boxes.loc[ends.idxmin() if side == "left" else ends.idxmax()]  # the outermost cell of a row
    numbers = np.array(sorted(row.unique()))
    x = (outer["x0"] - _OFF if side == "left" else outer["x1"] + _OFF).to_numpy()
    y = ((outer["y0"] + outer["y1"]) / 2).to_numpy()
    wide, high = drawing.text_width(str(int(numbers.max()) + 1), SMALL), in_pixels(SMALL)
    left = x - wide if side == "left" else x
    shown = _spaced(numbers, y, high)
    free = [
        k for k in shown if not _meets(others, (left[k], y[k] - high / 2, left[k] + wide, y[k] + high / 2))
    ]
    if len(free) < _FREE * len(shown):
        return  # another table stands there, whose rows have numbers of their own
    align = ("right" if side == "left" else "left", "center_baseline")
    for number in free:
        _write(drawing, (x[number], y[number]), numbers[number], align)


def _meets(boxes: pd.DataFrame, box: tuple[float, float, float, float]) -> bool:
    x0, y0, x1, y1 = box
    return bool(((boxes["x0"] < x1) & (boxes["x1"] > x0) & (boxes["y0"] < y1) & (boxes["y1"] > y0)).any())


def _spaced(numbers: NDArray[np.integer], places: NDArray[np.floating], size: float) -> list[int]:
    """Choose which of the lines, in their order, have their number written."""
    if len(numbers) < 2:
        return [*range(len(numbers))]
    apart = float(np.median(np.abs(np.diff(places)))) or 1.0
    step = next((step for step in _STEPS if step * apart >= _NEXT * size), _STEPS[-1])
    return [k for k, number in enumerate(numbers) if (int(number) + 1) % step == 0]


def _write(drawing: Drawing, place: tuple[float, float], number: int, align: tuple[str, str]) -> None:
    style: dict[str, Any] = {"ha": align[0], "va": align[1], "color": MUTED, "bbox": _BACK, "zorder": 4}
    drawing.write(*place, str(int(number) + 1), fontsize=SMALL, **style)
