"""Relations: which documents of a corpus are related, how, and what to do next, for a reader."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from tablekin.collation import Relation
from tablekin.corpus import CorpusStore
from tablekin.dating import UNDATED, Years, dates_of
from tablekin.lettering import counted
from tablekin.report.neighbours import describe_row
from tablekin.report.terms import COSINE, Z, differing, z_in_words

_GROUPS = 5  # of related documents that are listed, the largest first
_NAMED = 4  # documents of a group
_PAIRS = 5  # pairs of a group, those with most in common first
_COLUMNS = [
    *("doc_a", "doc_b", "is_kin", "same", "variant", "doubtful", "verdict", "strength", "log_odds_copied"),
    *("shared_errors", "evidence"),
]
_ALIKE = -0.7  # nats against copying, from which documents are called computed alike: odds of two to one


@dataclass(frozen=True)
class RelatedPair:
    """Two documents that collation found related; the one that is surely the earlier stands first."""

    doc_a: str
    about_a: str
    doc_b: str
    about_b: str
    relation: str  # in words
    cells: int  # that both have
    same: int
    variant: int  # that differ in print
    shared_errors: int
    is_dated: bool  # whether the first is surely the earlier

    @property
    def counted(self) -> str:
        """Say how many cells agree, how many differ in print, and how many errors both have."""
        errors = f", {counted(self.shared_errors, 'error')} in both" if self.shared_errors else ""
        return f"{self.same} of {counted(self.cells, 'cell')} agree, {differing(self.variant)}{errors}"

    def __str__(self) -> str:
        """Say who is related, how, and by what."""
        earlier = "; the first is the earlier" if self.is_dated else ""
        return (
            f"{self.doc_a} ({self.about_a}) and {self.doc_b} ({self.about_b}): {self.relation}{earlier}; "
            f"{self.counted}"
        )


def find_relations(
    corpus: CorpusStore, doc_ids: Collection[str] | None = None, year: str | None = None
) -> list[RelatedPair]:
    """List the pairs that collation found related, those that have most in common first.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    doc_ids
        Only pairs of these documents; of all by default.
    year
        Column of the metadata that dates a document; ``year`` by default, if there is one.
    """
    pairs = corpus.read("alignments", doc_ids, _COLUMNS)
    pairs = pairs[pairs["is_kin"]].sort_values(
        ["evidence", "doc_a", "doc_b"], ascending=[False, True, True], kind="stable"
    )
    documents = corpus.read("documents", {*pairs["doc_a"], *pairs["doc_b"]}).set_index("doc_id")
    dates = dates_of(documents, year)
    about = {str(doc): describe_row(row) for doc, row in documents.to_dict("index").items()}
    return [_related(pair, about, dates) for pair in pairs.itertuples()]


def _related(pair: pd.Series, about: Mapping[str, str], dates: dict[str, Years]) -> RelatedPair:
    a, b = dates.get(pair.doc_a, UNDATED), dates.get(pair.doc_b, UNDATED)
    turned = b.is_before(a)
    first, second = (pair.doc_b, pair.doc_a) if turned else (pair.doc_a, pair.doc_b)
    return RelatedPair(
        first,
        about[first],
        second,
        about[second],
        _in_words(pair),
        int(pair.same + pair.variant + pair.doubtful),
        int(pair.same),
        int(pair.variant),
        int(pair.shared_errors) if pair.shared_errors > 0 else 0,
        turned or a.is_before(b),
    )


def _in_words(pair: pd.Series) -> str:
    if pair.verdict == Relation.COPIED:
        return f"copied, one from the other or both from a third ({pair.strength})"
    if pair.verdict == Relation.SAME_FUNCTION and pair.log_odds_copied <= _ALIKE:
        return f"one function, computed by two authors ({pair.strength})"
    return "the same numbers, whether copied is open"


def describe_relations(
    corpus: CorpusStore,
    related: list[RelatedPair],
    further: Sequence[tuple[str, str]] = (),
    anyway: Sequence[tuple[str, str]] = (),
) -> Iterator[str]:
    """List related documents and the commands that tell more; where none is related, the two that are nearest.

    Parameters
    ----------
    corpus
        Its tables are up to date.
    related
        As from `find_relations`.
    further
        Names of commands that take the corpus alone, and what they are good for where documents are related.
    anyway
        The same of commands that are good for any corpus.

    Yields
    ------
    str
        Lines.
    """
    if not related:
        yield from _describe_nearest(corpus, anyway)
        return
    groups = _group(related)
    pairs, several = counted(len(related), "pair"), f", in {len(groups)} groups" if len(groups) > 1 else ""
    yield f"related documents, by collation: {pairs}{several}"
    for group in groups[:_GROUPS]:
        names = sorted({doc for pair in group for doc in (pair.doc_a, pair.doc_b)})
        if len(names) > 2:
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            yield f"  {len(names)} documents: {', '.join(names[:_NAMED])}{more}"
        closest = _closest(group)[:_PAIRS]
        yield from (f"    {pair}" for pair in closest)
        if len(group) > len(closest):
            yield f"    and {counted(len(group) - len(closest), 'more pair')} among them"
    if len(groups) > _GROUPS:
        yield f"  and {len(groups) - _GROUPS} more groups"
    if len(related) > _PAIRS:
        yield f"  all of them: the table {corpus.layout.table('alignments')}"
    first = related[0]
    yield from _commands(
        [
            (
                f"collate {_quoted(corpus, first.doc_a, first.doc_b)}",
                "their cells side by side, and each that differs",
            ),
            (
                f"show {_quoted(corpus, first.doc_a, first.doc_b)} --image pair.png",
                "both pages, and what connects them",
            ),
            (f"similar {_quoted(corpus, first.doc_b)}", "what else is near, and why"),
            *((f"{name} {_quoted(corpus)}", purpose) for name, purpose in (*further, *anyway)),
        ]
    )


def _group(related: list[RelatedPair]) -> list[list[RelatedPair]]:
    """Part pairs into groups that have no document in common, the largest first; their order is kept."""
    joined = _JoinedDocuments()
    for pair in related:
        joined.join(pair.doc_a, pair.doc_b)
    groups: dict[str, list[RelatedPair]] = {}
    for pair in related:
        groups.setdefault(joined.find(pair.doc_a), []).append(pair)
    return sorted(groups.values(), key=len, reverse=True)


def _closest(group: list[RelatedPair]) -> list[RelatedPair]:
    """Choose of a group's pairs those that join its documents, each the one with most in common that does."""
    joined = _JoinedDocuments()
    return [pair for pair in group if joined.join(pair.doc_a, pair.doc_b)]


