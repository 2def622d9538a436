"""Testimony: verdicts of cells that do not fit are weighed by what collated documents print at the same place."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from tablekin.collation.relation import Relation
from tablekin.corpus import CorpusStore
from tablekin.execution import Count, Progress
from tablekin.recompute import WitnessCounts, weigh

_COLUMNS = ["doc_a", "doc_b", "region_a", "region_b", "text_a", "text_b", "relation"]
_COMPARED = ("same", "variant")
_REGIONS = 1 << 32  # more than a document has

Cell = tuple[str, int]  # document and region


@dataclass(frozen=True)
class Statement:
    """What a document prints where a cell that does not fit stands in another."""

    cell: Cell
    partner: str
    read: str  # digits of the cell, or of all cells of its document that one of the other's was compared with
    due: str  # what these should be
    printed: str  # digits of the other document


def update_testimony(corpus: CorpusStore, count: Count, begin: Callable[[int], None]) -> int | None:
    """Weigh the verdicts of table ``checks`` by what collated documents print, where nobody has yet.

    Parameters
    ----------
    corpus
        Its tables ``checks``, ``collations`` and ``alignments`` are up to date; collating has weighed what follows from
        new pairs.
    count
        Takes what was done.
    begin
        Is told the number of parts that will be written, if any, before they are.

    Returns
    -------
    int or None
        Number of parts written; None if the table was up to date.
    """
    pending = corpus.recomputed_tables.unweighed()
    if not pending or corpus.alignment_table.made_from() is None:
        return None
    begin(len(pending))
    weigh_parts(corpus, pending, corpus.read("alignments", columns=["doc_a", "doc_b", "verdict"]), count)
    return len(pending)


def weigh_parts(corpus: CorpusStore, names: Sequence[str], alignments: pd.DataFrame, count: Count) -> None:
    """Weigh parts of table ``checks`` by table ``collations``; those that this does not change are left as they are.

    Parameters
    ----------
    corpus
        Its tables ``checks`` and ``collations`` are up to date.
    names
        Of the parts.
    alignments
        ``doc_a``, ``doc_b`` and ``verdict`` of the pairs.
    count
        Takes what was done.
    """
    clock = time.perf_counter()
    tables = corpus.recomputed_tables
    due: dict[Cell, str] = {}
    for name in names:
        due |= cells_in_question(as_by_itself(tables.checks(name)))
    with Progress("asking what other documents print"):
        heard = hear_witnesses(corpus, due, alignments)
    unweighed = {*tables.unweighed()}
    for name in names:
        before = tables.checks(name)
        after = weigh_rows(as_by_itself(before), heard)
        if name in unweighed or not before.equals(after[before.columns].astype(before.dtypes)):
            tables.write_weighed(name, after)
    count("weigh", len(due), len(heard), time.perf_counter() - clock)


def as_by_itself(rows: pd.DataFrame) -> pd.DataFrame:
    """Give rows of table ``checks`` the verdicts that the document by itself told, where they have been weighed."""
    both = {}
    for name in ("p_misprint", "p_misreading"):
        alone = rows[f"{name}_alone"].astype(np.float32)
        both[name] = both[f"{name}_alone"] = alone.where(alone.notna(), rows[name])
    return rows.assign(**both)


def cells_in_question(rows: pd.DataFrame) -> dict[Cell, str]:
    """List the cells of rows of table ``checks`` that may be misprinted or misread, with the digits that are due."""
    open_ = rows[(rows["p_misprint"] + rows["p_misreading"] > 0) & rows["due"].notna()]
    cells = zip(open_["doc_id"], open_["region_id"].astype(int), strict=True)
    return dict(zip(cells, open_["due"], strict=True))


def hear_witnesses(
    corpus: CorpusStore, due: Mapping[Cell, str], alignments: pd.DataFrame
) -> dict[Cell, NDArray[np.int64]]:
    """Count what the documents of a corpus print at the places of cells, as :func:`gather` does."""
    copies = alignments[alignments["verdict"] == Relation.COPIED]
    statements = find_statements(corpus.collation_table.read_parts(_COLUMNS), due)
    return gather(statements, {*zip(copies["doc_a"], copies["doc_b"], strict=True)})


def find_statements(parts: Iterable[pa.Table], due: Mapping[Cell, str]) -> Iterator[Statement]:
    """Find what is printed at the places of some cells in documents that were collated with theirs.

    A number that one document prints in a cell and the other in several is compared as a whole.

    Parameters
    ----------
    parts
        Rows of table ``collations``, those of a pair together; the names of documents may be dictionaries.
    due
        The cells, with the digits that are due.

    Yields
    ------
    Statement
        One for every document that prints something there.
    """
    numbers = {doc: number for number, doc in enumerate(sorted({doc for doc, _ in due}))}
    keys = np.sort(np.array([numbers[doc] * _REGIONS + region for doc, region in due], np.int64))
    for part in parts:
        rows = part.filter(pc.is_in(part["relation"], pa.array(_COMPARED)))
        for side, other in ("ab", "ba"):
            docs, regions = rows[f"doc_{side}"].combine_chunks(), rows[f"region_{side}"].to_numpy()
            own = _keys_of(docs, regions, numbers)
            hits = np.isin(own, keys) & (own >= 0)
            if not hits.any():
                continue
            pairs = _codes(rows["doc_a"]) * (len(rows) + 1) + _codes(rows["doc_b"])
            _, pair = np.unique(pairs, return_inverse=True)
            places = pair * _REGIONS + rows[f"region_{other}"].to_numpy()
            near = rows.filter(pa.array(np.isin(places, places[hits])))
            yield from _statements_of(near, side, other, due)


def _keys_of(docs: pa.Array, regions: NDArray[np.int32], numbers: Mapping[str, int]) -> NDArray[np.int64]:
    """Give cells numbers, ``(rows,)``: -1 where none of the document is asked about."""
    encoded = docs if pa.types.is_dictionary(docs.type) else docs.dictionary_encode()
    number_of = np.array([numbers.get(doc, -1) for doc in encoded.dictionary.to_pylist()] or [-1], np.int64)
    number = number_of[encoded.indices.to_numpy()]
    return np.where((number >= 0) & (regions >= 0), number * _REGIONS + regions, -1)


def _codes(names: pa.ChunkedArray) -> NDArray[np.int64]:
    """Give names numbers, ``(rows,)``."""
    return pc.rank(names.cast(pa.string()), tiebreaker="dense").to_numpy().astype(np.int64)


def _statements_of(rows: pa.Table, side: str, other: str, due: Mapping[Cell, str]) -> Iterator[Statement]:
    """Yield what documents on one side of some pairs print at the places of cells on the other."""
    names = [f"doc_{side}", f"doc_{other}", f"region_{side}", f"region_{other}"]
    names += [f"text_{side}", f"text_{other}"]
    cells: dict[tuple[str, str], dict[int, dict[int, str]]] = {}  # of pairs: region -> other's -> its text
    beside: dict[tuple[str, str], dict[int, dict[int, str]]] = {}  # the other way round
    for doc, partner, region, place, text, printed in zip(
        *(rows[name].to_pylist() for name in names), strict=True
    ):
        cells.setdefault((doc, partner), {}).setdefault(region, {})[place] = printed or ""
        beside.setdefault((doc, partner), {}).setdefault(place, {})[region] = text or ""
    for (doc, partner), own in cells.items():
        for region, printed in own.items():
            if (doc, region) not in due:
                continue
            whole = {key: text for place in printed for key, text in beside[doc, partner][place].items()}
            said = _digits(printed)
            if said:
                expected = whole | {region: due[doc, region]}
                yield Statement((doc, region), partner, _digits(whole), _digits(expected), said)


def _digits(texts: Mapping[int, str]) -> str:
    """Digits of cells, by region, without zeros before others."""
    bare = re.sub(r"\D", "", "".join(texts[region] for region in sorted(texts)))
    return bare.lstrip("0") or bare[:1]


def gather(statements: Iterable[Statement], copies: set[tuple[str, str]]) -> dict[Cell, NDArray[np.int64]]:
    """Count the documents that print at the place of a cell what is read in it, and those that print what is due.

    Parameters
    ----------
    statements
        As from :func:`find_statements`.
    copies
        Pairs of documents that were copied, one from the other or both from a third.

    Returns
    -------
    dict
        Of each cell of which anybody says either, ``(2, 2)``: copies and others, by same and due.
    """
    heard: dict[Cell, NDArray[np.int64]] = {}
    for one in statements:
        says = [one.printed == one.read, one.printed == one.due]
        if any(says):
            doc = one.cell[0]
            is_copy = (min(doc, one.partner), max(doc, one.partner)) in copies
            heard.setdefault(one.cell, np.zeros((2, 2), np.int64))[0 if is_copy else 1] += says
    return heard


def weigh_rows(rows: pd.DataFrame, heard: Mapping[Cell, NDArray[np.int64]]) -> pd.DataFrame:
    """Weigh rows of table ``checks``, as from :func:`as_by_itself`, by what was gathered."""
    counts = np.zeros((len(rows), 2, 2), np.int64)
    for place, cell in enumerate(zip(rows["doc_id"], rows["region_id"], strict=True)):
        if cell in heard:
            counts[place] = heard[cell]
    misprint, misreading = weigh(
        rows["p_misprint_alone"].to_numpy(np.float64),
        rows["p_misreading_alone"].to_numpy(np.float64),
        WitnessCounts(counts[:, 0], counts[:, 1]),
    )
    same, due = counts.sum(1).T
    return rows.assign(
        p_misprint=misprint.astype(np.float32),
        p_misreading=misreading.astype(np.float32),
        witnesses_same=same.astype(np.int32),
        witnesses_due=due.astype(np.int32),
    )
