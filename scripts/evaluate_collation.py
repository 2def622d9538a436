"""Measure collation on a sample archive: cells aligned, variants found, and kinship told from chance.

``python scripts/evaluate_collation.py ARCHIVE`` lays the tables of every two editions of a work side by side as they
are printed; with ``--corpus CORPUS``, an analysed corpus of the same archive, as they are read there. An aligned cell
pair is right if the truth has it; a variant is right if it differs in print. Pairs of different works must not be kin.
Prints tables by type of table and by layout, and writes them as JSON with ``--json``.
"""

from __future__ import annotations

import argparse
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from tablekin.collation import (
    VARIANT_CRITERIA,
    Witness,
    WitnessReader,
    collate,
    expectations_of,
    keep_significant,
    make_witness,
    to_frame,
)
from tablekin.collation.values import is_same_value
from tablekin.corpus import CorpusStore
from tablekin.sample.truth import corresponding_cells, read_truth

Cell = tuple[int, int, int]  # table, row, column of the truth
_FRAME = 10  # cells besides arguments that a pair must have in common to be one that can be collated


@dataclass(frozen=True)
class CollatedPage:
    """A document's tables and what its regions print."""

    witness: Witness
    printed: dict[int, list[Cell]]  # by region
    filled: set[Cell]  # cells of the truth with a number


def _digits(text: str) -> str:
    return " ".join(re.findall(r"\d+", text))


def printed_page(cells: pd.DataFrame) -> CollatedPage:
    """Make a page that is read without a mistake."""
    cells = cells.reset_index(drop=True)
    regions = pd.DataFrame(
        {
            "kind": "cell",
            "region_id": cells.index,
            "table_id": cells["table"],
            "row": cells["row"],
            "col": cells["col"],
            "text": cells["text"].map(_digits),
            "printed": cells["text"],
            "confidence": 1.0,
        }
    )
    keys = _keys(cells)
    seen = pd.DataFrame({"digit": [], "score": [], "x0": [], "y0": [], "region_id": []})
    unexplained = pd.DataFrame({"region_id": [], "feature": [], "relevance": []})
    read = make_witness("", regions, seen, unexplained, expectations_of(regions, seen))
    return CollatedPage(read, {region: [key] for region, key in enumerate(keys)}, _filled(cells))


def read_page(cells: pd.DataFrame, read: Witness, regions: pd.DataFrame) -> CollatedPage:
    """Take a page as it was read; a region prints the cells whose centres it holds."""
    x, y = ((cells[f"{axis}0"] + cells[f"{axis}1"]).to_numpy() / 2 for axis in "xy")
    keys = _keys(cells)
    printed = {}
    for region in regions[regions["kind"] == "cell"].itertuples():
        inside = (region.x0 <= x) & (x < region.x1) & (region.y0 <= y) & (y < region.y1)
        printed[int(region.region_id)] = [keys[k] for k in np.flatnonzero(inside)]
    return CollatedPage(read, printed, _filled(cells))


def _keys(cells: pd.DataFrame) -> list[Cell]:
    return list(cells[["table", "row", "col"]].itertuples(index=False, name=None))


def _filled(cells: pd.DataFrame) -> set[Cell]:
    return set(_keys(cells[cells["text"].map(_digits) != ""]))


def true_pairs(truth: pd.DataFrame, a: CollatedPage, b: CollatedPage) -> dict[tuple[Cell, Cell], bool]:
    """Cell pairs that print the same place of a work, with numbers on both sides; whether they differ in print.

    Where one table splits over columns what the other has in one, the parts differ if together they do.
    """
    group: dict[tuple[str, Cell], dict[tuple[str, Cell], str]] = {}
    pairs = []
    for row in truth.itertuples():
        one, other = (row.table_a, row.row_a, row.col_a), (row.table_b, row.row_b, row.col_b)
        if one in a.filled and other in b.filled:
            pairs.append((one, other))
            left, right = ("a", one), ("b", other)
            joined = group.get(left, {left: row.text_a}) | group.get(right, {right: row.text_b})
            group |= dict.fromkeys(joined, joined)
    differ = {}
    for one, other in pairs:
        parts = sorted(group["a", one].items())
        sides = [[_digits(text) for (side, _), text in parts if side == which] for which in "ab"]
        own = _digits(group["a", one]["a", one]), _digits(group["b", other]["b", other])
        whole = [" ".join(side) for side in sides]
        differ[one, other] = (
            not is_same_value(*whole) and not is_same_value(*own) and not _is_part(own, sides)
        )
    return differ


def _is_part(own: tuple[str, str], sides: list[list[str]]) -> bool:
    """Tell whether the numbers of one cell are those that the other, with its neighbours', has at the same place."""
    for part, whole, parts in ((own[0], own[1], sides[0]), (own[1], own[0], sides[1])):
        numbers = whole.split()
        if len(parts) > 1 and len(numbers) == len(parts) and parts.count(part) == 1:
            return is_same_value(part, numbers[parts.index(part)])
    return False


