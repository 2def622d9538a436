"""Vary every threshold of collation by a quarter, up and down, and print which of them matter.

``python scripts/sensitivity_of_collation.py ARCHIVE --corpus CORPUS`` takes a sample archive and the corpus that
``tablekin run`` made of it, and collates the pages of every two editions of a work anew with each threshold moved, and
some pages of different works. Prints how many more cell pairs are aligned rightly and wrongly, how many more variants
are found rightly and wrongly, and how many more pairs of editions, and of different works, are called kin. For the
thresholds of digit n-grams it prints how many more pairs of editions they bring together.

A threshold *matters* where cells change by more than two in a thousand, variants by more than one in a hundred, or
more than one pair in a hundred is called kin, or brought together, that was not. Writes JSON with ``--json``.
"""

from __future__ import annotations

import argparse
import itertools
import json
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from evaluate_collation import CollatedPage, documents, score_pair
from lib.variation import moved, varied

from tablekin.collation import collate, keep_significant, ngrams
from tablekin.collation.candidates import pairs_by_ngrams
from tablekin.collation.thresholds import THRESHOLDS
from tablekin.corpus import CorpusStore
from tablekin.sample.truth import corresponding_cells, read_truth

_QUARTER = 0.25
_MIN_COMMON = 10  # cells that two editions print in common
Pairs = list[tuple[str, str]]
Counts = dict[str, int]


def find_pairs(archive: Path, cells: dict[str, pd.DataFrame]) -> tuple[Pairs, Pairs]:
    """List the pages of every two editions of a work, and the pairs of pages of different works."""
    truth = read_truth(archive, "documents").set_index("doc")
    same, other = [], []
    for a, b in itertools.combinations(sorted(cells), 2):
        if truth.at[a, "work"] != truth.at[b, "work"]:
            other.append((a, b))
        elif truth.at[a, "edition"] != truth.at[b, "edition"]:
            same.append((a, b))
    return same, other


def draw(pairs: Pairs, count: int) -> Pairs:
    """Draw so many pairs."""
    order = np.random.default_rng(0).permutation(len(pairs))
    return [pairs[place] for place in sorted(order[:count])]


def measure(
    pages: dict[str, CollatedPage], truth: dict[tuple[str, str], pd.DataFrame], unrelated: Pairs
) -> Counts:
    """Collate all pairs and count what is right."""
    rows = [score_pair(common, pages[a], pages[b]) for (a, b), common in truth.items()]
    total = {
        name: sum(int(row[name]) for row in rows) for name in ("found", "right", "claimed", "claimed_right")
    }
    kin = [bool(keep_significant(collate(pages[a].witness, pages[b].witness))) for a, b in unrelated]
    return {
        "cells right": total["right"],
        "cells wrong": total["found"] - total["right"],
        "variants right": total["claimed_right"],
        "variants wrong": total["claimed"] - total["claimed_right"],
        "editions kin": sum(row["kin"] for row in rows),
        "different works kin": sum(kin),
    }


def brought_together(corpus: CorpusStore, related: Pairs, neighbours: int) -> Counts:
    """Count the pairs of editions of which one is among the nearest of the other by digit n-grams."""
    source = corpus.read("documents", columns=["doc_id", "source"])
    doc_of = {name: Path(path).stem for name, path in zip(source["doc_id"], source["source"], strict=True)}
    found = {frozenset((doc_of[a], doc_of[b])) for a, b in pairs_by_ngrams(corpus, neighbours)}
    return {"brought together": sum(frozenset(pair) in found for pair in related)}


def matters(usual: Counts, found: Counts) -> bool:
    """Tell whether a change is more than noise."""
    shares = {"cells": 2e-3, "variants": 1e-2, "editions": 1e-2, "different": 1e-2, "brought": 1e-2}
    for name, before in usual.items():
        first = name.split()[0]
        whole = sum(count for other, count in usual.items() if other.split()[0] == first)
        if abs(found[name] - before) > shares[first] * max(whole, 1):
            return True
    return False


def vary(criteria: Any, name: str, usual: Counts, again: Callable[[], Counts]) -> dict[str, Any]:
    """Move one threshold down and up, and say what changes."""
    value = getattr(criteria, name)
    tried = []
    for other in moved(value, _QUARTER):
        with varied(criteria, name, other):
            found = again()
        changes = {kind: found[kind] - usual[kind] for kind in usual}
        tried.append({"value": round(other, 6), "matters": matters(usual, found), **changes})
    return {
        "threshold": f"{type(criteria).__name__}.{name}",
        "value": value,
        "matters": any(one["matters"] for one in tried),
        "tried": tried,
    }


def line_of(finding: dict[str, Any]) -> str:
    """Say in one line what moving a threshold changes."""
    parts = []
    for one in finding["tried"]:
        changes = [f"{one[kind]:+d} {kind}" for kind in one if kind not in ("value", "matters") and one[kind]]
        parts.append(f"at {one['value']:g}: {', '.join(changes) or 'nothing'}")
    mark = "MATTERS  " if finding["matters"] else "         "
    return f"{mark}{finding['threshold']} = {finding['value']:g}; {'; '.join(parts)}"


def main() -> None:
    """Vary the thresholds."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("--corpus", type=Path, required=True, help="how the archive was read")
    parser.add_argument("--related", type=int, default=60, help="pairs of editions of one work")
    parser.add_argument("--unrelated", type=int, default=60, help="pairs of different works")
    parser.add_argument("--neighbours", type=int, default=5, help="documents that are near by n-grams")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    pages, cells = {}, {}
    for doc, page, rows in documents(options.archive, options.corpus):
        pages[doc], cells[doc] = page, rows
    related, unrelated = find_pairs(options.archive, cells)
    unrelated = draw(unrelated, options.unrelated)
    common = {(a, b): corresponding_cells(pd.concat([cells[a], cells[b]]), a, b) for a, b in related}
    related = [pair for pair in related if len(common[pair]) >= _MIN_COMMON]
    truth = {pair: common[pair] for pair in draw(related, options.related)}
    corpus = CorpusStore.open(options.corpus)

    def again() -> Counts:
        return measure(pages, truth, unrelated)

    def nearest() -> Counts:
        return brought_together(corpus, related, options.neighbours)

    usual = {again: again(), nearest: nearest()}
    print(
        f"{len(truth)} pairs of editions, {len(unrelated)} of different works: {usual[again] | usual[nearest]}"
    )
    findings = []
    for criteria in THRESHOLDS:
        how = nearest if criteria is ngrams.SETTINGS else again
        for each in fields(criteria):
            findings.append(vary(criteria, each.name, usual[how], how))
            print(line_of(findings[-1]), flush=True)
    print(f"{sum(one['matters'] for one in findings)} of {len(findings)} thresholds matter")
    if options.json:
        options.json.write_text(
            json.dumps({"usual": usual[again] | usual[nearest], "thresholds": findings}, indent=1)
        )


if __name__ == "__main__":
    main()
