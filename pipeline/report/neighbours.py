"""Similar: the nearest documents of one, and what connects two documents, in words."""

from __future__ import annotations

import difflib
from collections.abc import Hashable, Iterator
from typing import Any

import pandas as pd

from tablekin.corpus.corpus import Corpus
from tablekin.errors import UsageError

_ABOUT = ("work", "title", "author", "year", "place")  # metadata a reader knows a book by
_LONGEST_TEXT = 36  # letters quoted of a region
_REASONS = 3  # rows and cells named for a neighbour
_HEADINGS = {"cell": "cells", "row": "rows", "column": "columns"}


def find_document(corpus: Corpus, name: str) -> str:
    """Find the doc_id that ``name`` stands for: itself, or the name of its scan.

    Raises
    ------
    UsageError
        There is none, there are several, or its analysis failed.
    """
    documents = corpus.read("documents")
    found = documents[documents["doc_id"] == name]
    if found.empty:
        found = documents[(documents["source"] == name) | documents["source"].str.endswith(f"/{name}")]
    if found.empty:
        raise UsageError(suggest_documents(corpus, name))
    if len(found) > 1:
        raise UsageError(f"{name} fits several documents: {', '.join(found['doc_id'])}")
    document = found.iloc[0]
    if document["status"] != "ok":
        raise UsageError(f"{name} could not be analysed: {document['reason']}")
    return str(document["doc_id"])


def suggest_documents(corpus: Corpus, name: str) -> str:
    """Say that there is no such document, and which names are like it."""
    names = corpus.read("documents", columns=["doc_id"])["doc_id"].tolist()
    close = difflib.get_close_matches(name, names, 3, 0.4)
    hint = f"did you mean {', '.join(close)}?" if close else f"they are listed in {corpus.root}/documents"
    return f"{corpus.root} has no document {name}; {hint}"


def find_pair(corpus: Corpus, first: str, second: str) -> tuple[str, str]:
    """Find the two documents of a pair, in the order of the tables.

    Raises
    ------
    UsageError
        One of them cannot be found, or they are the same.
    """
    doc_a, doc_b = sorted((find_document(corpus, first), find_document(corpus, second)))
    if doc_a == doc_b:
        raise UsageError(f"{first} and {second} are the same document; name two")
    return doc_a, doc_b


def describe_document(corpus: Corpus, doc_id: str) -> str:
    """Name a document with what is known about it."""
    return f"{doc_id} ({about_document(corpus, doc_id)})"


def about_document(corpus: Corpus, doc_id: str) -> str:
    """Say what the metadata tell about a document; where they are silent, the name of its scan."""
    row = corpus.read("documents", [doc_id]).iloc[0]
    known = {str(name).casefold(): row[name] for name in row.index}
    about = [str(known[key]) for key in _ABOUT if key in known and not pd.isna(known[key])]
    return ", ".join(about or [str(row["source"])])


class RegionNames:
    """Regions of one document in words; rows and columns count from 1."""

    def __init__(self, regions: pd.DataFrame) -> None:
        self._regions = {int(region["region_id"]): region for region in regions.to_dict("records")}
        cells = regions[(regions["kind"] == "cell") & (regions["text"] != "")]
        self._cells = cells.sort_values(["table_id", "row", "col"])
        self._tables = int(regions["table_id"].nunique())

    def name(self, region_id: int) -> str:
        """Say which region it is and what stands in it."""
        region = self._regions[region_id]
        kind = str(region["kind"])
        place = kind.replace("_", " ")
        if kind in ("cell", "row"):
            place = f"row {region['row'] + 1:.0f}"
        if kind in ("cell", "column"):
            place = f"{place} " * (kind == "cell") + f"column {region['col'] + 1:.0f}"
        if self._tables > 1 and not pd.isna(region["table_id"]):
            place += f" of table {region['table_id'] + 1:.0f}"
        text = self._text(region)
        return f'{place} "{text}"' if text else place

    def _text(self, region: dict[Hashable, Any]) -> str:
        if region["kind"] not in ("row", "column"):
            return _shorten(str(region["text"]))
        axis = "row" if region["kind"] == "row" else "col"
        inside = (self._cells["table_id"] == region["table_id"]) & (self._cells[axis] == region[axis])
        return _shorten(" | ".join(self._cells[inside]["text"]))


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1].rstrip(" |") + "…"


def describe_pair(corpus: Corpus, first: str, second: str) -> Iterator[str]:
    """Describe a pair: score, ranks, and its strongest matches with the features that drive them.

    Yields
    ------
    str
        Lines.
    """
    doc_a, doc_b = find_pair(corpus, first, second)
    pairs = corpus.read("pairs", [doc_a, doc_b])
    if pairs.empty:
        raise UsageError(
            f"{doc_a} and {doc_b} have not been compared: a run of {corpus.root} was interrupted; run it again"
        )
    pair = pairs.iloc[0]
    yield f"{describe_document(corpus, doc_a)}  and  {describe_document(corpus, doc_b)}"
    yield f"  cosine {pair['cosine']:.3f}, z {pair['z']:.1f}, score {pair['dot']:.4g}"
    yield (
        f"  {doc_b} is number {pair['rank_a']} among the partners of {doc_a}, "
        f"{doc_a} number {pair['rank_b']} among those of {doc_b}"
    )
    matches = corpus.read("matches", [doc_a, doc_b])
    if matches.empty:
        yield "  no region of one matches a region of the other"
    names_a, names_b = (RegionNames(corpus.read("regions", [doc])) for doc in (doc_a, doc_b))
    for level, heading in _HEADINGS.items():
        rows = matches[matches["level"] == level].sort_values("rank")
        if len(rows):
            yield f"  strongest {heading}, with their share of the score and the figures that drive it:"
        for match in rows.to_dict("records"):
            pair_of_regions = f"{names_a.name(match['region_a'])}  with  {names_b.name(match['region_b'])}"
            yield f"  {match['share']:7.2%}  {pair_of_regions}  [{' '.join(match['features'])}]"


def describe_neighbours(corpus: Corpus, name: str, count: int) -> Iterator[str]:
    """Describe the nearest documents of one and the regions that make them similar.

    Yields
    ------
    str
        Lines.
    """
    doc = find_document(corpus, name)
    yield f"nearest to {describe_document(corpus, doc)}:"
    pairs = corpus.read_pairs_of(doc)
    pairs["rank"] = pairs["rank_a"].where(pairs["doc_a"] == doc, pairs["rank_b"])
    pairs["partner"] = pairs["doc_b"].where(pairs["doc_a"] == doc, pairs["doc_a"])
    if pairs.empty:
        yield "  the corpus has no other document"
    own = RegionNames(corpus.read("regions", [doc]))
    matches = corpus.read_matches_of(doc)
    for pair in pairs.sort_values("rank").head(count).to_dict("records"):
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
    for level in ("row", "cell"):
        best = matches[matches["level"] == level].sort_values("rank").head(_REASONS)
        for match in best.to_dict("records"):
            pair_of_regions = f"{own.name(match[here])}  with  {other.name(match[there])}"
            yield f"{match['share']:6.1%}  {pair_of_regions}  [{' '.join(match['features'])}]"
    if matches.empty:
        yield "no region of one matches a region of the other"