class _JoinedDocuments:
    """Documents in groups that pairs of them join."""

    def __init__(self) -> None:
        self._of: dict[str, str] = {}  # a document nearer to the one by which its group is known

    def find(self, doc: str) -> str:
        """Find the document by which a group is known."""
        of = self._of
        while (up := of.get(doc, doc)) != doc:
            of[doc] = of.get(up, up)
            doc = of[doc]
        return doc

    def join(self, a: str, b: str) -> bool:
        """Join the groups of two documents; whether they were two."""
        one, other = self.find(a), self.find(b)
        self._of[one] = other
        return one != other


def _describe_nearest(corpus: CorpusStore, anyway: Sequence[tuple[str, str]]) -> Iterator[str]:
    yield "no two documents are related, by collation"
    nearest = corpus.read_nearest_pairs(1, ["doc_a", "doc_b", "cosine", "z"])
    if nearest.empty:
        return
    pair = nearest.sort_values(["z", "doc_a", "doc_b"], ascending=[False, True, True]).iloc[0]
    documents = corpus.read("documents", [pair["doc_a"], pair["doc_b"]]).set_index("doc_id")
    names = [f"{pair[side]} ({describe_row(documents.loc[pair[side]])})" for side in ("doc_a", "doc_b")]
    z = z_in_words(float(pair["z"]))
    yield f"nearest by their digits are {' and '.join(names)}: cosine {pair['cosine']:.3f}, {z}"
    yield from (f"  ({term})" for term in (COSINE, Z))
    names = [str(pair["doc_a"]), str(pair["doc_b"])]
    yield from _commands(
        [
            (f"show {_quoted(corpus, *names)} --image pair.png", "what makes them near"),
            (f"read {_quoted(corpus, names[0])}", "whether its tables were read well"),
            *((f"{name} {_quoted(corpus)}", purpose) for name, purpose in anyway),
        ]
    )


def _commands(commands: list[tuple[str, str]]) -> Iterator[str]:
    yield "what to do next:"
    width = max(len(command) for command, _ in commands)
    for command, purpose in commands:
        yield f"  tablekin {command.ljust(width)}  # {purpose}"


def _quoted(corpus: CorpusStore, *names: str) -> str:
    return shlex.join([str(corpus.root), *names])
