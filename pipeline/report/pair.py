"""Pair: two pages, how similar they are, and which of their regions make them so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING, Any

import pandas as pd

from tablekin.corpus import CorpusStore, find_pair
from tablekin.errors import UsageError
from tablekin.explain import (
    joint_parts,
    joint_relevance,
    joint_specific,
    pool_factor,
    specific_factor,
)
from tablekin.page import FLAG_MEANINGS, Level
from tablekin.report.corrected import describe_corrected
from tablekin.report.driver_words import pair_sentence, told_by_column
from tablekin.report.page import Page, open_page
from tablekin.report.pairing import pair_lines
from tablekin.report.region_names import RegionNames
from tablekin.report.terms import COSINE, DECIDED, SCORE, SPECIFIC, Z, z_in_words

if TYPE_CHECKING:  # a pair is described without the library that draws
    from tablekin.report.drawing import Drawing

LEVELS = ("region", *Level)
_HEADINGS = {Level.CELL: "cells", Level.ROW: "rows", Level.COLUMN: "columns"}
_PLACE = {"table_id": "table", "row": "row", "col": "col"}
_SHOWN = 10  # matches in a notebook


@dataclass(frozen=True)
class PairScore:
    """How similar two documents are; what compares them with others is missing where there are none."""

    dot: float
    cosine: float
    specific: float | None = None  # missing in a corpus of before there was such a similarity
    z: float | None = None  # in robust standard deviations, see docs/reference/data-dictionary.md
    rank_a: int | None = (
        None  # place of b among the partners of a, 1 is nearest; None beyond those that are kept
    )
    rank_b: int | None = None
    verdict: str | None = (
        None  # of their collation: copied, same function, unrelated, too little; None if not collated
    )
    strength: str | None = None  # strong, fair, weak


class Pair:
    """Two pages: their similarity, and the regions that carry it.

    Parameters
    ----------
    a, b
        The pages.
    scores
        How similar they are.
    find_matches
        Gives the strongest matches of the pair: rows of table ``matches``.

    Examples
    --------
    >>> import tablekin
    >>> pair = tablekin.Corpus.open("corpus").compare("p053", "p232")
    >>> 0.9 < pair.cosine < 1
    True
    >>> rows = pair.relevance("row")
    >>> rows[["text_a", "text_b", "share"]].iloc[0].index.tolist()
    ['text_a', 'text_b', 'share']
    """

    def __init__(self, a: Page, b: Page, scores: PairScore, find_matches: Callable[[], pd.DataFrame]) -> None:
        self.a, self.b, self.scores = a, b, scores
        self._find_matches = find_matches

    @property
    def score(self) -> float:
        """The similarity: the inner product of the pages' features, which the relevances add up to."""
        return self.scores.dot

    @property
    def cosine(self) -> float:
        """The similarity by the angle between the features, from 0 to 1: large pages are not more similar by it."""
        return self.scores.cosine

    @property
    def specific(self) -> float | None:
        """The similarity in what sets pages apart, from -1 to 1; None in a corpus of before there was such a one."""
        return self.scores.specific

    @cached_property
    def matches(self) -> pd.DataFrame:
        """The strongest pairs of cells, rows and columns, each with the features that drive it."""
        return self._find_matches()

    @cached_property
    def parts(self) -> pd.DataFrame:
        """What every part of one page and every part of the other add to the score, by what these parts are.

        A part is a column of a table (value, argument, difference, text; cell where nobody found out which), or all
        headings, the page number, margins, or what lies outside. The strongest come first; ``share`` adds up to 1.

        Examples
        --------
        >>> import tablekin
        >>> pair = tablekin.Corpus.open("corpus").compare("p053", "p232")
        >>> pair.parts.groupby(["part_a", "part_b"])["share"].sum().idxmax()
        ('value', 'value')
        """
        return joint_parts((self.a.rows("factors"), self.b.rows("factors")), (self.a.parts, self.b.parts))

    def relevance(self, level: str = "cell") -> pd.DataFrame:
        """List what every region of one page and every region of the other add to the score.

        Parameters
        ----------
        level
            ``cell`` (cells and headers), ``row``, ``column``, or ``region``: all parts that divide the page, also
            its margins; their relevances add up to the score.

        Returns
        -------
        DataFrame
            The strongest first: ``region_a``, ``table_a``, ``row_a``, ``col_a``, ``text_a``, the same of b,
            ``relevance``, ``share`` (of the score) and ``specific`` (what they add to the specific similarity). What
            has no relevance is left out.

        Raises
        ------
        UsageError
            There is no such level.

        Examples
        --------
        >>> import tablekin
        >>> pair = tablekin.Corpus.open("corpus").compare("p053", "p232")
        >>> everything = pair.relevance("region")["relevance"].sum()
        >>> bool(abs(everything - pair.score) < 1e-4 * pair.score)
        True
        """
        if level not in LEVELS:
            raise UsageError(f"there is no level {level!r}; say one of: {', '.join(LEVELS)}")
        pages = (self.a, self.b)
        factors = [page.rows("factors") for page in pages]
        scaled = [specific_factor(factor) for factor in factors]
        if level != "region":
            factors, scaled = (
                [pool_factor(factor, page.regions, level) for factor, page in zip(sides, pages, strict=True)]
                for sides in (factors, scaled)
            )
        rows = joint_relevance(*factors).stack()
        rows = rows[rows != 0].rename_axis(["region_a", "region_b"]).rename("relevance").to_frame()
        rows = rows.assign(specific=joint_specific(*scaled).stack().reindex(rows.index)).reset_index()
        rows = rows.sort_values("relevance", ascending=False, kind="stable", ignore_index=True)
        rows["share"] = rows["relevance"] / self.score
        sides = [_places(page, rows[f"region_{side}"], side) for page, side in zip(pages, "ab", strict=True)]
        return pd.concat([*sides, rows[["relevance", "share", "specific"]]], axis=1)

    def plot(self) -> Drawing:
        """Draw both pages, the rows that belong together, and the part of the similarity that each column has.

        Returns
        -------
        Drawing
            A figure of matplotlib, which a notebook shows; ``savefig`` writes it.

        Examples
        --------
        >>> import tablekin
        >>> pair = tablekin.Corpus.open("corpus").compare("p053", "p232")
        >>> pair.plot().savefig("pair.png")
        """
        from tablekin.report.pair_drawing import draw_pair

        z = f", {z_in_words(self.scores.z)}" if self.scores.z is not None else ""
        return draw_pair(self.a, self.b, f"{_likeness(self.scores)}{z}")

    def __repr__(self) -> str:
        return f"<Pair {self.a.doc_id}, {self.b.doc_id}: {_in_words(self.scores)}>"

    def _repr_html_(self) -> str:
        names = [f"<b>{escape(page.doc_id)}</b> {escape(page.about)}" for page in (self.a, self.b)]
        best = self.relevance(Level.CELL).head(_SHOWN).drop(columns=["region_a", "region_b"])
        for name in (f"{place}_{side}" for place in _PLACE.values() for side in "ab"):
            best[name] = best[name] + 1  # readers count from 1
        return f"<p>{' and '.join(names)}: {_in_words(self.scores)}</p>\n{best.to_html(index=False)}"


