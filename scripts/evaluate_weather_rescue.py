"""Measure how well all hours of the Fort William sheets are read, beside what others published of the same sheets.

``python scripts/evaluate_weather_rescue.py FOLDER --results DIR`` takes a folder of months, each an image and a CSV of
its true cells (the OCR-weatherrescue benchmark of P. Brohan, 81 months from 1898 to 1904, Open Government Licence:
https://github.com/philip-brohan/OCR-weatherrescue). All hours of all days count, the first hour in the gutter, too; the
means do not, since they were computed. A cell is *right* if the cell at its row and column has exactly its digits,
*missed* if that has none, *short* if it has some of them in their order and no other, else *wrong*; rows and columns
are counted from one corner for the whole page.

With ``--tesseract`` that engine reads the same images as one block of text, the digits of its words are put into the
cells that tablekin found, so that all it has to do is to read, and what else is in the words does not count. What a
page gave is kept in DIR, a JSON a page, and not measured again. ``--pages N`` measures N more pages at most, taken
evenly from those that are left. Prints the table, and writes it with ``--json``.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import subprocess
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from evaluate_reading import count_agreeing, read_grid, read_month
from lib.read_only import read_tables

from tablekin.config import RunConfig
from tablekin.corpus import replacing
from tablekin.execution import Failure, run_in_order
from tablekin.ingest import load_image
from tablekin.words.printout import parse_printout

KINDS = ("right", "short", "wrong", "missed")
_OPTIONS = (
    "--psm",
    "6",
    "tsv",
)  # told to read nothing but digits and points, it loses most cells to the raised point
# the page "months" of OCR-weatherrescue in each of P. Brohan's two repositories; a cell that is short is among their
# inaccurate ones
PUBLISHED = (
    {
        "reader": "AWS Textract (April 2020)",
        "source": "https://github.com/philip-brohan/AWS-Textract, commit 821855e",
        "right": 54650,
        "wrong": 3361,
        "missed": 1125,
    },
    {
        "reader": "Google Vision",
        "source": "https://github.com/philip-brohan/Google-Vision, commit 193a36c",
        "right": 53086,
        "wrong": 3241,
        "missed": 2803,
    },
)


def judge(found: str, true: str) -> str:
    """Say what has become of a cell."""
    if found == true:
        return "right"
    if not found:
        return "missed"
    rest = iter(true)
    return "short" if all(digit in rest for digit in found) else "wrong"


def judge_page(
    grid: dict[tuple[int, int], str], true: pd.DataFrame, corner: tuple[int, int]
) -> dict[str, Any]:
    """Judge all cells of a page; those that are not right are listed by day and hour."""
    top, left = corner
    counts, faults = dict.fromkeys(KINDS, 0), []
    for day, hour in np.ndindex(*true.shape):
        found, printed = grid.get((day + top, hour + left), ""), str(true.iat[day, hour])
        kind = judge(found, printed)
        counts[kind] += 1
        if kind != "right":
            faults.append([day + 1, hour + 1, printed, found])
    return {**counts, "faults": faults}


def read_with_tesseract(command: str, image: Path, regions: pd.DataFrame) -> dict[tuple[int, int], str]:
    """Let Tesseract read an image, and put the digits of its words into the cells of ``regions`` by row and column.

    Raises
    ------
    RuntimeError
        It prints no table of text.
    """
    done = subprocess.run(
        [command, str(image), "stdout", *_OPTIONS], capture_output=True, text=True, check=True
    )
    words = parse_printout(done.stdout)
    if words is None:
        raise RuntimeError(f"{command} printed no table of text for {image}")
    cells = regions.query("kind == 'cell'")
    grid: dict[tuple[int, int], str] = {(int(cell.row), int(cell.col)): "" for cell in cells.itertuples()}
    for word in words.sort_values("x0").itertuples():
        x, y = (word.x0 + word.x1) / 2, (word.y0 + word.y1) / 2
        here = cells[(cells.x0 <= x) & (x < cells.x1) & (cells.y0 <= y) & (y < cells.y1)]
        for cell in here.head(1).itertuples():
            grid[int(cell.row), int(cell.col)] += re.sub(r"\D", "", str(word.text))
    return grid


def measure(image: Path, tesseract: str | None) -> dict[str, Any]:
    """Read a page with tablekin, and with Tesseract where that is named."""
    true = read_month(image.with_suffix(".csv"))
    regions = read_tables(load_image(image), RunConfig())["regions"]
    grid = read_grid(regions)
    _, corner = count_agreeing(grid, true)
    row = {"page": image.stem, "cells": true.size, "tablekin": judge_page(grid, true, corner)}
    if tesseract is not None:
        other = read_with_tesseract(tesseract, image, regions)
        row["tesseract"] = judge_page(other, true, count_agreeing(other, true)[1])
    return row


def sum_up(pages: list[dict[str, Any]], engine: str) -> pd.DataFrame:
    """Make the table: a line for each reader of these pages, and for what was published of all 81."""
    rows = []
    for reader, name in (("tablekin", "tablekin"), ("tesseract", engine)):
        having = [page for page in pages if reader in page]
        if having:
            counts = {kind: sum(page[reader][kind] for page in having) for kind in KINDS}
            rows.append({"reader": name, "pages": len(having), **counts})
    rows += [{"pages": 81, **{key: row[key] for key in row if key != "source"}} for row in PUBLISHED]
    table = pd.DataFrame(rows)
    table["short"] = table["short"].astype("Int64")
    cells = table[list(KINDS)].fillna(0).sum(axis=1)
    table.insert(2, "cells", cells.astype(int))
    for kind in ("right", "wrong"):
        table[f"{kind}, share"] = table[kind] / cells
    return table


def spread_out(images: list[Path], count: int | None) -> list[Path]:
    """Take so many of them, evenly."""
    if count is None or count >= len(images):
        return images
    return [images[round(place)] for place in np.linspace(0, len(images) - 1, count)]


def main() -> None:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--results", type=Path, required=True, metavar="DIR", help="folder of what pages gave"
    )
    parser.add_argument("--pages", type=int, metavar="N", help="measure so many more pages at most")
    parser.add_argument("--tesseract", action="store_true", help="let Tesseract read them, too")
    parser.add_argument("--workers", type=int, default=1, help="processes")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    command = shutil.which("tesseract")
    if options.tesseract and command is None:
        parser.error("tesseract is not on the PATH: apt-get install tesseract-ocr")
    engine = "tesseract" if options.tesseract else "tablekin"
    options.results.mkdir(parents=True, exist_ok=True)
    kept = {path.stem: json.loads(path.read_text()) for path in sorted(options.results.glob("*.json"))}
    images = [csv.with_suffix(".jpg") for csv in sorted(options.folder.glob("*.csv"))]
    images = [image for image in images if image.exists()]  # the benchmark has a CSV of all months, too
    left = [image for image in images if engine not in kept.get(image.stem, {})]
    work = partial(measure, tesseract=command if options.tesseract else None)
    for result in run_in_order(work, spread_out(left, options.pages), options.workers):
        if isinstance(result, Failure):
            raise RuntimeError(f"{result.reason}\n{result.detail}")
        kept[result["page"]] = result
        with replacing(options.results / f"{result['page']}.json") as file:
            file.write(json.dumps(result).encode())
        print({"page": result["page"], **{kind: result["tablekin"][kind] for kind in KINDS}}, flush=True)
    pages = [kept[image.stem] for image in images if image.stem in kept]
    table = sum_up(pages, "Tesseract in tablekin's cells")
    print(table.to_string(index=False, float_format=lambda value: f"{value:.4f}"))
    if options.json:
        result = {
            "readers": json.loads(table.to_json(orient="records")),
            "published": PUBLISHED,
            "pages": pages,
        }
        options.json.write_text(json.dumps(result, indent=1) + "\n")


if __name__ == "__main__":
    main()
