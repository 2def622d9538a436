"""Comparison with the nearest: the tables of pairs where these are kept of some partners of each document, not of all.

A pair is kept if one of its documents is among the nearest of the other, or if collation found them kin. Which are
nearest, and what likeness is usual, is found by looking at all pairs (:mod:`tablekin.explain.nearest`); only what is
kept is explained.
"""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tablekin.config import RunConfig
from tablekin.corpus import (
    CorpusStore,
    find_keys,
    pair_keys,
    pairs_of_keys,
    survey_pairs,
)
from tablekin.execution import Count, Progress, default_workers, in_threads, resolve_device
from tablekin.explain.factor_file import FactorFile, write_factors
from tablekin.explain.factor_index import FACTOR_TABLES
from tablekin.explain.kept_pairs import list_documents, list_kept
from tablekin.explain.kept_scores import KeptScores, errors_of
from tablekin.explain.nearest import SIZES as RANKING_SIZES
from tablekin.explain.nearest import compared_by, rank_blocks
from tablekin.explain.nearest_matches import SIZES as MATCH_SIZES
from tablekin.explain.nearest_matches import Match, explain_pairs
from tablekin.explain.nearest_plan import NearestPlan
from tablekin.explain.ranking import Ranking
from tablekin.schemas import FEATURES
from tablekin.threshold import threshold

Keys = NDArray[np.int64]
Index = NDArray[np.int64]
Singles = NDArray[np.float32]


@dataclass(frozen=True)
class KeptSizes:
    """How much is done at a time; the tables have the same rows whatever these are."""

    scores: int = threshold(20_000, "pairs", "whose scores are a row group")
    documents: int = threshold(4096, "documents", "whose nearest are a row group")
    few: int = threshold(1000, "documents", "whose factors are looked for in the parts that may have them")


SIZES = KeptSizes()


def compare_nearest(
    corpus: CorpusStore,
    config: RunConfig,
    plan: NearestPlan,
    match: Callable[[], Match],
    count: Count,
    device: str,
) -> int:
    """Keep scores and matches of the pairs with the nearest, and of kin; of those that are kept already nothing anew.

    Parameters
    ----------
    corpus
        Its documents are all there.
    config
        Settings of the run.
    plan
        What is to be kept.
    match
        Gives the function that explains.
    count
        Takes what each stage did.
    device
        Where partners are ranked, as a user names it.

    Returns
    -------
    int
        Number of pairs explained.
    """
    threads = default_workers("cpu")
    names, phi = _read_features(corpus)
    clock = time.perf_counter()
    ranking = _rank(corpus, config, plan, names, phi, threads, device)
    count("rank", len(names), ranking.nearest.size, time.perf_counter() - clock)
    wanted = list_kept(ranking.nearest, plan.kin)
    found = survey_pairs(
        corpus.match_table.provenances(), plan.documents, plan.comparison.fingerprint, wanted
    )
    for name in found.obsolete:
        corpus.match_table.drop_part(name)
    for name, kept in found.partial.items():
        corpus.match_table.keep(name, kept)
    scores = KeptScores(names, phi, ranking, config.explain.similarity, len(names))
    errors = _known_errors(corpus, plan, names, wanted)
    clock = time.perf_counter()
    explained = list_documents(found.missing, len(names))
    summed = list_documents(wanted[np.isnan(errors)], len(names))
    with closing(_load(corpus, config, names, explained, summed, threads)) as factors:
        count("load", len(names), len(factors.documents), time.perf_counter() - clock)
        clock = time.perf_counter()
        rows = explain_pairs(corpus, config, plan, found, scores, factors, match(), threads)
        count("match", len(found.missing), rows, time.perf_counter() - clock)
        clock = time.perf_counter()
        _fill_in(errors, wanted, scores, factors)
    with Progress("writing scores"):
        said = json.dumps({**plan.says, "matches": corpus.match_table.digest()})
        with closing(
            in_threads(lambda at: _score(scores, wanted, errors, at), _cuts(wanted), threads)
        ) as tables:
            rows = corpus.pair_table.replace(tables, plan.comparison, said)
    count("score", len(names), rows, time.perf_counter() - clock)
    return len(found.missing)


def _read_features(corpus: CorpusStore) -> tuple[pa.Array, NDArray[np.float64]]:
    """Read the names of the documents, sorted, and their features ``(documents, features)``."""
    tables = [batch["features"] for batch in corpus.batches({"features": ["doc_id", "phi"]})]
    if not tables:
        return pa.array([], pa.string()), np.zeros((0, len(FEATURES)))
    table = pa.concat_tables(tables).combine_chunks()
    names = table["doc_id"].combine_chunks()
    order = np.array(sorted(range(len(names)), key=names.to_pylist().__getitem__), np.int64)
    phi = table["phi"].combine_chunks().flatten().to_numpy().reshape(-1, len(FEATURES))
    return names.take(pa.array(order)), phi[order].astype(np.float64)


