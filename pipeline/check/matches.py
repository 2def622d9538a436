"""Matches: whether the rows of table ``matches`` fit the documents and what its parts say of themselves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from tablekin.check.index import KINDS, DocumentIndex, Index
from tablekin.check.kept import KeptPairs
from tablekin.check.pairs import PairSet
from tablekin.check.problem import (
    ROUNDING,
    Mask,
    Problem,
    WrongRows,
    delete_part,
    delete_tables,
    scatter_mask,
)
from tablekin.config import Similarity
from tablekin.corpus import (
    CorpusLayout,
    Coverage,
    MatchProvenance,
    PairList,
    document_key,
    pairs_of_keys,
    read_provenance,
    survey,
    survey_pairs,
)
from tablekin.models.specific_similarity import SpecificSimilarity
from tablekin.page import Level, RegionKind
from tablekin.schemas import FEATURES

_LEVELS = tuple(Level)
_KINDS_OF_LEVEL = {
    Level.CELL: (RegionKind.CELL, RegionKind.HEADER),
    Level.ROW: (RegionKind.ROW,),
    Level.COLUMN: (RegionKind.COLUMN,),
}


def check_matches(
    layout: CorpusLayout,
    parts: Sequence[Path],
    index: DocumentIndex,
    pairs: PairSet | KeptPairs,
    max_rank: int | None,
    similarity: Similarity,
) -> Iterator[Problem]:
    """Check that matches are of pairs and of their regions, ranked, and no more than all of a pair's relevance.

    Parameters
    ----------
    layout
        Of the corpus.
    parts
        Those of the table that can be read; a pair is in one of them only.
    index
        All documents.
    pairs
        Those that are met are added.
    max_rank
        How many matches of a pair and level are kept, if it is known.
    similarity
        By which they were chosen.
    """
    for part in parts:
        found = WrongRows()
        with pq.ParquetFile(part, read_dictionary=["doc_a", "doc_b", "level"]) as file:
            rows = file.read([name for name in file.schema_arrow.names if name != "features"])
            for group in range(file.num_row_groups):
                named = pc.list_flatten(file.read_row_group(group, ["features"])["features"])
                if not pc.all(pc.is_in(named, pa.array(FEATURES)), min_count=0).as_py():
                    found.add("name an unknown feature", 1, f"row group {group}")
        for what, wrong in _wrong_rows(rows, index, pairs, max_rank, similarity):
            found.note(what, wrong, rows)
        made_from = read_provenance(part, MatchProvenance.of_seal)
        if made_from and index.complete:
            outside = ~_inside(made_from.coverage, index, rows)
            found.note("are of a pair that the part is not made for", outside, rows)
        yield from found.problems(layout.place(part), delete_part(layout, part))


def _inside(coverage: Coverage | PairList, index: DocumentIndex, rows: pa.Table) -> Mask:
    """Tell which matches are of pairs that a part is made for."""
    places = []
    for key, documents in (("doc_a", coverage.rows), ("doc_b", coverage.columns)):
        at = np.full(len(index.names) + 1, -1)  # the last one is that of an unknown document
        known = index.places(pa.chunked_array([pa.array([name for name, _ in documents], pa.string())]))
        at[known] = np.arange(len(documents))
        at[-1] = -1
        places.append(at[index.places(rows[key])])
    row, column = places
    inside = (row >= 0) & (column >= 0)
    inside[inside] = coverage.has(row[inside], column[inside])
    return inside


def check_coverage(
    layout: CorpusLayout,
    parts: Sequence[Path],
    index: DocumentIndex,
    pairs: PairSet | KeptPairs | None,
    min_cosine: float,
    fingerprint: str | None,
    specific: SpecificSimilarity | None,
    kept: KeptPairs | None = None,
) -> Iterator[Problem]:
    """Check that every pair of documents that is to be there is in one part, and has matches if it must have some.

    Parameters
    ----------
    layout
        Of the corpus.
    parts
        Those of the table that can be read.
    index
        All documents.
    pairs
        Those of which matches were met, if all have been looked at.
    min_cosine
        Pairs below it need no matches.
    fingerprint
        Of the config they were made with, if it is known.
    specific
        That they were chosen by, if not by the paper's.
    kept
        Pairs that are to be there, if not all.
    """
    if not parts:
        yield Problem(layout.place(layout.table("matches")), "has no part", "run again")
    if not parts or not index.complete:
        return
    provenances = {part.name: read_provenance(part, MatchProvenance.of_seal) for part in parts}
    if fingerprint is None:
        fingerprint = next((known.fingerprint for known in provenances.values() if known), "")
    ok = sorted(document_key(name, digest) for name, digest, status in index.inputs if status == "ok")
    again, table = "run again, which makes them anew", layout.place(layout.table("matches"))
    missing: Callable[[tuple[int, int]], bool]
    first: list[list[int]]  # places of the documents of the first that is missing, if one is
    if kept is None:
        found = survey(provenances.items(), ok, fingerprint)
        obsolete, partial, count = found.obsolete, found.partial, int(found.missing.sum())
        first, missing = np.argwhere(found.missing)[:1].tolist(), found.missing.__getitem__
    else:
        some = survey_pairs(provenances.items(), ok, fingerprint, kept.keys)
        obsolete, count = some.obsolete, len(some.missing)
        a, b = pairs_of_keys(some.missing, len(ok))
        first = np.stack([a, b], 1)[:1].tolist()
        missing = {*zip(a.tolist(), b.tolist(), strict=True)}.__contains__
        documents, of = {*ok}, {name: provenances[name] for name in some.partial}
        partial = {name: part.coverage.documents() - documents for name, part in of.items() if part}
    for name in obsolete:
        what = "has pairs that another part has too, or does not say that it is of this config and these documents"
        yield Problem(layout.place(layout.part("matches", name)), what, again)
    for name, gone in partial.items():
        what = "has matches of pairs that are not kept"
        if gone:
            names = ", ".join(sorted(doc_id for doc_id, _ in gone))
            what = f"has matches of documents that are gone or have changed: {names}"
        yield Problem(layout.place(layout.part("matches", name)), what, again)
    for one, other in first:
        what = f"{count} pairs have not been explained (first: {ok[one][0]} and {ok[other][0]})"
        yield Problem(table, what, "run again, which goes on with them")
    if pairs is None:
        return
    lost = [pair for pair in _unmatched(index, pairs, min_cosine, specific) if not missing(pair)]
    if lost:
        a, b = (index.names[place].as_py() for place in lost[0])
        what = f"{len(lost)} pairs that must have matches have none (first: {a} and {b})"
        yield Problem(table, what, delete_tables(layout, "matches"))


def _wrong_rows(
    rows: pa.Table,
    index: DocumentIndex,
    pairs: PairSet | KeptPairs,
    max_rank: int | None,
    similarity: Similarity,
) -> Iterator[tuple[str, Mask]]:
    """Yield what may be wrong with a match, and which rows it is wrong with."""
    a, b = index.places(rows["doc_a"]), index.places(rows["doc_b"])
    known = (a >= 0) & (b >= 0)
    if index.complete:
        yield "are of a document that is not in the table documents or not ok", ~known
    yield "do not have doc_a before doc_b", known & (a >= b)
    level = pc.fill_null(pc.index_in(rows["level"].cast(pa.string()), pa.array(_LEVELS)), -1).to_numpy()
    yield "have an unknown level", level < 0
    good = known & (a < b) & (level >= 0)
    chosen_by = "specific" if similarity is Similarity.SPECIFIC else "relevance"
    numbers = {"rank", "region_a", "region_b", "relevance", "share", chosen_by}
    frame = pd.DataFrame({name: rows[name].to_numpy()[good] for name in numbers})
    a, b, frame["level"] = a[good], b[good], level[good]
    frame["pair"] = pairs.place(a, b)
    if isinstance(pairs, KeptPairs):
        others = pairs.is_other(frame["pair"].to_numpy())
        yield "are of documents that are neither near nor kin", scatter_mask(good, others)
        good[good] = ~others
        frame, a, b = frame[~others].reset_index(drop=True), a[~others], b[~others]
    for key, document in (("region_a", a), ("region_b", b)):
        kind = index.kinds(document, frame[key].to_numpy(np.int64))
        fits = np.zeros(len(frame), bool)
        for number, name in enumerate(_LEVELS):
            allowed = [KINDS.index(each) for each in _KINDS_OF_LEVEL[name]]
            fits |= (frame["level"].to_numpy() == number) & np.isin(kind, allowed)
        yield f"have a {key} that is no region of that level of the document", scatter_mask(good, ~fits)
    regions = ["pair", "level", "region_a", "region_b"]
    yield "match the same regions as another", scatter_mask(good, frame.duplicated(regions).to_numpy())
    yield "are of a pair that another part has too", scatter_mask(good, pairs.met[frame["pair"]])
    pairs.met[frame["pair"]] = True
    frame = frame.sort_values(["pair", "level", "rank"], kind="stable")
    group = frame.groupby(["pair", "level"])
    odd = frame["rank"] != group.cumcount() + 1
    if max_rank is not None:
        odd |= frame["rank"] > max_rank
    yield "are not ranked 1, 2, 3 ... within their pair and level", scatter_mask(good, _restore(odd))
    rising = (group[chosen_by].diff() > 0) | ~(frame[chosen_by] > 0)
    yield f"have more {chosen_by} than the one before, or none", scatter_mask(good, _restore(rising))
    at = frame.index
    _, first, place = np.unique(frame["pair"], return_index=True, return_inverse=True)
    # of each pair once: its features take more memory than its matches
    left, right = a[at[first]], b[at[first]]
    dot = np.einsum("pf,pf->p", index.phi[left], index.phi[right])[place]
    wrong = pd.Series(ROUNDING.differ(frame["share"] * dot, frame["relevance"], frame["relevance"]), at)
    yield "have a share that is not their part of dot", scatter_mask(good, _restore(wrong))
    # negative relevance elsewhere lets the positive add up to more than dot, at most to this
    limit = np.einsum("pf,pf->p", index.magnitude[left], index.magnitude[right])[place]
    above = group["relevance"].transform("sum") > limit * (1 + ROUNDING.relative)
    yield "are of a pair whose matches have more than its relevance", scatter_mask(good, _restore(above))


def _unmatched(
    index: DocumentIndex,
    pairs: PairSet | KeptPairs,
    min_cosine: float,
    specific: SpecificSimilarity | None,
) -> Iterator[tuple[int, int]]:
    """Find pairs without matches whose cells have relevance in common: the sum of the map is positive.

    Pairs whose cosine is below ``min_cosine`` need none.
    """
    norms = np.linalg.norm(index.phi, axis=1)
    cells = (specific.scale(index.phi) * index.cells) @ specific.layer.T if specific else index.cells
    for a, b in _looked_at(pairs, len(index.names)):
        given, dot = cells[b] @ cells[a], index.phi[b] @ index.phi[a]
        least = ROUNDING.relative * (1.0 if specific else dot)
        place = pairs.place(np.full(len(b), a), b)
        near = dot >= (min_cosine + ROUNDING.relative) * norms[a] * norms[b] if min_cosine else dot > 0
        for other in b[(given > least) & near & ~pairs.met[place]]:
            yield a, int(other)


def _looked_at(pairs: PairSet | KeptPairs, documents: int) -> Iterator[tuple[int, Index]]:
    """Give of each document the others behind it that it makes a pair with."""
    if isinstance(pairs, PairSet):
        yield from ((a, np.arange(a + 1, documents)) for a in range(documents - 1))
        return
    one, other = pairs_of_keys(pairs.keys, documents)
    order = np.argsort(one, kind="stable")
    cuts = np.flatnonzero(np.diff(one[order])) + 1
    for group in np.split(order, cuts) if len(order) else []:
        yield int(one[group[0]]), other[group]


def _restore(values: pd.Series) -> Mask:
    """Put the values of a sorted frame in the order of the rows."""
    return values.sort_index().to_numpy(bool)
