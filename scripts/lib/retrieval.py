"""Retrieval: how near the related pages stand to a page, by several measures of similarity."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
import torch
from numpy.typing import NDArray

from lib.related_pages import RelatedPages
from tablekin.collation.candidates import ngrams_of
from tablekin.collation.ngrams import tf_idf
from tablekin.corpus import CorpusStore
from tablekin.models.networks.bigram import DIGITS
from tablekin.models.networks.unigram import unigrams
from tablekin.models.networks.vgg import VggSimilarity, load_vgg16, preprocess

_SIDE = 512  # pixels to which VGG's pages are brought
_CERTAIN = 30.0  # nats
_FEATURES = DIGITS + DIGITS * DIGITS


def cosines(phi: NDArray[np.floating]) -> NDArray[np.float64]:
    """Cosine of every two rows of ``(documents, features)``; 0 for a row of zeros."""
    unit = phi / np.maximum(np.linalg.norm(phi, axis=1, keepdims=True), 1e-30)
    return np.asarray(unit @ unit.T, np.float64)


def by_features(corpus: CorpusStore, names: Sequence[str]) -> NDArray[np.float64]:
    """Compare documents by the features of the corpus."""
    features = corpus.read("features").set_index("doc_id")["phi"]
    return cosines(np.stack([np.asarray(features[name], np.float64) for name in names]))


def by_unigrams(corpus: CorpusStore, names: Sequence[str]) -> NDArray[np.float64]:
    """Compare documents by how often each digit stands on them."""
    digits = corpus.read("digits", columns=["doc_id", "digit", "score"])
    rows = dict(list(digits.groupby("doc_id")))
    none = digits.iloc[:0]
    found = (rows.get(name, none) for name in names)
    return cosines(np.stack([unigrams(part["digit"], part["score"]).phi for part in found]))


def by_sequences(corpus: CorpusStore, names: Sequence[str]) -> NDArray[np.float64]:
    """Compare documents by the runs of digits they share."""
    everything = sorted(corpus.read("documents", columns=["doc_id"])["doc_id"])
    vectors = tf_idf(ngrams_of(corpus, everything), len(everything))
    own = vectors[pd.Index(everything).get_indexer(list(names))]
    return np.asarray((own @ own.T).toarray(), np.float64)


def by_collation(
    corpus: CorpusStore, names: Sequence[str], fallback: NDArray[np.float64]
) -> NDArray[np.float64]:
    """Put documents that are kin by table ``alignments`` before all others.

    Kin are ordered by the share of their aligned cells that agree, three times, the probability that one was copied
    from the other rather than computed alike, and ``fallback``; the others by the last, which is at most 1.
    """
    place = {name: number for number, name in enumerate(names)}
    counts = ["same", "variant", "doubtful"]
    alignments = corpus.read("alignments", columns=["doc_a", "doc_b", "is_kin", "log_odds_copied", *counts])
    similarity = fallback.copy()
    for row in alignments[alignments["is_kin"]].itertuples():
        if row.doc_a in place and row.doc_b in place:
            a, b = place[row.doc_a], place[row.doc_b]
            agreeing = row.same / max(row.same + row.variant + row.doubtful, 1)
            copied = 1 / (1 + np.exp(-np.clip(row.log_odds_copied, -_CERTAIN, _CERTAIN)))
            similarity[a, b] = similarity[b, a] = fallback[a, b] + 3 * agreeing + copied + 2
    return similarity


def by_tesseract(command: str, scans: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
    """Compare upright pages by the bigrams and single digits that Tesseract reads on them."""
    with ThreadPoolExecutor(2) as pool:
        return cosines(np.stack(list(pool.map(lambda scan: _histogram(_read(command, scan)), scans))))


def _read(command: str, scan: NDArray[np.uint8]) -> str:
    encoded = cv2.imencode(".png", scan)[1].tobytes()
    arguments = [command, "stdin", "stdout", "--psm", "6", "-c", "tessedit_char_whitelist=0123456789"]
    done = subprocess.run(arguments, input=encoded, capture_output=True, check=True)
    return done.stdout.decode("utf-8", "replace")


def _histogram(text: str) -> NDArray[np.float64]:
    """Count single digits and bigrams of the words of a text, in the order of the features."""
    counts = np.zeros(_FEATURES)
    for word in text.split():
        digits = [int(character) for character in word if character in "0123456789"]
        if len(digits) == 1:
            counts[digits[0]] += 1
        for left, right in pairwise(digits):
            counts[DIGITS + DIGITS * left + right] += 1
    return counts


def by_vgg(checkpoint: Path, scans: Sequence[NDArray[np.uint8]]) -> NDArray[np.float64]:
    """Compare upright pages by VGG-16's last layer, projected to 100 features."""
    model = VggSimilarity(load_vgg16(checkpoint), _SIDE, _SIDE)
    with torch.inference_mode():
        return cosines(np.concatenate([model(preprocess(scan, _SIDE, _SIDE)).numpy() for scan in scans]))


def among_all(similarity: NDArray[np.float64], present: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Give documents that were not compared, because a corpus lacks them, their rows and columns: of NaN.

    Parameters
    ----------
    similarity
        ``(present, present)``.
    present
        ``(documents,)`` which of all were compared.
    """
    whole = np.full((len(present), len(present)), np.nan)
    whole[np.ix_(present, present)] = similarity
    return whole


def score(similarity: NDArray[np.float64], pages: RelatedPages) -> pd.DataFrame:
    """Score the list of documents nearest to each that has related pages; neutral ones are left out of it.

    A document without similarities (NaN) finds nothing, and is found by none.

    Returns
    -------
    DataFrame
        A row for each: ``doc``, ``table_type``, ``average_precision``, ``nearest`` (whether the first is related) and
        ``precision`` among as many as there are related pages.
    """
    rows = []
    for query, doc in enumerate(pages.docs):
        others = np.flatnonzero(~pages.neutral[query])
        wanted = int(pages.related[query, others].sum())
        if not wanted:
            continue
        hits = pages.related[query, _nearest(similarity, query, others)]
        precisions = np.cumsum(hits) / np.arange(1, len(hits) + 1)
        rows.append(
            {
                "doc": doc,
                "table_type": pages.table_type[query],
                "average_precision": float(precisions[hits].sum() / wanted),
                "nearest": bool(hits[:1].any()),
                "precision": float(hits[:wanted].sum() / wanted),
            }
        )
    return pd.DataFrame(rows)


def _nearest(similarity: NDArray[np.float64], query: int, others: NDArray[np.intp]) -> NDArray[np.intp]:
    """Order those of some documents that have a similarity to one, the nearest first."""
    known = others[np.isfinite(similarity[query, others])]
    return known[np.argsort(-similarity[query, known], kind="stable")]


def found_by_change(similarity: NDArray[np.float64], pages: RelatedPages) -> pd.DataFrame:
    """Tell, for every pair of related pages, how they differ and how often one is among the nearest of the other.

    Among as many as the other has related pages.
    """
    rows = []
    place = {doc: number for number, doc in enumerate(pages.docs)}
    for (one, other), change in pages.change.items():
        for query, wanted in ((place[one], place[other]), (place[other], place[one])):
            others = np.flatnonzero(~pages.neutral[query])
            nearest = _nearest(similarity, query, others)[: pages.related[query].sum()]
            rows.append({"change": change, "found": wanted in nearest})
    return pd.DataFrame(rows, columns=["change", "found"])
