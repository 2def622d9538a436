"""Apparatus: what two documents have in common and where they differ, in words, as CSV, and in a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from tablekin.collation import (
    VARIANT_CRITERIA,
    CellColumns,
    Collation,
    PairVerdict,
    Relation,
    Witness,
    collate,
    columns_of,
    expectations_of,
    judge,
    keep_significant,
    make_witness,
    summarize,
    to_frame,
)
from tablekin.report.csv_file import save_csv
from tablekin.report.page import Page
from tablekin.report.terms import RELATED, confidence
from tablekin.report.verdict_words import describe_verdict
from tablekin.report.whole_cells import WHO_ERRED, whole_variants

if TYPE_CHECKING:  # an apparatus is told without the library that draws
    from tablekin.report.drawing import Drawing

_SHOWN_AS = {
    "table_a": "table",
    "row_a": "row",
    "col_a": "column",
    "text_a": "A",
    "text_b": "B",
}  # in a notebook, counted from 1


@dataclass(frozen=True)
class Apparatus:
    """The collation of two pages: the cells they have in common, and where those differ.

    Examples
    --------
    >>> import tablekin
    >>> apparatus = tablekin.Corpus.open("corpus").collate("p053", "p232")
    >>> apparatus.is_kin
    True
    >>> int(apparatus.cells["relation"].value_counts()["same"]) > 100
    True
    >>> apparatus.variants["confidence"].is_monotonic_decreasing
    True
    """

    pages: tuple[Page, Page]
    tried: list[Collation]
    kept: list[Collation]
    cells: pd.DataFrame  # as tablekin.collation.to_frame
    turned: bool = (
        False  # whether collations are of the second page beside the first, and only the cells turned
    )

    @property
    def is_kin(self) -> bool:
        """Whether the pages have more in common than chance and the arguments of their tables."""
        return bool(self.kept)

    @property
    def variants(self) -> pd.DataFrame:
        """Cells whose readings differ, the surest first; ``confidence`` is the probability that the print does."""
        found = self.cells[self.cells["relation"] == "variant"]
        return found.sort_values("confidence", ascending=False, kind="stable")

    @cached_property
    def verdict(self) -> PairVerdict:
        """Whether the pages were copied, one from the other or both from a third, or only print one function."""
        return judge(self.tried, self._as_collated)

    @property
    def summary(self) -> dict[str, Any]:
        """Counts and evidence: a row of table ``alignments``, ``docs/reference/data-dictionary.md`` explains it."""
        found = summarize(self.tried, self._as_collated)
        if self.turned:
            found["only_a"], found["only_b"] = found["only_b"], found["only_a"]
        return found

    @property
    def _as_collated(self) -> CellColumns:
        return columns_of(_turn(self.cells) if self.turned else self.cells)

    def plot(self) -> Drawing:
        """Draw both pages, each cell marked by what was found, and below them the cells that differ side by side.

        Returns
        -------
        Drawing
            A figure of matplotlib, which a notebook shows; ``savefig`` writes it.

        Examples
        --------
        >>> import tablekin
        >>> apparatus = tablekin.Corpus.open("corpus").collate("p053", "p232")
        >>> apparatus.plot().savefig("apparatus.png")
        """
        from tablekin.report.apparatus_drawing import draw_apparatus

        found = describe_verdict(self.verdict) if self.is_kin else _nothing(self)
        return draw_apparatus(self.pages, self.cells, [line.strip() for line in found])

    def __repr__(self) -> str:
        names = ", ".join(page.doc_id for page in self.pages)
        found = _agreement(self) if self.is_kin else "nothing to collate"
        return f"<Apparatus {names}: {found}>"

    def _repr_html_(self) -> str:
        lines = "".join(f"<p>{escape(line)}</p>" for line in _in_short(self))
        shown = whole_variants(self.cells)[["table_a", "row_a", "col_a", "text_a", "text_b", "confidence"]]
        places = {name: shown[name] + 1 for name in ("table_a", "row_a", "col_a")}
        shown = shown.assign(**places).rename(columns=_SHOWN_AS)
        return lines + shown.to_html(index=False) if len(shown) else lines


def collate_pages(a: Page, b: Page) -> Apparatus:
    """Collate two pages, in this order; what is found is the same in the other, and that of a corpus."""
    turned = b.doc_id < a.doc_id
    tried = collate(*map(_witness, (b, a) if turned else (a, b)))
    kept = keep_significant(tried)
    cells = to_frame(kept)
    return Apparatus((a, b), tried, kept, _turn(cells) if turned else cells, turned)


def _turn(cells: pd.DataFrame) -> pd.DataFrame:
    """Let the documents of aligned cells change sides."""
    other = {
        name: f"{name[:-1]}{'ba'['ab'.index(name[-1])]}" for name in cells if name.endswith(("_a", "_b"))
    }
    turned = cells.rename(columns=other)[cells.columns.tolist()]
    sides = {"only_a": "only_b", "only_b": "only_a"}
    return turned.assign(
        relation=cells["relation"].replace(sides), error_in=cells["error_in"].replace({"a": "b", "b": "a"})
    )


def _witness(page: Page) -> Witness:
    regions, digits = page.rows("regions"), page.rows("digits")
    expected = expectations_of(regions, digits)
    return make_witness(page.doc_id, regions, digits, page.rows("factors"), expected)


def describe_apparatus(apparatus: Apparatus) -> Iterator[str]:
    """Write the apparatus as lines of text."""
    yield from _in_short(apparatus)
    rows: list[tuple[str, ...]] = [("table row column", "A", "B", "computed", "confidence", "")]
    for one in whole_variants(apparatus.cells).itertuples():
        place = f"{_count(one.table_a)} {_count(one.row_a)} {_count(one.col_a)}"
        marks = [WHO_ERRED[one.error_in]] if one.error_in in WHO_ERRED else []
        marks += [] if one.confidence >= VARIANT_CRITERIA.min_confidence else ["uncertain"]
        texts = (str(one.text_a), str(one.text_b), str(one.computed))
        rows.append((place, *texts, f"{one.confidence:.2f}", ", ".join(marks)))
    if len(rows) > 1:
        if not any(row[3] for row in rows[1:]):
            rows = [(*row[:3], *row[4:]) for row in rows]
        widths = [max(len(row[k]) for row in rows) for k in range(len(rows[0]) - 1)]
        yield from ("", f"cells that differ ({confidence(VARIANT_CRITERIA.min_confidence)}):")
        for row in rows:
            cells = (
                row[k].ljust(widths[k]) if k == 0 else row[k].rjust(widths[k]) for k in range(len(widths))
            )
            yield f"{'  '.join(cells)}  {row[-1]}".rstrip()


def _in_short(apparatus: Apparatus) -> Iterator[str]:
    for letter, page in zip("AB", apparatus.pages, strict=True):
        yield f"{letter}: {page.doc_id} ({page.about})"
    if not apparatus.kept:
        yield from _nothing(apparatus)
        return
    yield RELATED
    for collation in apparatus.kept:
        yield _in_words(collation, apparatus.turned)
    yield _agreement(apparatus)
    yield from describe_verdict(apparatus.verdict)


def _agreement(apparatus: Apparatus) -> str:
    counts = apparatus.cells["relation"].value_counts()
    sure = apparatus.variants["confidence"] >= VARIANT_CRITERIA.min_confidence
    differ, doubtful = int(sure.sum()), int((~sure).sum())
    left = counts.get("not_compared", 0)
    return (
        f"{counts.get('same', 0)} cells agree; in {differ} the prints differ, in {doubtful} more they differ or were "
        f"misread; {counts.get('only_a', 0)} are only in A, {counts.get('only_b', 0)} only in B"
        + (f"; {left} were not compared" if left else "")
    )


def _count(place: int) -> int:
    """Count from 1, as readers do."""
    return int(place) + 1


def _in_words(collation: Collation, turned: bool) -> str:
    alignment, test = collation.alignment, collation.significance
    tables = (collation.a.table, collation.b.table)
    rows = (collation.a.shape[0], collation.aligned_b.shape[0])
    spans = [(_span(span.a), _span(span.b)) for span in alignment.columns]
    one, other = (1, 0) if turned else (0, 1)
    columns = ", ".join(f"{span[one]}={span[other]}" for span in spans)
    transposed = ", rows for columns," if alignment.transposed else ""
    return (
        f"table {_count(tables[one])} of A beside table {_count(tables[other])} of B{transposed}: "
        f"{len(alignment.rows)} rows correspond, of {rows[one]} and {rows[other]}; columns "
        f"{columns}; leaving arguments out, {test.agreeing} of {test.compared} cells agree, {test.expected:.0f} would "
        "by chance"
    )


def _span(columns: tuple[int, int]) -> str:
    first, last = _count(columns[0]), sum(columns)
    return str(first) if first == last else f"{first}-{last}"


def _nothing(apparatus: Apparatus) -> Iterator[str]:
    tried = apparatus.tried
    if not tried:
        yield "one of the documents has no table: there is nothing to collate"
        return
    test = tried[0].significance
    if test.compared:
        found = f"at best {test.agreeing} of {test.compared} cells agree, {test.expected:.0f} would by chance"
    else:
        found = "no columns agree but those of arguments"
    if apparatus.verdict.relation is Relation.TOO_LITTLE:
        yield f"nothing to collate: it is too little to say whether the pages are related ({found})"
        return
    yield f"nothing to collate: the pages are not related, their tables agree no more than by chance ({found})"


def write_csv(apparatus: Apparatus, path: Path) -> None:
    """Write every aligned cell, counted from 0 as in the tables of the corpus.

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    doc_a, doc_b = (page.doc_id for page in apparatus.pages)
    rows = apparatus.cells.assign(doc_a=doc_a, doc_b=doc_b)
    save_csv(rows[["doc_a", "doc_b", *apparatus.cells.columns]], path, what="the apparatus")
