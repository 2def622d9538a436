"""Measure whether the similarity that knows what is common finds related pages better than the cosine of the features.

``python scripts/evaluate_similarity.py ARCHIVE`` reads the scans of a sample archive (digits and features alone;
``--cache DIR`` keeps them, so that the command can be stopped and started again), and scores retrieval in it by the
cosine of the features and by :class:`tablekin.models.specific_similarity.SpecificSimilarity` with the weights that
ship, or with others. With ``--corpus``, a corpus of the archive, it also tells how many of the rows that match in
related pages print the same line, by either similarity.
"""

from __future__ import annotations

import argparse
import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import torch
from lib.page_features import read_archive
from lib.related_pages import RelatedPages, find_related_pages
from lib.retrieval import cosines, score

from tablekin.corpus import CorpusStore
from tablekin.explain import joint_relevance, joint_specific, pool_factor, specific_factor
from tablekin.models.specific_similarity import WEIGHTS, load_specific_similarity
from tablekin.page import Level
from tablekin.sample import read_truth
from tablekin.schemas import FEATURES

MEASURES = ["average_precision", "nearest", "precision"]
KEPT = 4  # row matches of a pair, as many as `tablekin run` keeps


class Rows:
    """Rows of the pages of a corpus: what they add to either similarity, and the lines of the work they print."""

    def __init__(self, archive: Path, corpus: CorpusStore) -> None:
        documents = corpus.read("documents", columns=["doc_id", "source"])
        self._name = {
            Path(source).stem: doc
            for doc, source in zip(documents["doc_id"], documents["source"], strict=True)
        }
        cells = read_truth(archive, "cells")
        self._cells = dict(list(cells[cells["kind"] == "cell"].groupby("doc")))
        self._corpus = corpus
        self._known: dict[str, tuple[pd.DataFrame, pd.DataFrame, dict[int, set[str]]]] = {}

    def of(self, doc: str) -> tuple[pd.DataFrame, pd.DataFrame, dict[int, set[str]]]:
        """Give the rows' factors by the paper's similarity and by the specific one, and their lines."""
        if doc not in self._known:
            name = self._name[doc]
            regions, factor = (self._corpus.read(table, [name]) for table in ("regions", "factors"))
            plain = pool_factor(factor, regions, Level.ROW)
            specific = pool_factor(specific_factor(factor), regions, Level.ROW)
            self._known[doc] = plain, specific, self._lines(regions, self._cells[doc])
        return self._known[doc]

    @staticmethod
    def _lines(regions: pd.DataFrame, cells: pd.DataFrame) -> dict[int, set[str]]:
        x, y = ((cells[f"{axis}0"] + cells[f"{axis}1"]) / 2 for axis in "xy")
        return {
            int(row.region_id): {
                *cells.loc[(row.x0 <= x) & (x < row.x1) & (row.y0 <= y) & (y < row.y1), "row_key"].dropna()
            }
            for row in regions[regions["kind"] == Level.ROW].itertuples()
        }

    def truth(self, pages: RelatedPages) -> dict[str, Any]:
        """Share of the strongest row match of related pages, and of all kept, that print the same line."""
        found: dict[str, list[list[bool]]] = {"paper": [], "specific": []}
        for (one, other), change in pages.change.items():
            if change == "transposed":
                continue
            (plain_a, scaled_a, lines_a), (plain_b, scaled_b, lines_b) = self.of(one), self.of(other)
            maps = {
                "paper": joint_relevance(plain_a, plain_b),
                "specific": joint_specific(scaled_a, scaled_b),
            }
            for name, whole in maps.items():
                if whole.empty:
                    continue
                best = whole.stack().sort_values(ascending=False, kind="stable").head(KEPT)
                true = [bool(lines_a[a] & lines_b[b]) for (a, b), value in best.items() if value > 0]
                if true:
                    found[name].append(true)
        return {
            name: {
                "strongest": round(float(np.mean([one[0] for one in rows])), 4),
                "kept": round(float(np.mean([each for one in rows for each in one])), 4),
                "pairs": len(rows),
            }
            for name, rows in found.items()
        }


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path, help="the one to find related pages in")
    parser.add_argument("--cache", type=Path, help="folder for the features of scans that have been read")
    parser.add_argument("--corpus", type=Path, help="a corpus of the archive, for what its rows match")
    parser.add_argument("--weights", type=Path, default=WEIGHTS)
    parser.add_argument("--minutes", type=float, default=float("inf"), help="stop reading pages after these")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    torch.set_num_threads(1)
    model = load_specific_similarity(options.weights)
    if options.corpus:
        pages, phi = _of_corpus(options.archive, CorpusStore.open(options.corpus))
    else:
        until = time.monotonic() + 60 * options.minutes
        pages, phi, _ = read_archive(options.archive, options.cache, until)
    compared = {"cosine of the features": phi, "cosine of their square roots": np.sqrt(np.maximum(phi, 0))}
    compared["specific"] = model.features(phi)
    rows = {name: score(cosines(one), pages)[MEASURES].mean() for name, one in compared.items()}
    table = pd.DataFrame(rows).T
    related = int(pages.related.any(1).sum())
    print(f"{len(FEATURES)} features; {len(pages.docs)} pages, {related} with related ones")
    print(table.round(4).to_string())
    found: dict[str, Any] = {
        "pages": related,
        "retrieval": json.loads(table.round(4).to_json(orient="index")),
    }
    if options.corpus:
        found["rows"] = Rows(options.archive, CorpusStore.open(options.corpus)).truth(pages)
        print(f"\nrow matches that print the same line\n{pd.DataFrame(found['rows']).T.to_string()}")
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", "utf-8")


def _of_corpus(archive: Path, corpus: CorpusStore) -> tuple[RelatedPages, np.ndarray]:
    """Take the features from a corpus."""
    pages = find_related_pages(archive)
    features = corpus.read("features").set_index("doc_id")["phi"]
    documents = corpus.read("documents", columns=["doc_id", "source"])
    name = {
        Path(source).stem: doc for doc, source in zip(documents["doc_id"], documents["source"], strict=True)
    }
    return pages, np.stack([np.asarray(features[name[doc]], np.float64) for doc in pages.docs])


if __name__ == "__main__":
    main()
