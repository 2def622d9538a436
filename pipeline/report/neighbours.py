"""Neighbours: the nearest documents of one, and what makes them similar, in words."""

from __future__ import annotations

from collections.abc import Collection, Hashable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from tablekin.corpus import CorpusStore, find_document
from tablekin.explain import joint_parts, parts_of
from tablekin.page import Level
from tablekin.report.corrected import describe_corrected
from tablekin.report.driver_words import document_sentence, pair_sentence, told_by_column
from tablekin.report.region_names import RegionNames
from tablekin.report.terms import COSINE, MATCH, RELATED, SPECIFIC, Z, differing, z_in_words

_ABOUT = ("work", "title", "author", "year", "place")  # metadata a reader knows a book by
_REASONS = 3  # rows and cells named for a neighbour


def about_document(corpus: CorpusStore, doc_id: str) -> str:
    """Say what the metadata tell about a document; where they are silent, the name of its scan."""
    return about_documents(corpus, [doc_id])[doc_id]


def about_documents(corpus: CorpusStore, doc_ids: Collection[str]) -> dict[str, str]:
    """Say of several documents what the metadata tell about them, as ``about_document`` does of one."""
    rows = corpus.read("documents", doc_ids)
    return {str(row["doc_id"]): describe_row(row) for _, row in rows.iterrows()}


def describe_row(row: pd.Series | Mapping[Hashable, Any]) -> str:
    """Say what a row of table ``documents`` tells about the book; where it is silent, the name of the scan."""
    known = {str(name).casefold(): value for name, value in row.items()}
    about = [str(known[key]) for key in _ABOUT if key in known and not pd.isna(known[key])]
    return ", ".join(about or [str(row["source"])])


def rank_partners(corpus: CorpusStore, doc: str) -> pd.DataFrame:
    """List the pairs of a document, the nearest first: ``partner``, ``rank`` and the columns of ``pairs``.

    Where not all pairs are kept, a rank is missing of a partner that is not among the nearest; those come last.
    """
    return _by_rank(doc, corpus.read_pairs_of(doc))


def _nearest(corpus: CorpusStore, doc: str, count: int) -> pd.DataFrame:
    """List the first rows of ``rank_partners`` that have a rank, without reading all of them where that is enough."""
    near = corpus.read_nearest_to(doc, count)
    found = _by_rank(doc, near) if len(near) >= count else rank_partners(corpus, doc)
    return found.dropna(subset="rank").head(count)


def _by_rank(doc: str, pairs: pd.DataFrame) -> pd.DataFrame:
    is_a = pairs["doc_a"] == doc
    pairs.insert(0, "partner", pairs["doc_b"].where(is_a, pairs["doc_a"]))
    pairs.insert(1, "rank", pairs["rank_a"].where(is_a, pairs["rank_b"]))
    return pairs.sort_values(["rank", "partner"], ignore_index=True)


@dataclass(frozen=True)
class Neighbour:
    """A document near another one."""

    doc_id: str
    about: str
    rank: int  # among the other's partners, 1 is the nearest
    cosine: float
    specific: float | None  # missing in a corpus of before there was such a similarity
    z: float
    matches: pd.DataFrame
    """The strongest rows and cells, several cells of one column as that column.

    Columns: level, region and partner_region in words, share, features.
    """
    why: str = ""
    """What makes them alike, by what it is, in a sentence; the first page is the document."""


@dataclass(frozen=True)
class Neighbourhood:
    """A document and those near it."""

    doc_id: str
    about: str
    nearest: list[Neighbour]
    kin: pd.DataFrame
    """Related by collation: partner, about, same, variant, doubtful, cells; those that agree most first."""
    why: str = ""
    """What makes the document like all others, by what it is, in a sentence; empty where drivers are not up to date."""
    corrected: dict[str, int] = field(
        default_factory=dict
    )  # cells that people corrected, of the document and of those
    kept: int | None = None  # how many nearest the corpus keeps of each document; None where it keeps all


def find_neighbours(corpus: CorpusStore, name: str, count: int) -> Neighbourhood:
    """Find the nearest documents of one, and the regions that make them similar.

    Parameters
    ----------
    corpus
        The corpus.
    name
        A doc_id, or the name of its scan.
    count
        How many of the nearest.

    Raises
    ------
    UsageError
        The document cannot be found.
    """
    doc = find_document(corpus, name)
    kin = find_kin(corpus, doc)
    pairs = _nearest(corpus, doc, count)
    about = about_documents(corpus, {doc, *pairs["partner"], *kin["partner"]})
    kin.insert(1, "about", [about[name] for name in kin["partner"]])
    shown = {doc, *pairs["partner"]}
    matches = corpus.read_between("matches", doc, pairs["partner"].tolist())
    regions = corpus.read("regions", shown)
    names = {name: RegionNames(regions[regions["doc_id"] == name]) for name in shown}
    factors = corpus.read("factors", shown)
    parts = parts_of(regions, corpus.read("columns", shown), corpus.read("functions", shown))
    nearest = []
    for pair in pairs.to_dict("records"):
        partner = str(pair["partner"])
        own, other = (parts[parts["doc_id"] == name] for name in (doc, partner))
        joint = joint_parts(
            (factors[factors["doc_id"] == doc], factors[factors["doc_id"] == partner]), (own, other)
        )
        nearest.append(
            Neighbour(
                partner,
                about[partner],
                int(pair["rank"]),
                float(pair["cosine"]),
                None if pd.isna(pair["specific"]) else float(pair["specific"]),
                float(pair["z"]),
                _strongest(doc, partner, names, matches, (joint, (own, other))),
                pair_sentence(joint),
            )
        )
    corrected = corpus.count_corrected([doc, *pairs["partner"]])
    return Neighbourhood(
        doc, about[doc], nearest, kin, _why(corpus, doc, parts), corrected, corpus.kept_partners()
    )


