"""Candidates: the pairs of documents that are worth collating."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from tablekin.collation.ngrams import Occurrences, digit_ngrams, nearest_by_ngrams, tf_idf
from tablekin.corpus import CorpusStore, Document, DocumentPair, document_key, uncorrected_handwriting
from tablekin.page import RegionKind

_CELLS = ["doc_id", "kind", "table_id", "row", "col", "text"]


def find_candidates(corpus: CorpusStore, neighbours: int) -> set[DocumentPair]:
    """Find pairs of documents with tables, one among the nearest of the other.

    What is written by hand is left out, since what was read of it is a guess, unless someone has corrected it.

    Parameters
    ----------
    corpus
        Its table of pairs is up to date.
    neighbours
        So many documents are near by the cosine of their features, and as many by the runs of digits they share.
    """
    pages = corpus.read("pages", columns=["doc_id", "is_table"])
    tables = set(pages.loc[pages["is_table"], "doc_id"]) - uncorrected_handwriting(corpus)
    documents = corpus.read("documents", columns=["doc_id", "sha256"])
    corrected = corpus.corrected_readings.digests()
    keys: dict[str, Document] = {
        name: document_key(name, digest, corrected.get(name, ""))
        for name, digest in zip(documents["doc_id"], documents["sha256"], strict=True)
        if name in tables
    }
    near = corpus.read_nearest_pairs(neighbours)
    pairs = [*zip(near["doc_a"], near["doc_b"], strict=True), *pairs_by_ngrams(corpus, neighbours)]
    return {(keys[a], keys[b]) for a, b in pairs if a in keys and b in keys}


def pairs_by_ngrams(corpus: CorpusStore, neighbours: int) -> Iterator[tuple[str, str]]:
    """Pair every document with those that share most runs of digits with it.

    Yields
    ------
    tuple of str
        ``doc_a`` and ``doc_b``, maybe twice.
    """
    names = sorted(corpus.read("documents", columns=["doc_id"])["doc_id"])
    vectors = tf_idf(ngrams_of(corpus, names), len(names))
    for one, other, _ in nearest_by_ngrams(vectors, neighbours):
        yield names[min(one, other)], names[max(one, other)]


def ngrams_of(corpus: CorpusStore, names: Sequence[str]) -> Occurrences:
    """Find the runs of digits of documents, numbered by their places in ``names``."""
    found = [(np.zeros(0, np.int32), np.zeros(0, np.int32))]
    for batch in corpus.batches({"regions": _CELLS}):
        regions = batch["regions"].to_pandas()
        found.append(digit_ngrams(regions[regions["kind"] == RegionKind.CELL], names))
    doc, ngram = (np.concatenate(part) for part in zip(*found, strict=True))
    return doc, ngram
