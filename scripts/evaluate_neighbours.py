"""Measure how often a document's nearest neighbour is another edition of the same work.

``python scripts/evaluate_neighbours.py CORPUS`` reads a corpus whose metadata has the columns ``work``, ``edition``
and, if there are pages without tables, ``kind`` (``tablekin sample`` writes them). Compares the bigram features of
the corpus with unigram features (sum of the digit maps, 10 features) of the same figures; prints the largest
conservation error over all pairs.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from models.unigram import unigrams


def cosines(phi: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cosine of every two rows of ``(documents, features)``; 0 for a row of zeros, -1 on the diagonal."""
    norm = np.linalg.norm(phi, axis=1, keepdims=True)
    unit = phi / np.maximum(norm, 1e-30)
    similarity = unit @ unit.T
    np.fill_diagonal(similarity, -1)
    return similarity


def retrieval(
    similarity: NDArray[np.float64], work: NDArray[np.object_], edition: NDArray[np.object_]
) -> dict[str, float]:
    """Score retrieval of the other editions of each document's work.

    Returns
    -------
    dict
        ``queries``: documents that have another edition; ``nearest``: share of them whose nearest document is of
        the same work and another edition; ``mean_average_precision`` over them. Documents of the same work and
        edition (continued tables) neither help nor harm: they are left out of each list.
    """
    nearest, precisions = [], []
    for query in range(len(work)):
        others = np.flatnonzero(~((work == work[query]) & (edition == edition[query])))
        relevant = work[others] == work[query]
        if not isinstance(work[query], str) or not work[query] or not relevant.any():
            continue
        order = np.argsort(-similarity[query, others], kind="stable")
        hits = relevant[order]
        nearest.append(bool(hits[0]))
        precisions.append(float((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean()))
    return {
        "queries": len(nearest),
        "nearest": float(np.mean(nearest)) if nearest else float("nan"),
        "mean_average_precision": float(np.mean(precisions)) if precisions else float("nan"),
    }


def evaluate(corpus: Path) -> dict[str, object]:
    """Compute the figures of a corpus."""
    documents = pd.read_parquet(corpus / "documents").query("status == 'ok'").set_index("doc_id")
    features = pd.read_parquet(corpus / "features").set_index("doc_id")
    digits = pd.read_parquet(corpus / "digits", columns=["doc_id", "digit", "score"])
    pairs = pd.read_parquet(corpus / "pairs", columns=["conservation_error"])
    names = sorted(features.index)
    work = documents.loc[names, "work"]
    if "kind" in documents:  # pages that are no tables belong to a book, but print nothing of its table
        work = work.where(documents.loc[names, "kind"] == "table", "")
    work = work.to_numpy(object)
    edition = documents.loc[names, "edition"].to_numpy(object)
    bigram = np.stack([np.asarray(row, np.float64) for row in features.loc[names, "phi"]])
    by_document = dict(list(digits.groupby("doc_id")))
    none = digits.iloc[:0]
    unigram = np.stack(
        [
            unigrams(part["digit"], part["score"]).phi
            for part in (by_document.get(name, none) for name in names)
        ]
    )
    return {
        "documents": len(names),
        "pairs": len(pairs),
        "bigram": retrieval(cosines(bigram), work, edition),
        "unigram": retrieval(cosines(unigram), work, edition),
        "largest_conservation_error": float(pairs["conservation_error"].max()),
    }


def main() -> None:
    """Run the evaluation."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("corpus", type=Path)
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    result = evaluate(options.corpus)
    print(json.dumps(result, indent=1))
    if options.json:
        options.json.write_text(json.dumps(result, indent=1))


if __name__ == "__main__":
    main()
