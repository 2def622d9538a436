"""Compare: bring the tables of pairs up to date with the documents of a corpus."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

import pandas as pd

from pipeline.config import RunConfig
from pipeline.corpus import Comparison, Corpus, inputs_digest
from pipeline.execution import Progress
from pipeline.schemas import empty

_ROWS_IN_PART = 200_000

Score = Callable[[pd.DataFrame, pd.DataFrame], pd.DataFrame]  # (features, factors) -> pairs
Match = Callable[[pd.DataFrame, pd.DataFrame, pd.DataFrame, int], Iterator[pd.DataFrame]]
# (pairs, factors, regions, matches of a pair) -> matches, in parts
Count = Callable[[str, int, int, float], None]  # (stage, rows in, rows out, seconds)


def compare(
    corpus: Corpus,
    config: RunConfig,
    fingerprint: str,
    stages: Callable[[], tuple[Score, Match]],
    count: Count,
) -> int | None:
    """Score all pairs of documents anew and explain those that are new.

    Scores are cheap, and where a document stands among the partners of another changes with every document
    added; matches do not change, so only those of new pairs are computed.

    Parameters
    ----------
    corpus
        Its documents are all there.
    config
        Settings of the run.
    fingerprint
        Digest of what the documents' tables depend on.
    stages
        Gives the functions that score and explain, when there is something to do.
    count
        Takes what each stage did.

    Returns
    -------
    int or None
        Number of pairs explained; None if the tables were up to date.
    """
    documents = corpus.read("documents", columns=["doc_id", "sha256", "status"])
    documents = documents[documents["status"] == "ok"]
    target = config.pair_fingerprint(fingerprint)
    digest = inputs_digest(zip(documents["doc_id"], documents["sha256"], strict=True))
    old = corpus.comparison()
    if old is not None and (old.fingerprint, old.compared) == (target, digest):
        return None
    if old is not None and old.fingerprint != target:
        corpus.drop_comparison()
        old = None
    passes = old.passes + 1 if old else 1
    known = corpus.read("pairs", columns=["doc_a", "doc_b"])
    partners = set(known["doc_a"]) | set(known["doc_b"])
    score, match = stages()
    factors = corpus.read("factors")
    begin = time.perf_counter()
    pairs = score(corpus.read("features"), factors)
    count("score", len(documents), len(pairs), time.perf_counter() - begin)
    new = pairs[~(pairs["doc_a"].isin(partners) & pairs["doc_b"].isin(partners))]
    begin = time.perf_counter()
    matches = match(new, factors, corpus.read("regions"), config.explain.matches_per_pair)
    written = _store(corpus, new, matches, passes)
    count("match", len(new), written, time.perf_counter() - begin)
    corpus.replace_pairs(pairs, Comparison(target, digest, passes))
    return len(new)


def _store(corpus: Corpus, pairs: pd.DataFrame, matches: Iterator[pd.DataFrame], number_of_pass: int) -> int:
    """Write matches in parts of a bounded size; at least one, so that the table can be read."""
    progress = Progress("comparing", len(pairs), "pairs") if len(pairs) else None
    sizes = pairs["doc_a"].value_counts()
    waiting: list[pd.DataFrame] = []
    written, number = 0, 0

    def store() -> None:
        nonlocal number, written
        rows = pd.concat(waiting, ignore_index=True) if waiting else empty("matches")
        corpus.add_matches(rows, number_of_pass, number)
        number += 1
        written += len(rows)
        waiting.clear()

    done: set[Any] = set()
    for part in matches:
        if len(part):
            waiting.append(part)
            fresh = set(part["doc_a"]) - done
            done |= fresh
            if progress:
                progress.advance(int(sum(sizes[doc] for doc in fresh)))
        if sum(map(len, waiting)) >= _ROWS_IN_PART:
            store()
    if waiting or not number:
        store()
    if progress:
        progress.close()
    return written