def _places(page: Page, regions: pd.Series, side: str) -> pd.DataFrame:
    """Say where regions are and what stands in them."""
    known = page.regions
    names = RegionNames(known)
    place = known.set_index("region_id")[list(_PLACE)].rename(columns=_PLACE).reindex(regions)
    texts = {region: names.text(region) for region in regions.unique().tolist()}
    found = place.reset_index(drop=True).assign(text=regions.map(texts).to_numpy())
    found.insert(0, "region", regions.to_numpy())
    return found.add_suffix(f"_{side}")


def _in_words(scores: PairScore) -> str:
    z = f", {z_in_words(scores.z)}" if scores.z is not None else ""
    return f"{_likeness(scores)}{z}, score {scores.dot:.4g}"


def _likeness(scores: PairScore) -> str:
    specific = f"specific {scores.specific:.3f}, " if scores.specific is not None else ""
    return f"{specific}cosine {scores.cosine:.3f}"


def open_pair(corpus: CorpusStore, first: str, second: str) -> Pair:
    """Make a pair of two documents of a corpus, in the order of its tables.

    Raises
    ------
    UsageError
        One of them cannot be found, they are the same, or they have not been compared.
    """
    doc_a, doc_b = sorted(find_pair(corpus, first, second))
    rows = corpus.read_between("pairs", doc_a, [doc_b])
    is_kept = not rows.empty
    if not is_kept and corpus.pair_table.kept():
        from tablekin.explain import score_pair  # with numba, for which a pair that is kept need not wait

        rows = score_pair(corpus, doc_a, doc_b)
    if rows.empty:
        raise UsageError(
            f"{doc_a} and {doc_b} have not been compared: a run of {corpus.root} was interrupted; run it again"
        )
    row = rows.iloc[0]
    specific = None if pd.isna(row["specific"]) else float(row["specific"])
    scores = PairScore(
        float(row["dot"]),
        float(row["cosine"]),
        specific,
        float(row["z"]),
        _whole(row["rank_a"]),
        _whole(row["rank_b"]),
        *_verdict(corpus, doc_a, doc_b),
    )
    a, b = open_page(corpus, doc_a), open_page(corpus, doc_b)
    if is_kept:
        return Pair(a, b, scores, lambda: corpus.read_between("matches", doc_a, [doc_b]))
    from tablekin.explain import match_pair

    return Pair(a, b, scores, lambda: match_pair(corpus, doc_a, doc_b, scores.dot))


