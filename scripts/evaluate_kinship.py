"""Measure on a sample archive whether copies find one another, why, and whether their tree is the true one.

``python scripts/evaluate_kinship.py ARCHIVE --corpus CORPUS`` reads the truth of ``tablekin sample`` and the corpus
that ``tablekin run`` made of its scans. Prints, and writes as JSON with ``--json``:

- retrieval: mean average precision, the share of pages whose nearest is related, and the precision among as many as
  there are related pages, for the features of the corpus, for unigrams, for shared runs of digits and for these after
  collation; with ``--tesseract`` for the bigrams that Tesseract reads (Debian's package tesseract-ocr), with ``--vgg``
  for VGG-16 with torchvision's checkpoint. By type of table, and by what sets two layouts apart;
- matches: the share of the strongest row matches whose rows print the same line of the work;
- clusters: how well the clusters of table ``groups`` are the works (adjusted Rand index, homogeneity, completeness);
- trees: the branches of the stemmata against those of the true trees, with true readings and as read.

Without ``--corpus`` only the trees, with true readings.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pandas as pd
from lib.related_pages import RelatedPages, find_related_pages
from lib.retrieval import (
    among_all,
    by_collation,
    by_features,
    by_sequences,
    by_tesseract,
    by_unigrams,
    by_vgg,
    found_by_change,
    score,
)
from lib.trees import by_probability, collate_printed, read_collations, score_trees
from numpy.typing import NDArray
from sklearn.metrics import adjusted_rand_score, homogeneity_completeness_v_measure

from tablekin.analyze.clusters import find_clusters
from tablekin.corpus import CorpusStore
from tablekin.sample import read_truth

_COUNTS = ("true", "claimed", "right", "thin", "thin_right", "steps", "steps_right", "steps_reversed")


def read_upright(archive: Path, docs: tuple[str, ...]) -> list[NDArray[np.uint8]]:
    """Read scans and turn them upright, as the truth says: in grey."""
    truth = read_truth(archive, "documents").set_index("doc")
    pages = []
    for doc in docs:
        grey = cv2.imread(str(archive / "scans" / truth.at[doc, "file"]), cv2.IMREAD_GRAYSCALE)
        pages.append(np.ascontiguousarray(np.rot90(grey, int(truth.at[doc, "orientation"]) // 90)))
    return pages


def evaluate_retrieval(similarities: dict[str, NDArray[np.float64]], pages: RelatedPages) -> dict[str, Any]:
    """Score retrieval by every similarity; prints tables."""
    scored = {name: score(similarity, pages) for name, similarity in similarities.items()}
    measures = ["average_precision", "nearest", "precision"]
    whole = pd.DataFrame({name: rows[measures].mean() for name, rows in scored.items()}).T
    first = next(iter(scored.values()))
    types = pd.DataFrame(
        {"pages": first.groupby("table_type").size()}
        | {name: rows.groupby("table_type")["average_precision"].mean() for name, rows in scored.items()}
    )
    found = {name: found_by_change(similarity, pages) for name, similarity in similarities.items()}
    changes = pd.DataFrame(
        {"pairs": next(iter(found.values())).groupby("change").size() // 2}
        | {name: rows.groupby("change")["found"].mean() for name, rows in found.items()}
    )
    print(
        f"\nretrieval, {len(first)} with related pages among {len(pages.docs)}\n{whole.round(4).to_string()}"
    )
    print(f"\nmean average precision by type of table\n{types.round(4).to_string()}")
    print(f"\nrelated pages found, by what sets the layouts apart\n{changes.round(4).to_string()}")
    tables = {"all": whole, "table_type": types, "change": changes}
    return {"pages": len(first)} | {
        name: json.loads(table.round(4).to_json(orient="index")) for name, table in tables.items()
    }


def evaluate_matches(
    corpus: CorpusStore, archive: Path, pages: RelatedPages, name_of: Mapping[str, str]
) -> dict[str, Any]:
    """Count the strongest row matches of related pages that join rows which print the same line of the work."""
    place = {name_of[doc]: doc for doc in pages.docs if doc in name_of}
    lines = _lines(corpus, archive, place)
    matches = corpus.read("matches", [*place])
    rows = []
    for match in matches[matches["level"] == "row"].itertuples():
        a, b = place[match.doc_a], place[match.doc_b]
        change = pages.change.get((min(a, b), max(a, b)))
        if change is not None and change != "transposed":
            common = lines.get((match.doc_a, match.region_a), set()) & lines.get(
                (match.doc_b, match.region_b), set()
            )
            rows.append({"change": change, "first": match.rank == 1, "right": bool(common)})
    table = pd.DataFrame(rows)
    by_change = pd.DataFrame(
        {
            "first": table[table["first"]].groupby("change")["right"].mean(),
            "all kept": table.groupby("change")["right"].mean(),
        }
    )
    by_change.loc["all"] = [table.loc[table["first"], "right"].mean(), table["right"].mean()]
    print(f"\nrow matches that are true, {table['first'].sum()} pairs\n{by_change.round(4).to_string()}")
    return json.loads(by_change.round(4).to_json(orient="index"))


def _lines(corpus: CorpusStore, archive: Path, place: Mapping[str, str]) -> dict[tuple[str, int], set[str]]:
    """Map rows of the corpus to the lines of their work whose cells have their centres in them."""
    cells = read_truth(archive, "cells")
    cells = dict(list(cells[cells["kind"] == "cell"].groupby("doc")))
    regions = corpus.read("regions", columns=["doc_id", "region_id", "kind", "x0", "y0", "x1", "y1"])
    rows = dict(list(regions[regions["kind"] == "row"].groupby("doc_id")))
    found = {}
    for name, doc in place.items():
        true = cells[doc]
        x, y = ((true[f"{axis}0"] + true[f"{axis}1"]).to_numpy() / 2 for axis in "xy")
        keys = true["row_key"].to_numpy(object)
        for row in rows[name].itertuples() if name in rows else ():
            inside = (row.x0 <= x) & (x < row.x1) & (row.y0 <= y) & (y < row.y1)
            found[name, int(row.region_id)] = {*keys[inside]}
    return found


def evaluate_clusters(
    corpus: CorpusStore, archive: Path, pages: RelatedPages, name_of: Mapping[str, str]
) -> dict[str, float]:
    """Compare the clusters of documents with their works; one without a cluster, or missing, is one by itself."""
    work = read_truth(archive, "documents").set_index("doc").loc[list(pages.docs), "work"]
    cluster_of = find_clusters(corpus.read("alignments"))
    cluster = [cluster_of.get(name_of.get(doc, ""), -1 - number) for number, doc in enumerate(pages.docs)]
    homogeneity, completeness, _ = homogeneity_completeness_v_measure(work, cluster)
    result = {
        "clusters": len({*cluster}),
        "works": int(work.nunique()),
        "adjusted Rand index": float(adjusted_rand_score(work, cluster)),
        "homogeneity": float(homogeneity),
        "completeness": float(completeness),
    }
    print("\nclusters\n" + pd.Series(result).round(4).to_string())
    return result


def evaluate_trees(archive: Path, collations: pd.DataFrame, title: str) -> dict[str, Any]:
    """Score the trees; prints a table."""
    trees = score_trees(archive, collations)
    if trees.empty:
        print(f"\nno work has editions enough for a tree, {title}")
        return {"works": 0}
    likely = by_probability(branch for own in trees.pop("branches") for branch in own)
    counts = trees[[*_COUNTS]].sum()
    distance = float(trees["distance"].mean())
    print(f"\ntrees of {len(trees)} works, {title}\n{trees.round(3).to_string(index=False)}")
    print(f"{counts.to_dict()}, mean distance {distance:.3f}")
    print(f"branches with at least a probability, where errors are known\n{likely.to_string()}")
    return {"works": len(trees), **{name: int(count) for name, count in counts.items()}, "distance": distance}


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("archive", type=Path)
    parser.add_argument("--corpus", type=Path, help="how the archive was read")
    parser.add_argument("--tesseract", metavar="COMMAND", help="command that starts Tesseract")
    parser.add_argument("--vgg", type=Path, metavar="CHECKPOINT", help="torchvision's checkpoint of VGG-16")
    parser.add_argument("--no-printed", action="store_true", help="leave the trees with true readings out")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result: dict[str, Any] = {"trees": {}}
    if options.corpus:
        corpus = CorpusStore.open(options.corpus)
        pages = find_related_pages(options.archive)
        rows = corpus.read("documents", columns=["doc_id", "source"])
        name_of = {
            Path(source).stem: name for name, source in zip(rows["doc_id"], rows["source"], strict=True)
        }
        present = np.array([doc in name_of for doc in pages.docs])
        names = [name_of[doc] for doc in pages.docs if doc in name_of]
        if len(names) < len(pages.docs):
            print(f"{len(pages.docs) - len(names)} pages are missing from the corpus: they count as missed")
        sequences = by_sequences(corpus, names)
        compared = {
            "bigrams": by_features(corpus, names),
            "unigrams": by_unigrams(corpus, names),
            "runs of digits": sequences,
            "after collation": by_collation(corpus, names, sequences),
        }
        similarities = {name: among_all(similarity, present) for name, similarity in compared.items()}
        if options.tesseract:
            scans = read_upright(options.archive, pages.docs)
            similarities["Tesseract, bigrams"] = by_tesseract(options.tesseract, scans)
        if options.vgg:
            similarities["VGG-16"] = by_vgg(options.vgg, read_upright(options.archive, pages.docs))
        result["retrieval"] = evaluate_retrieval(similarities, pages)
        result["missing from the corpus"] = int((~present).sum())
        result["matches"] = evaluate_matches(corpus, options.archive, pages, name_of)
        result["clusters"] = evaluate_clusters(corpus, options.archive, pages, name_of)
        result["trees"]["as read"] = evaluate_trees(options.archive, read_collations(corpus), "as read")
    if not options.no_printed:
        printed = collate_printed(options.archive)
        result["trees"]["true readings"] = evaluate_trees(options.archive, printed, "with true readings")
    if options.json:
        options.json.write_text(json.dumps(result, indent=1) + "\n", "utf-8")


if __name__ == "__main__":
    main()
