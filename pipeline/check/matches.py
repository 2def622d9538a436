"""Match integrity: whether the rows of table ``matches`` fit the documents; every problem is named with its repair."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tablekin.check.documents import TOLERANCE, Mask, PairSet, Problem, differ, note, noted, spread
from tablekin.check.index import KINDS, DocumentIndex
from tablekin.config import ExplainConfig
from tablekin.corpus.match_coverage import Coverage, MatchProvenance, document_key, survey
from tablekin.corpus.pair_tables import read_explained
from tablekin.explain.pooling import LEVELS
from tablekin.schemas import FEATURES

_KINDS_OF_LEVEL = {"cell": ("cell", "header"), "row": ("row",), "column": ("column",)}


def check_matches(
    parts: Sequence[Path], knowledge: DocumentIndex, config: ExplainConfig | None, fingerprint: str | None
) -> Iterator[Problem]:
    """Check that matches are of pairs and of their regions, ranked, and no more than all of a pair's relevance.

    Parameters
    ----------
    parts
        Parts of the table; a pair is in one of them only.
    knowledge
        All documents.
    config
        Says how many matches are kept and of which pairs, if it is known.
    fingerprint
        Of the config they were made with, if it is known.
    """
    seen = PairSet(len(knowledge.names))
    most = config.matches_per_pair if config else None
    explained = {part.name: read_explained(part) for part in parts}
    for part in parts:
        found: dict[str, tuple[int, str]] = {}
        with pq.ParquetFile(part, read_dictionary=["doc_a", "doc_b", "level"]) as file:
            rows = file.read([name for name in file.schema_arrow.names if name != "features"])
            for group in range(file.num_row_groups):
                named = pc.list_flatten(file.read_row_group(group, ["features"])["features"])
                if not pc.all(pc.is_in(named, pa.array(FEATURES)), min_count=0).as_py():
                    found.setdefault("name an unknown feature", (1, f"row group {group}"))
        for what, wrong in _wrong_matches(rows, knowledge, seen, most):
            note(found, what, wrong, rows)
        made_from = explained[part.name]
        if made_from and knowledge.complete:
            outside = ~_inside(made_from.coverage, knowledge, rows)
            note(found, "are of a pair that the part is not made for", outside, rows)
        yield from noted(f"matches/{part.name}", found, f"delete matches/{part.name} and run again")
    if not parts:
        yield Problem("matches", "has no part", "run again")
    elif knowledge.complete:
        yield from _check_coverage(explained, knowledge, seen, config, fingerprint)


def _inside(coverage: Coverage, knowledge: DocumentIndex, rows: pa.Table) -> Mask:
    """Tell which matches are of pairs that a part is made for."""
    places = []
    for key, documents in (("doc_a", coverage.rows), ("doc_b", coverage.columns)):
        at = np.full(len(knowledge.names) + 1, -1)  # the last one is that of an unknown document
        known = knowledge.places(pa.chunked_array([pa.array([name for name, _ in documents], pa.string())]))
        at[known] = np.arange(len(documents))
        at[-1] = -1
        places.append(at[knowledge.places(rows[key])])
    row, column = places
    inside = (row >= 0) & (column >= 0)
    inside[inside] = coverage.pairs[row[inside], column[inside]]
    return inside


def _check_coverage(
    explained: dict[str, MatchProvenance | None],
    knowledge: DocumentIndex,
    seen: PairSet,
    config: ExplainConfig | None,
    fingerprint: str | None,
) -> Iterator[Problem]:
    """Check that every pair of documents is in one part, and has matches if it must have some."""
    if fingerprint is None:
        fingerprint = next((known.fingerprint for known in explained.values() if known), "")
    ok = sorted(document_key(name, digest) for name, digest, status in knowledge.inputs if status == "ok")
    found = survey(explained.items(), ok, fingerprint)
    again = "run again, which makes them anew"
    for name in found.obsolete:
        what = "has pairs that another part has too, or does not say that it is of this config and these documents"
        yield Problem(f"matches/{name}", what, again)
    for name, gone in found.partial.items():
        names = ", ".join(sorted(doc_id for doc_id, _ in gone))
        yield Problem(
            f"matches/{name}", f"has matches of documents that are gone or have changed: {names}", again
        )
    if count := int(found.missing.sum()):
        a, b = np.unravel_index(np.argmax(found.missing), found.missing.shape)
        what = f"{count} pairs have not been explained (first: {ok[a][0]} and {ok[b][0]})"
        yield Problem("matches", what, "run again, which goes on with them")
    from_cosine = config.matches_from_cosine if config else 0
    lost = [pair for pair in _unmatched(knowledge, seen, from_cosine) if not found.missing[pair]]
    if lost:
        a, b = (knowledge.names[place].as_py() for place in lost[0])
        what = f"{len(lost)} pairs that must have matches have none (first: {a} and {b})"
        yield Problem("matches", what, "delete the folder matches and run again")


def _wrong_matches(
    rows: pa.Table, knowledge: DocumentIndex, seen: PairSet, most: int | None
) -> Iterator[tuple[str, Mask]]:
    """Yield what may be wrong with a match, and which rows it is wrong with."""
    a, b = knowledge.places(rows["doc_a"]), knowledge.places(rows["doc_b"])
    known = (a >= 0) & (b >= 0)
    if knowledge.complete:
        yield "are of a document that is not in the table documents or not ok", ~known
    yield "do not have doc_a before doc_b", known & (a >= b)
    level = pc.fill_null(pc.index_in(rows["level"].cast(pa.string()), pa.array(LEVELS)), -1).to_numpy()
    yield "have an unknown level", level < 0
    good = known & (a < b) & (level >= 0)
    numbers = ("rank", "region_a", "region_b", "relevance", "share")
    frame = pd.DataFrame({name: rows[name].to_numpy()[good] for name in numbers})
    a, b, frame["level"] = a[good], b[good], level[good]
    frame["pair"] = seen.place(a, b)
    for key, document in (("region_a", a), ("region_b", b)):
        kind = knowledge.kinds(document, frame[key].to_numpy(np.int64))
        fits = np.zeros(len(frame), bool)
        for number, name in enumerate(LEVELS):
            allowed = [KINDS.index(each) for each in _KINDS_OF_LEVEL[name]]
            fits |= (frame["level"].to_numpy() == number) & np.isin(kind, allowed)
        yield f"have a {key} that is no region of that level of the document", spread(good, ~fits)
    regions = ["pair", "level", "region_a", "region_b"]
    yield "match the same regions as another", spread(good, frame.duplicated(regions).to_numpy())
    yield "are of a pair that another part has too", spread(good, seen.flags[frame["pair"]])
    seen.flags[frame["pair"]] = True
    frame = frame.sort_values(["pair", "level", "rank"], kind="stable")
    group = frame.groupby(["pair", "level"])
    odd = frame["rank"] != group.cumcount() + 1
    if most is not None:
        odd |= frame["rank"] > most
    yield "are not ranked 1, 2, 3 ... within their pair and level", spread(good, _restore(odd))
    rising = (group["relevance"].diff() > 0) | ~(frame["relevance"] > 0)
    yield "have more relevance than the one before, or none", spread(good, _restore(rising))
    at = frame.index
    _, first, place = np.unique(frame["pair"], return_index=True, return_inverse=True)
    left, right = (
        a[at[first]],
        b[at[first]],
    )  # of each pair once: its features take more memory than its matches
    dot = np.einsum("pf,pf->p", knowledge.phi[left], knowledge.phi[right])[place]
    wrong = pd.Series(differ(frame["share"] * dot, frame["relevance"], frame["relevance"]), at)
    yield "have a share that is not their part of dot", spread(good, _restore(wrong))
    # negative relevance elsewhere lets the positive add up to more than dot, at most to this
    limit = np.einsum("pf,pf->p", knowledge.magnitude[left], knowledge.magnitude[right])[place]
    above = group["relevance"].transform("sum") > limit * (1 + TOLERANCE)
    yield "are of a pair whose matches have more than its relevance", spread(good, _restore(above))


def _unmatched(knowledge: DocumentIndex, seen: PairSet, from_cosine: float) -> Iterator[tuple[int, int]]:
    """Find pairs without matches whose cells have relevance in common: the sum of the map is positive.

    Pairs whose cosine is below ``from_cosine`` need none.
    """
    matched = seen.flags
    count = len(knowledge.names)
    norms = np.linalg.norm(knowledge.phi, axis=1)
    for a in range(count - 1):
        b = np.arange(a + 1, count)
        given, dot = knowledge.cells[b] @ knowledge.cells[a], knowledge.phi[b] @ knowledge.phi[a]
        place = seen.place(np.full(len(b), a), b)
        near = dot >= (from_cosine + TOLERANCE) * norms[a] * norms[b] if from_cosine else dot > 0
        for other in b[(given > TOLERANCE * dot) & near & ~matched[place]]:
            yield a, int(other)


def _restore(values: pd.Series) -> Mask:
    """Put the values of a sorted frame in the order of the rows."""
    return values.sort_index().to_numpy(bool)
