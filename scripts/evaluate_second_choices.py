"""Measure whether second choices of the digit network are worth what recomputation takes them for.

``python scripts/evaluate_second_choices.py ARCHIVE --corpus CORPUS`` takes the cells of a sample archive of which a
corpus has as many digits as are printed, and prints for its digits, by the score of their second choice, how many there
are, in what share the second choice is what is printed, and what ``recompute.verdict`` takes that share to be.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from evaluate_recompute import match_regions

from tablekin.corpus import CorpusStore
from tablekin.recompute.table_text import read_tables
from tablekin.recompute.verdict import misreading_probability

BINS = [0, 1e-5, 1e-4, 3e-4, 1e-3, 3e-3, 1e-2, 3e-2, 0.1, 1]


def second_choices(cells: pd.DataFrame, regions: pd.DataFrame, digits: pd.DataFrame) -> Iterator[list[float]]:
    """Yield, for every digit of a page with a second choice, its score, whether it is printed, and the share taken.

    Parameters
    ----------
    cells
        What is printed.
    regions, digits
        What was read.
    """
    keys = list(cells[["table", "row", "col"]].astype(int).itertuples(index=False, name=None))
    printed = dict(zip(keys, (re.sub(r"\D", "", text) for text in cells["text"]), strict=True))
    place_of, _ = match_regions(cells, regions)
    for table in read_tables(regions, digits):
        for region, choices in table.choices.items():
            places = place_of.get(region, [])
            if len(places) != 1 or len(printed[places[0]]) != len(choices):
                continue
            for choice, true in zip(choices, printed[places[0]], strict=True):
                read, *others = choice
                for other in others:
                    odds = misreading_probability(str(read), str(other), (choice,))
                    yield [choice[other], float(other == int(true)), odds / (1 + odds)]


def summarize(found: pd.DataFrame) -> pd.DataFrame:
    """Add up digits by the score of their second choice."""
    groups = found.groupby(pd.cut(found["score"], BINS), observed=True)
    table = groups.agg(digits=("score", "size"), printed=("printed", "mean"), taken=("taken", "mean"))
    return table.reset_index().assign(score=lambda rows: rows["score"].astype(str))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, metavar="ARCHIVE")
    parser.add_argument("--corpus", type=Path, required=True, metavar="CORPUS")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    cells = pd.read_parquet(options.archive / "truth" / "cells.parquet")
    pages = dict(list(cells[cells["kind"] == "cell"].groupby("doc")))
    corpus = CorpusStore.open(options.corpus)
    regions, digits = (dict(list(corpus.read(table).groupby("doc_id"))) for table in ("regions", "digits"))
    rows = [
        row
        for page in sorted(pages.keys() & regions.keys() & digits.keys())
        for row in second_choices(pages[page], regions[page], digits[page])
    ]
    table = summarize(pd.DataFrame(np.array(rows).reshape(-1, 3), columns=["score", "printed", "taken"]))
    print(table.to_string(index=False, float_format="{:.5f}".format))
    if options.json:
        options.json.write_text(json.dumps(table.to_dict("records"), indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