def _whole(number: float) -> int | None:
    return None if pd.isna(number) else int(number)


def _verdict(corpus: CorpusStore, doc_a: str, doc_b: str) -> tuple[str | None, str | None]:
    own = corpus.read("alignments", [doc_a, doc_b], ["verdict", "strength"])
    return (str(own["verdict"].iloc[0]), str(own["strength"].iloc[0])) if len(own) else (None, None)


def describe_pair(pair: Pair) -> Iterator[str]:
    """Describe a pair: score, ranks, and its strongest matches with the features that drive them.

    Yields
    ------
    str
        Lines.
    """
    a, b, scores = pair.a, pair.b, pair.scores
    yield f"{a.doc_id} ({a.about})  and  {b.doc_id} ({b.about})"
    yield from (f"  {page.doc_id} is {flag}: {FLAG_MEANINGS[flag]}" for page in (a, b) for flag in page.flags)
    yield from describe_corrected({page.doc_id: len(page.corrections) for page in (a, b)})
    yield f"  {_in_words(scores)}"
    yield from (f"  ({term})" for term in _terms(scores))
    if scores.z is not None:
        yield (
            f"  {b.doc_id} is {_placed(scores.rank_a)} the pages nearest to {a.doc_id}, "
            f"{a.doc_id} {_placed(scores.rank_b)} those nearest to {b.doc_id}"
        )
    if scores.verdict is not None:
        yield f"  by collation: {scores.verdict}, {scores.strength}"
    matches = pair.matches
    if matches.empty:
        yield "  no region of one matches a region of the other"
    if sentence := pair_sentence(pair.parts):
        yield f"  what makes them alike: {sentence}"
    pairing = pair_lines(a, b)
    if pairing.runs:
        yield (
            f"  {pairing.finding}, where A is the first page: {pairing.share:.1%} of the score, which would be "
            f"{pairing.expected_share:.1%} if all were alike"
        )
    names_a, names_b = RegionNames(a.regions), RegionNames(b.regions)
    if len(matches):
        yield f"  ({DECIDED})"
    for level, heading in _HEADINGS.items():
        rows = matches[matches["level"] == level].sort_values("rank")
        if len(rows):
            adds = "what they add to the specific similarity, " if scores.specific is not None else ""
            shown = f"{adds}their share of the score and the digits that they have in common"
            yield f"  strongest {heading}, with {shown}:"
        told = rows.to_dict("records")
        if level is Level.CELL:
            told = told_by_column(rows, pair.parts, (a.parts, b.parts))
        for match in told:
            yield f"  {_parts_of(match, scores)}  {_match_in_words(match, names_a, names_b)}"


def _placed(rank: int | None) -> str:
    """Say where a page stands; it has no number beyond the partners that are kept."""
    return "not among" if rank is None else f"number {rank} among"


def _terms(scores: PairScore) -> Iterator[str]:
    """Explain the numbers of a pair, those that there are."""
    if scores.specific is not None:
        yield SPECIFIC
    yield COSINE
    if scores.z is not None:
        yield Z
    yield SCORE


def _parts_of(match: Mapping[Any, Any], scores: PairScore) -> str:
    """Write what a match adds to either similarity; of columns that were put together only the share is known."""
    if scores.specific is None:
        return f"{match['share']:7.2%}"
    adds = f"{match['specific']:+.4f}" if "specific" in match else ""
    return f"{adds:>7}  {match['share']:7.2%}"


def _match_in_words(match: Mapping[Any, Any], names_a: RegionNames, names_b: RegionNames) -> str:
    if "columns" in match:
        first = _match_in_words(match["first"], names_a, names_b)
        return f"{'  with  '.join(match['columns'])}, all their cells together, first among them {first}"
    regions = f"{names_a.name(match['region_a'])}  with  {names_b.name(match['region_b'])}"
    return f"{regions}  [{' '.join(match['features'])}]"