def _why(corpus: CorpusStore, doc: str, parts: pd.DataFrame) -> str:
    """Say what makes a document like all others, by table ``drivers``."""
    if not corpus.drivers_are_current():
        return ""  # a run was interrupted
    own = corpus.read("drivers", [doc], ["doc_id", "region_id", "share"])
    return document_sentence(parts.merge(own, on=["doc_id", "region_id"]))


def find_kin(corpus: CorpusStore, doc: str) -> pd.DataFrame:
    """List the documents that collation found related, those that agree most first."""
    alignments = corpus.read_alignments_of(doc)
    kin = alignments[alignments["is_kin"]]
    cells = kin["same"] + kin["variant"] + kin["doubtful"]
    partner = kin["doc_b"].where(kin["doc_a"] == doc, kin["doc_a"])
    found = kin[["same", "variant", "doubtful", "verdict", "strength"]].assign(cells=cells)
    found.insert(0, "partner", partner)
    share = found["same"] / cells.clip(lower=1)
    order = found.assign(share=share).sort_values(["share", "partner"], ascending=[False, True]).index
    return found.loc[order].reset_index(drop=True)


def _strongest(
    doc: str,
    partner: str,
    names_of: Mapping[str, RegionNames],
    matches: pd.DataFrame,
    found: tuple[pd.DataFrame, tuple[pd.DataFrame, pd.DataFrame]],
) -> pd.DataFrame:
    """Name the strongest rows and cells of a pair, ``doc`` first; cells that lie in one column as that column.

    ``matches`` are those of ``doc``; ``found`` is what the parts of the two add to their similarity, and the parts.
    """
    matches = matches[(matches["doc_a"] == partner) | (matches["doc_b"] == partner)]
    if doc > partner:
        matches = matches.rename(columns={"region_a": "region_b", "region_b": "region_a"})
    best = {
        level: matches[matches["level"] == level].sort_values("rank").head(_REASONS)
        for level in (Level.ROW, Level.CELL)
    }
    told = [*best[Level.ROW].to_dict("records"), *told_by_column(best[Level.CELL], *found)]
    rows = [_in_words(match, names_of[doc], names_of[partner]) for match in told]
    return pd.DataFrame(rows, columns=["level", "share", "features", "region", "partner_region"])


def _in_words(match: Mapping[Any, Any], own: RegionNames, other: RegionNames) -> tuple[Any, ...]:
    if "columns" in match:
        return (Level.COLUMN.value, match["share"], match["first"]["features"], *match["columns"])
    names = own.name(match["region_a"]), other.name(match["region_b"])
    return (match["level"], match["share"], match["features"], *names)


def describe_neighbours(found: Neighbourhood) -> Iterator[str]:
    """Describe the nearest documents of one and the regions that make them similar.

    Yields
    ------
    str
        Lines.
    """
    yield f"nearest to {found.doc_id} ({found.about}):"
    if not found.nearest:
        yield "  the corpus has no other document"
        return
    yield from describe_corrected(found.corrected)
    if found.why:
        yield f"  what makes it like the other pages: {found.why}"
    has_specific = any(one.specific is not None for one in found.nearest)
    yield from (f"  ({term})" for term in (*([SPECIFIC] if has_specific else []), COSINE, Z, MATCH))
    for one in found.nearest:
        specific = f"specific {one.specific:.3f}, " if one.specific is not None else ""
        yield (
            f"{one.rank:3d}. {one.doc_id} ({one.about})  {specific}cosine {one.cosine:.3f}, {z_in_words(one.z)}"
        )
        if one.why:
            yield f"     alike by {one.why}"
        for match in one.matches.itertuples():
            yield (
                f"     {match.share:6.1%}  {match.region}  with  {match.partner_region}  [{' '.join(match.features)}]"
            )
        if one.matches.empty:
            yield "     no region of one matches a region of the other"
    if found.kept is not None and len(found.nearest) >= found.kept:
        yield f"no more than the {found.kept} nearest of each page are kept (explain.partners)"
    if len(found.kin):
        yield "related, by collation:"
        yield f"  ({RELATED})"
    for pair in found.kin.itertuples():
        yield (
            f"     {pair.partner} ({pair.about})  {pair.same} of {pair.cells} cells agree, "
            f"{differing(int(pair.variant))}; {pair.verdict}, {pair.strength}"
        )
