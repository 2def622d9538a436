"""Apparatus: what two documents have in common and where they differ, in words, as CSV, and in a picture."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from tablekin.collation import (
    VARIANT_CRITERIA,
    Collation,
    PairVerdict,
    Relation,
    Witness,
    collate,
    expectations_of,
    judge,
    keep_significant,
    make_witness,
    summarize,
    to_frame,
)
from tablekin.report.csv_file import save_csv
from tablekin.report.drawing import (
    MARGIN,
    Drawing,
    PlacedPage,
    draw,
    place_document,
    region_boxes,
)
from tablekin.report.page import Page
from tablekin.report.terms import RELATED, confidence
from tablekin.report.verdict_words import describe_verdict
from tablekin.report.whole_cells import whole_variants

_COLOURS = {"same": "#2e8b57", "variant": "#c8102e", "doubtful": "#d98c00", "only": "#1f4fa3"}
_ERROR = {"a": "A errs", "b": "B errs", "both": "both err"}
_SHOWN_AS = {
    "table_a": "table",
    "row_a": "row",
    "col_a": "column",
    "text_a": "A",
    "text_b": "B",
}  # in a notebook, counted from 1
_CROP_HEIGHT = 46  # pixels of the drawing
_CROP_ROW = 64
_MAX_CROPS = 24
_PAD = 0.25  # around a cell in a crop, in cell heights


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
    def _as_collated(self) -> pd.DataFrame:
        return _turn(self.cells) if self.turned else self.cells

    def plot(self) -> Drawing:
        """Draw both pages, agreeing cells tinted and variants framed, and the variants' cells side by side below.

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
        return draw_apparatus(self)

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
        marks = [_ERROR[one.error_in]] if one.error_in in _ERROR else []
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


def draw_apparatus(apparatus: Apparatus) -> Drawing:
    """Draw both pages, agreeing cells tinted and variants framed, and the variants' cells side by side below.

    Raises
    ------
    TablekinError
        A scan cannot be found, or cannot be read.
    """
    left = place_document(apparatus.pages[0], None)
    right = place_document(apparatus.pages[1], left)
    placed = (left, right)
    boxes = [region_boxes(page, place) for page, place in zip(apparatus.pages, placed, strict=True)]
    sure = int((apparatus.variants["confidence"] >= VARIANT_CRITERIA.min_confidence).sum())
    agree = int((apparatus.cells["relation"] == "same").sum())
    score = f"{agree} cells agree (green), {sure} differ (red), {len(apparatus.variants) - sure} may be misread (amber)"
    if not apparatus.kept:
        score = next(_nothing(apparatus)).partition(" (")[0]
    titles = [f"{letter}: {page.doc_id}" for letter, page in zip("AB", apparatus.pages, strict=True)]
    drawing = draw(placed, [], (titles[0], titles[1], score))
    compared = apparatus.cells[apparatus.cells["relation"] != "not_compared"]
    for one in compared.itertuples():
        kind = "only" if one.relation.startswith("only") else one.relation
        kind = "doubtful" if kind == "variant" and one.confidence < VARIANT_CRITERIA.min_confidence else kind
        for region, places in zip((one.region_a, one.region_b), boxes, strict=True):
            if region in places.index:
                _mark(drawing.canvas_axes, tuple(places.loc[region]), kind)
    _add_crops(drawing, apparatus, placed, boxes)
    return drawing


def _mark(axes: Axes, box: tuple[float, ...], kind: str) -> None:
    x0, y0, x1, y1 = box
    if kind in ("same", "only"):
        opacity = 0.16 if kind == "same" else 0.08
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, lw=0, fc=_COLOURS[kind], alpha=opacity))
    else:
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, lw=2, ec=_COLOURS[kind]))


def _add_crops(
    drawing: Drawing,
    apparatus: Apparatus,
    pages: tuple[PlacedPage, PlacedPage],
    boxes: list[pd.DataFrame],
) -> None:
    """Lengthen a drawing by the cells of the surest variants, of both pages side by side."""
    shown = apparatus.variants.head(_MAX_CROPS)
    if not len(shown):
        return
    axes, (width, height) = drawing.canvas_axes, drawing.extent
    across = max(int(width - 2 * MARGIN) // 560, 1)
    lines = -(-len(shown) // across)
    drawing.set_extent(width, height + lines * _CROP_ROW + MARGIN)
    for number, one in enumerate(shown.itertuples()):
        x = MARGIN + number % across * (width - 2 * MARGIN) / across
        y = height + number // across * _CROP_ROW
        colour = _COLOURS["variant" if one.confidence >= VARIANT_CRITERIA.min_confidence else "doubtful"]
        place = f"{_count(one.row_a)}, {_count(one.col_a)}"
        drawing.write(x, y + _CROP_HEIGHT / 2, place, fontsize=12, va="center", color="#555555")
        for side, region in enumerate((one.region_a, one.region_b)):
            if region in boxes[side].index:
                _crop(axes, pages[side], boxes[side].loc[region].to_numpy(), x + 70 + side * 170, y)
        reading = f"{one.text_a} : {one.text_b}  ({one.confidence:.2f})"
        drawing.write(x + 410, y + _CROP_HEIGHT / 2, reading, fontsize=12, va="center", color=colour)


def _crop(axes: Axes, page: PlacedPage, box: np.ndarray, x: float, y: float) -> None:
    pad = _PAD * (box[3] - box[1])
    x0, y0, x1, y1 = box + np.array([-pad, -pad, pad, pad]) - np.array([page.left, page.top] * 2)
    rows, cols = page.image.shape
    piece = page.image[max(0, int(y0)) : min(rows, int(y1) + 1), max(0, int(x0)) : min(cols, int(x1) + 1)]
    if piece.size:
        scale = min(_CROP_HEIGHT / piece.shape[0], 160 / piece.shape[1])
        high, wide = piece.shape[0] * scale, piece.shape[1] * scale
        extent = (x, x + wide, y + high, y)
        axes.imshow(piece, cmap="gray", vmin=0, vmax=255, extent=extent, interpolation="bilinear", zorder=3)
        axes.set_autoscale_on(False)