def score_pair(truth: pd.DataFrame, a: CollatedPage, b: CollatedPage) -> dict[str, Any]:
    """Score the collation of two documents."""
    differ = true_pairs(truth, a, b)
    table = to_frame(keep_significant(collate(a.witness, b.witness)))
    found = table[(table["region_a"] >= 0) & (table["region_b"] >= 0)] if len(table) else table
    covered: set[tuple[Cell, Cell]] = set()
    variants: set[tuple[Cell, Cell]] = set()
    scores = dict.fromkeys(("found", "right", "claimed", "claimed_right", "doubtful"), 0)
    for row in found.itertuples():
        ones = [cell for cell in a.printed[row.region_a] if cell in a.filled]
        others = [cell for cell in b.printed[row.region_b] if cell in b.filled]
        if not ones or not others:
            continue
        here = {pair for pair in itertools.product(ones, others) if pair in differ}
        covered |= here
        scores["found"] += 1
        scores["right"] += bool(here)
        if row.relation == "variant":
            real = {pair for pair in here if differ[pair]}
            if row.confidence >= VARIANT_CRITERIA.min_confidence:
                scores["claimed"] += 1
                scores["claimed_right"] += bool(real)
                variants |= real
            else:
                scores["doubtful"] += 1
    split = max(len({one for one, _ in differ}), len({other for _, other in differ})) < len(differ)
    return scores | {
        "true": sum(len({pair[side] for pair in differ}) for side in (0, 1)),
        "covered": sum(len({pair[side] for pair in covered}) for side in (0, 1)),
        "variants": sum(differ.values()),
        "variants_found": len(variants),
        "split": split,
        "kin": bool(len(found)),
    }


def documents(archive: Path, corpus: Path | None) -> Iterator[tuple[str, CollatedPage, pd.DataFrame]]:
    """Yield the documents with tables: name, page, cells of the truth."""
    cells = read_truth(archive, "cells")
    cells = cells[cells["kind"] == "cell"]
    names = {}
    if corpus is not None:
        rows = pd.read_parquet(corpus / "documents", columns=["doc_id", "source"])
        names = {Path(source).stem: name for name, source in zip(rows["doc_id"], rows["source"], strict=True)}
        regions = dict(list(pd.read_parquet(corpus / "regions").groupby("doc_id")))
        reader = WitnessReader(CorpusStore.open(corpus), list(regions))
    for doc, rows in cells.groupby("doc"):
        if corpus is None:
            yield str(doc), printed_page(rows), rows
        elif doc in names and names[doc] in regions:
            yield str(doc), read_page(rows, reader.witness(names[doc]), regions[names[doc]]), rows


def summarize(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """Sum pairs up by a column."""
    total = rows.groupby(by)[[c for c in rows.columns if rows[c].dtype != object and c != by]].sum()
    precision, recall = total["right"] / total["found"], total["covered"] / total["true"]
    return pd.DataFrame(
        {
            "pairs": rows.groupby(by).size(),
            "cells": total["true"],
            "precision": precision,
            "recall": recall,
            "f1": 2 * precision * recall / (precision + recall),
            "variants": total["variants"],
            "variant_recall": total["variants_found"] / total["variants"],
            "variant_precision": total["claimed_right"] / total["claimed"],
            "doubtful": total["doubtful"],
        }
    )


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("--corpus", type=Path, help="how the archive was read; as printed by default")
    parser.add_argument("--unrelated", type=int, default=500, help="pairs of different works to try")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    truth = read_truth(options.archive, "documents").set_index("doc")
    table_type = read_truth(options.archive, "works").set_index("work")["family"]
    pages, cells = {}, {}
    for doc, page, rows in documents(options.archive, options.corpus):
        pages[doc], cells[doc] = page, rows
    scores, unrelated = [], []
    for a, b in itertools.combinations(sorted(pages), 2):
        if truth.at[a, "work"] != truth.at[b, "work"]:
            unrelated.append((a, b))
        elif truth.at[a, "edition"] != truth.at[b, "edition"]:
            pair = corresponding_cells(pd.concat([cells[a], cells[b]]), a, b)
            row = score_pair(pair, pages[a], pages[b])
            values = set(_keys(cells[a][cells[a]["text"] != cells[a]["row_key"]]))
            row["beyond_frame"] = sum(
                key in values for key in zip(pair["table_a"], pair["row_a"], pair["col_a"], strict=True)
            )
            row |= {"table_type": table_type[truth.at[a, "work"]], "a": a, "b": b}
            scores.append(row | {"layout": "split columns" if row["split"] else "same columns", "all": "all"})
    frame = pd.DataFrame(scores)
    frame_only = frame[frame["beyond_frame"] < _FRAME]
    frame = frame[frame["beyond_frame"] >= _FRAME]
    result = {}
    for by in ("all", "layout", "table_type"):
        table = summarize(frame, by)
        print(f"\n{table.round(4).to_string()}")
        result[by] = json.loads(table.round(4).to_json(orient="index"))
    rng = np.random.default_rng(0)
    tried = [unrelated[k] for k in rng.permutation(len(unrelated))[: options.unrelated]]
    called = [(a, b) for a, b in tried if keep_significant(collate(pages[a].witness, pages[b].witness))]
    others = [(a, b) for a, b in called if table_type[truth.at[a, "work"]] != table_type[truth.at[b, "work"]]]
    result["unrelated"] = {
        "pairs": len(tried),
        "called kin": len(called),
        "of other types of table": len(others),
    }
    result["other parts"] = {"pairs": len(frame_only), "called kin": int(frame_only["kin"].sum())}
    print(f"\npairs that have only arguments in common: {result['other parts']}")
    print(f"pairs of different works: {result['unrelated']}")
    worst = frame.assign(left=frame["true"] - frame["covered"]).sort_values("left").tail(8)
    print(f"\nmost cells left:\n{worst[['a', 'b', 'true', 'covered', 'found']].to_string(index=False)}")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
