"""Neighbours: the nearest documents of one, and what makes them similar, in words."""

from __future__ import annotations

from collections.abc import Iterator

import pandas as pd

from tablekin.corpus import Corpus, find_document
from tablekin.page import Level
from tablekin.report.region_names import RegionNames

_ABOUT = ("work", "title", "author", "year", "place")  # metadata a reader knows a book by
_REASONS = 3  # rows and cells named for a neighbour


def describe_document(corpus: Corpus, doc_id: str) -> str:
    """Name a document with what is known about it."""
    return f"{doc_id} ({about_document(corpus, doc_id)})"


def about_document(corpus: Corpus, doc_id: str) -> str:
    """Say what the metadata tell about a document; where they are silent, the name of its scan."""
    row = corpus.read("documents", [doc_id]).iloc[0]
    known = {str(name).casefold(): row[name] for name in row.index}
    about = [str(known[key]) for key in _ABOUT if key in known and not pd.isna(known[key])]
    return ", ".join(about or [str(row["source"])])


def rank_partners(corpus: Corpus, doc: str) -> pd.DataFrame:
    """List the pairs of a document, the nearest first: ``partner``, ``rank`` and the columns of ``pairs``."""
    pairs = corpus.read_pairs_of(doc)
    is_a = pairs["doc_a"] == doc
    pairs.insert(0, "partner", pairs["doc_b"].where(is_a, pairs["doc_a"]))
    pairs.insert(1, "rank", pairs["rank_a"].where(is_a, pairs["rank_b"]))
    return pairs.sort_values("rank", ignore_index=True)


def describe_neighbours(corpus: Corpus, name: str, count: int) -> Iterator[str]:
    """Describe the nearest documents of one and the regions that make them similar.

    Yields
    ------
    str
        Lines.
    """
    doc = find_document(corpus, name)
    yield f"nearest to {describe_document(corpus, doc)}:"
    pairs = rank_partners(corpus, doc)
    if pairs.empty:
        yield "  the corpus has no other document"
    own = RegionNames(corpus.read("regions", [doc]))
    matches = corpus.read_matches_of(doc)
    for pair in pairs.head(count).to_dict("records"):
        partner = str(pair["partner"])
        about = describe_document(corpus, partner)
        yield f"{pair['rank']:3d}. {about}  cosine {pair['cosine']:.3f}, z {pair['z']:.1f}"
        yield from (f"     {reason}" for reason in _reasons(corpus, doc, partner, own, matches))
    yield from _describe_kin(corpus, doc)


def _describe_kin(corpus: Corpus, doc: str) -> Iterator[str]:
    """Name the documents that collation found to print the same table, those that agree most first."""
    alignments = corpus.read("alignments")
    own = (alignments["doc_a"] == doc) | (alignments["doc_b"] == doc)
    kin = alignments[own & alignments["is_kin"]]
    if kin.empty:
        return
    cells = kin["same"] + kin["variant"] + kin["doubtful"]
    kin = kin.assign(cells=cells, share=kin["same"] / cells.clip(lower=1))
    yield "of the same table, by collation:"
    for pair in kin.sort_values(["share", "doc_a", "doc_b"], ascending=[False, True, True]).to_dict(
        "records"
    ):
        partner = str(pair["doc_b"] if pair["doc_a"] == doc else pair["doc_a"])
        yield (
            f"     {describe_document(corpus, partner)}  {pair['same']} of {pair['cells']} cells agree, "
            f"{pair['variant']} differ in print"
        )


def _reasons(
    corpus: Corpus, doc: str, partner: str, own: RegionNames, matches: pd.DataFrame
) -> Iterator[str]:
    """Name the strongest rows and cells of a pair, ``doc`` first; ``matches`` are those of ``doc``."""
    matches = matches[(matches["doc_a"] == partner) | (matches["doc_b"] == partner)]
    other = RegionNames(corpus.read("regions", [partner]))
    here, there = ("region_a", "region_b") if doc < partner else ("region_b", "region_a")
    for level in (Level.ROW, Level.CELL):
        best = matches[matches["level"] == level].sort_values("rank").head(_REASONS)
        for match in best.to_dict("records"):
            pair_of_regions = f"{own.name(match[here])}  with  {other.name(match[there])}"
            yield f"{match['share']:6.1%}  {pair_of_regions}  [{' '.join(match['features'])}]"
    if matches.empty:
        yield "no region of one matches a region of the other"