def _rank(
    corpus: CorpusStore,
    config: RunConfig,
    plan: NearestPlan,
    names: pa.Array,
    phi: NDArray[np.float64],
    threads: int,
    device: str,
) -> Ranking:
    """Find the nearest of all documents, and write them to table ``nearest``; read them where they are there."""
    kept = json.dumps({"partners": plan.count})
    if corpus.nearest_table.made_from() == plan.comparison and corpus.nearest_table.kept() == kept:
        return _read_ranking(corpus, names)
    said = f"{plan.comparison.fingerprint} {plan.comparison.compared} {plan.count} {RANKING_SIZES.block}"
    digest = hashlib.sha256(said.encode()).hexdigest()[:16]
    size = max(1, min(RANKING_SIZES.block, -(-len(names) // (4 * threads))))
    blocks = [range(begin, min(begin + size, len(names))) for begin in range(0, len(names), size)]
    parts: dict[int, Ranking] = {}
    for number, block in enumerate(blocks):
        saved = corpus.ranking.load(digest, block.start)
        if (
            saved
            and saved.keys() == {"median", "deviation", "nearest"}
            and len(saved["median"]) == len(block)
        ):
            parts[number] = Ranking(**saved)
    left = [number for number in range(len(blocks)) if number not in parts]
    compared = compared_by(phi, config.explain.similarity)
    with Progress("ranking partners", len(names), "documents") as progress:
        progress.advance(sum(len(blocks[number]) for number in parts))
        to_rank = [blocks[number] for number in left]
        ranked = rank_blocks(
            compared, plan.count, to_rank, threads, resolve_device(device) if left else "cpu"
        )
        for number, found in zip(left, ranked, strict=True):
            corpus.ranking.save(digest, blocks[number].start, vars(found))
            parts[number] = found
            progress.advance(len(blocks[number]))
    ranking = Ranking.join([parts[number] for number in range(len(blocks))] or [Ranking.empty()])
    corpus.nearest_table.replace(_nearest_rows(ranking, names), plan.comparison, kept)
    corpus.ranking.clear()
    return ranking


def _nearest_rows(ranking: Ranking, names: pa.Array) -> Iterator[pa.Table]:
    width = ranking.nearest.shape[1]
    for begin in range(0, len(names), SIZES.documents):
        here = slice(begin, min(begin + SIZES.documents, len(names)))
        partners = names.take(pa.array(ranking.nearest[here].ravel()))
        offsets = pa.array(np.arange(here.stop - begin + 1, dtype=np.int32) * width)
        yield pa.table(
            {
                "doc_id": names[here],
                "median": ranking.median[here],
                "deviation": ranking.deviation[here],
                "partners": pa.ListArray.from_arrays(offsets, partners),
            }
        )


def _read_ranking(corpus: CorpusStore, names: pa.Array) -> Ranking:
    parts = []
    for group in corpus.nearest_table.row_groups():
        places = pc.index_in(pc.list_flatten(group["partners"]), names).to_numpy().astype(np.int32)
        median, deviation = (group[name].to_numpy() for name in ("median", "deviation"))
        parts.append(Ranking(median, deviation, places.reshape(len(group), -1)))
    return Ranking.join(parts or [Ranking.empty()])


def _known_errors(corpus: CorpusStore, plan: NearestPlan, names: pa.Array, wanted: Keys) -> Singles:
    """Read ``conservation_error`` of pairs that the table has; not a number where it has not."""
    errors = np.full(len(wanted), np.nan, np.float32)
    before = corpus.pair_table.made_from()
    if before is None or before.fingerprint != plan.comparison.fingerprint:
        return errors
    for rows in corpus.pair_table.row_groups(["doc_a", "doc_b", "conservation_error"]):
        a, b = (
            pc.fill_null(pc.index_in(rows[side], names), -1).to_numpy().astype(np.int64)
            for side in ("doc_a", "doc_b")
        )
        place, is_here = find_keys(pair_keys(a, b, len(names)), wanted)
        is_here &= (a >= 0) & (b >= 0)
        errors[place[is_here]] = rows["conservation_error"].to_numpy()[is_here]
    return errors


def _load(
    corpus: CorpusStore, config: RunConfig, names: pa.Array, explained: Index, summed: Index, threads: int
) -> FactorFile:
    """Load the factors of some documents, and the sums of others."""
    wanted, also = (
        names.take(pa.array(places)).to_pylist() for places in (explained, np.setdiff1d(summed, explained))
    )
    every = [*wanted, *also]
    few = every if len(every) <= SIZES.few else None
    batches = corpus.batches(FACTOR_TABLES, few, is_encoded=True) if every else ()
    with Progress("loading what the pages are compared by"):
        chosen = wanted if len(wanted) < len(names) else None
        return write_factors(batches, config.explain.similarity, corpus.root, threads, chosen, also)


def _fill_in(errors: Singles, wanted: Keys, scores: KeptScores, factors: FactorFile) -> None:
    """Compute what is not known of column ``conservation_error``."""
    unknown = np.flatnonzero(np.isnan(errors))
    if not len(unknown):
        return
    at = pc.index_in(scores.names, pa.array(factors.names, pa.string()))
    row = pc.fill_null(at, -1).to_numpy().astype(np.int64)
    for begin in range(0, len(unknown), MATCH_SIZES.part):
        here = unknown[begin : begin + MATCH_SIZES.part]
        a, b = pairs_of_keys(wanted[here], len(scores.names))
        errors[here] = errors_of(factors.sums, row[a], row[b], scores.dots(a, b))


def _cuts(wanted: Keys) -> Iterator[slice]:
    return (slice(begin, begin + SIZES.scores) for begin in range(0, len(wanted), SIZES.scores))


def _score(scores: KeptScores, wanted: Keys, errors: Singles, at: slice) -> pa.Table:
    return scores.table(*pairs_of_keys(wanted[at], len(scores.names)), errors[at])
