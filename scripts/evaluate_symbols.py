"""Measure how cells with signs, fractions, letters and ditto marks are read as printed.

``python scripts/evaluate_symbols.py FOLDER`` reads pictures of tables named in ``symbols_truth.json`` of the folder
(and in ``symbols_ruled_truth.json``, whose pictures end in ``-ruled``): for each a list of rows of cells as printed.
The rows and columns found are laid beside the true ones, as many as fit, and a cell is right if it stands in its row
and column exactly as printed, blanks at its ends left aside, which nobody sees; it is right apart from blanks and kinds
of stroke if it only differs in those. A folder without such a file is one of pictures with a CSV file of their cells
beside each (``argentine-1902``): signs that this has nowhere were not transcribed and do not count. Prints a line a
picture, and writes them as JSON with ``--json``.
"""

from __future__ import annotations

import argparse
import csv
import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from lib.read_only import read_tables
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from tablekin.config import RunConfig
from tablekin.ingest.image import load_image

_ALIKE = str.maketrans(
    {"–": "−", "—": "−", "-": "−", "'": "′", '"': "″", "”": "″", "“": "″", "’": "′", " ": None}
)


def grid_of(regions: pd.DataFrame) -> NDArray[np.object_]:
    """Lay the cells of the largest table out: ``(rows, columns)`` of readings as printed."""
    cells = regions[regions["kind"] == "cell"]
    if cells.empty:
        return np.full((0, 0), "", object)
    largest = cells[cells["table_id"] == cells["table_id"].value_counts().idxmax()]
    grid = np.full((int(largest["row"].max()) + 1, int(largest["col"].max()) + 1), "", object)
    grid[largest["row"].to_numpy(int), largest["col"].to_numpy(int)] = largest["printed"].to_numpy()
    return grid


def align(true: NDArray[np.object_], found: NDArray[np.object_]) -> NDArray[np.object_]:
    """Bring found columns, then rows, to the places of the true ones that they agree with most; keeps their order."""
    if not found.size:
        return np.full(true.shape, "", object)
    for axis in (1, 0):
        equal = np.zeros((true.shape[axis], found.shape[axis]))
        for i, one in enumerate(np.moveaxis(true, axis, 0)):
            for j, other in enumerate(np.moveaxis(found, axis, 0)):
                if axis == 1:
                    count = max(sum(t == f for t, f in zip(one, other[s:], strict=False)) for s in range(3))
                else:
                    count = sum(t == f for t, f in zip(one, other, strict=True))
                equal[i, j] = count - 0.01 * abs(i - j)
        a, b = linear_sum_assignment(-equal)
        placed = np.full((true.shape[axis], *np.moveaxis(found, axis, 0).shape[1:]), "", object)
        placed[a] = np.moveaxis(found, axis, 0)[b]
        found = np.moveaxis(placed, 0, axis)
    return found


def score_picture(
    true: NDArray[np.object_], regions: pd.DataFrame
) -> tuple[dict[str, float], list[tuple[str, str]]]:
    """Score one picture; also gives the cells that are wrong, as printed and as read."""
    found = grid_of(regions)
    placed = align(true, found)
    exact = placed == true
    alike = np.vectorize(lambda text: str(text).translate(_ALIKE), otypes=[object])
    loose = alike(placed) == alike(true)
    wrong = [(str(t), str(f)) for t, f in zip(true[~exact], placed[~exact], strict=True)]
    return {
        "cells": int(true.size),
        "columns": int(found.shape[1]),
        "true columns": int(true.shape[1]),
        "exact": float(exact.mean()),
        "apart from blanks": float(loose.mean()),
    }, wrong


def read_truths(folder: Path) -> Iterator[tuple[str, NDArray[np.object_], str]]:
    """Read what is printed on the pictures of a folder.

    Yields
    ------
    tuple
        Name of the picture, its cells ``(rows, columns)``, and the signs that were transcribed; empty where all were.
    """
    for file, suffix in (("symbols_truth.json", ""), ("symbols_ruled_truth.json", "-ruled")):
        if (folder / file).is_file():
            for name, rows in json.loads((folder / file).read_text("utf-8")).items():
                yield name + suffix, np.array([[cell.strip() for cell in row] for row in rows], object), ""
    if not (folder / "symbols_truth.json").is_file():
        for path in sorted(folder.glob("*.csv")):
            with path.open(encoding="utf-8", newline="") as lines:
                rows = list(csv.reader(lines))
            cells = [row + [""] * (max(map(len, rows)) - len(row)) for row in rows]
            yield (
                path.stem,
                np.array(cells, object),
                "".join(sorted({*"0123456789", *"".join(map("".join, rows))})),
            )


def keep_signs(regions: pd.DataFrame, signs: str) -> pd.DataFrame:
    """Leave out of the readings whatever is none of the signs that were transcribed; all stay where that is empty."""
    if not signs:
        return regions
    return regions.assign(
        printed=regions["printed"].map(lambda text: "".join(one for one in text if one in signs))
    )


def main() -> None:
    """Read all pictures, print a line each."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--only", default="", help="names that begin with this")
    parser.add_argument("--wrong", type=int, default=0, help="print so many wrong cells of each picture")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    rows = {}
    for name, cells, signs in read_truths(options.folder):
        if not name.startswith(options.only):
            continue
        image = load_image(options.folder / f"{name}.jpg")
        regions = read_tables(image, RunConfig())["regions"]
        rows[name], wrong = score_picture(cells, keep_signs(regions, signs))
        line = rows[name]
        print(
            f"{name:24} exact {line['exact']:.4f}  apart from blanks {line['apart from blanks']:.4f}  "
            f"columns {line['columns']} of {line['true columns']}",
            flush=True,
        )
        for printed, read in wrong[: options.wrong]:
            print(f"    {printed!r} read {read!r}")
    frame = pd.DataFrame(rows).T
    total = float((frame["exact"] * frame["cells"]).sum() / frame["cells"].sum())
    loose = float((frame["apart from blanks"] * frame["cells"]).sum() / frame["cells"].sum())
    print(
        f"{len(frame)} pictures, {int(frame['cells'].sum())} cells: exact {total:.4f}, apart from blanks {loose:.4f}"
    )
    if options.json:
        options.json.write_text(
            json.dumps({**rows, "exact": total, "apart from blanks": loose}, indent=1) + "\n"
        )


if __name__ == "__main__":
    main()
