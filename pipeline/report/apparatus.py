"""Apparatus: what two documents have in common and where they differ, in words, as CSV, and in a picture."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from tablekin.collation import (
    VARIANT_CRITERIA,
    Collation,
    WitnessReader,
    collate,
    keep_significant,
    to_frame,
)
from tablekin.corpus.corpus import Corpus
from tablekin.errors import UsageError
from tablekin.report.drawing import PlacedPage, draw, place_document, region_boxes, save_drawing
from tablekin.report.neighbours import describe_document, find_pair

_COLOURS = {"same": "#2e8b57", "variant": "#c8102e", "doubtful": "#d98c00", "only": "#1f4fa3"}
_SIDES = ["x0", "y0", "x1", "y1"]
_CROP_HEIGHT = 46  # pixels of the drawing
_CROP_ROW = 64
_MOST_CROPS = 24
_PAD = 0.25  # around a cell in a crop, in cell heights
_MARGIN = 40


@dataclass(frozen=True)
class Apparatus:
    """The collation of two documents."""

    docs: tuple[str, str]
    tried: list[Collation]
    kept: list[Collation]
    cells: pd.DataFrame  # as tablekin.collation.to_frame

    @property
    def variants(self) -> pd.DataFrame:
        """Cells whose readings differ, the surest first."""
        found = self.cells[self.cells["relation"] == "variant"]
        return found.sort_values("confidence", ascending=False, kind="stable")


def collate_pair(corpus: Corpus, first: str, second: str) -> Apparatus:
    """Collate two documents of a corpus.

    Raises
    ------
    UsageError
        One of them cannot be found, or they are the same.
    """
    docs = find_pair(corpus, first, second)
    reader = WitnessReader(corpus, docs)
    tried = collate(*map(reader.witness, docs))
    kept = keep_significant(tried)
    return Apparatus(docs, tried, kept, to_frame(kept))


def describe(corpus: Corpus, apparatus: Apparatus) -> Iterator[str]:
    """Write the apparatus as lines of text."""
    for letter, doc in zip("AB", apparatus.docs, strict=True):
        yield f"{letter}: {describe_document(corpus, doc)}"
    if not apparatus.kept:
        yield from _nothing(apparatus.tried)
        return
    for collation in apparatus.kept:
        yield _in_words(collation)
    counts = apparatus.cells["relation"].value_counts()
    sure = apparatus.variants["confidence"] >= VARIANT_CRITERIA.min_confidence
    yield (
        f"{counts.get('same', 0)} cells agree; {int(sure.sum())} differ, and {int((~sure).sum())} more may be "
        f"misread; {counts.get('only_a', 0)} only in A, {counts.get('only_b', 0)} only in B"
    )
    rows = [("table row col", "A", "B", "confidence", "")]
    for one in apparatus.variants.itertuples():
        place = f"{_count(one.table_a)} {_count(one.row_a)} {_count(one.col_a)}"
        mark = "" if one.confidence >= VARIANT_CRITERIA.min_confidence else "uncertain"
        rows.append((place, str(one.text_a), str(one.text_b), f"{one.confidence:.2f}", mark))
    if len(rows) > 1:
        widths = [max(len(row[k]) for row in rows) for k in range(4)]
        yield ""
        for row in rows:
            cells = (row[k].ljust(widths[k]) if k == 0 else row[k].rjust(widths[k]) for k in range(4))
            yield f"{'  '.join(cells)}  {row[4]}".rstrip()


def _count(place: int) -> int:
    """Count from 1, as readers do."""
    return int(place) + 1


def _in_words(collation: Collation) -> str:
    alignment, test = collation.alignment, collation.significance
    columns = ", ".join(f"{_span(span.a)}={_span(span.b)}" for span in alignment.columns)
    turned = ", one of them turned on its side" if alignment.transposed else ""
    return (
        f"table {_count(collation.a.table)} of A and table {_count(collation.b.table)} of B{turned}: "
        f"{len(alignment.rows)} rows of {collation.a.shape[0]} and {collation.b.shape[alignment.transposed]}; columns "
        f"{columns}; {test.agreeing} of {test.compared} cells agree, {test.expected:.0f} would by chance"
    )


def _span(columns: tuple[int, int]) -> str:
    first, last = _count(columns[0]), sum(columns)
    return str(first) if first == last else f"{first}-{last}"


def _nothing(tried: Sequence[Collation]) -> Iterator[str]:
    if not tried:
        yield "one of the documents has no table: there is nothing to collate"
        return
    test = tried[0].significance
    if test.compared:
        found = f"at best {test.agreeing} of {test.compared} cells agree, {test.expected:.0f} by chance"
    else:
        found = "no columns agree but those that count rows"
    yield f"nothing to collate: the tables have no more in common than their frame and chance ({found})"


def write_csv(apparatus: Apparatus, path: Path) -> None:
    """Write every aligned cell, counted from 0 as in the tables of the corpus.

    Raises
    ------
    UsageError
        The file cannot be written.
    """
    rows = apparatus.cells.assign(doc_a=apparatus.docs[0], doc_b=apparatus.docs[1])
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        rows[["doc_a", "doc_b", *apparatus.cells.columns]].to_csv(path, index=False)
    except OSError as error:
        raise UsageError(f"cannot write the apparatus to {path}: {error}") from error


def draw_apparatus(corpus: Corpus, apparatus: Apparatus, path: Path) -> None:
    """Draw both pages, agreeing cells tinted and variants framed, and the variants' cells side by side below.

    Raises
    ------
    UsageError
        A scan cannot be found, or ``path`` cannot be written.
    """
    left = place_document(corpus, apparatus.docs[0], None)
    right = place_document(corpus, apparatus.docs[1], left)
    boxes = [region_boxes(corpus, doc, page) for doc, page in zip(apparatus.docs, (left, right), strict=True)]
    sure = int((apparatus.variants["confidence"] >= VARIANT_CRITERIA.min_confidence).sum())
    agree = int((apparatus.cells["relation"] == "same").sum())
    score = f"{agree} cells agree (green), {sure} differ (red), {len(apparatus.variants) - sure} may be misread (amber)"
    if not apparatus.kept:
        score = "nothing to collate but the frame"
    titles = [f"{letter}: {doc}" for letter, doc in zip("AB", apparatus.docs, strict=True)]
    figure = draw((left, right), [], (titles[0], titles[1], score))
    axes = figure.axes[0]
    for one in apparatus.cells.itertuples():
        kind = "only" if one.relation.startswith("only") else one.relation
        kind = "doubtful" if kind == "variant" and one.confidence < VARIANT_CRITERIA.min_confidence else kind
        for region, places in zip((one.region_a, one.region_b), boxes, strict=True):
            if region in places.index:
                _mark(axes, tuple(places.loc[region]), kind)
    _add_crops(figure, apparatus, (left, right), boxes)
    save_drawing(figure, path)


def _mark(axes: Axes, box: tuple[float, ...], kind: str) -> None:
    x0, y0, x1, y1 = box
    if kind in ("same", "only"):
        opacity = 0.16 if kind == "same" else 0.08
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, lw=0, fc=_COLOURS[kind], alpha=opacity))
    else:
        axes.add_patch(Rectangle((x0, y0), x1 - x0, y1 - y0, fill=False, lw=2, ec=_COLOURS[kind]))


def _add_crops(
    figure: Figure, apparatus: Apparatus, pages: tuple[PlacedPage, PlacedPage], boxes: list[pd.DataFrame]
) -> None:
    """Lengthen a drawing by the cells of the surest variants, of both pages side by side."""
    shown = apparatus.variants.head(_MOST_CROPS)
    if not len(shown):
        return
    axes = figure.axes[0]
    width, height = axes.get_xlim()[1], axes.get_ylim()[0]
    across = max(int(width - 2 * _MARGIN) // 560, 1)
    lines = -(-len(shown) // across)
    total = height + lines * _CROP_ROW + _MARGIN
    figure.set_size_inches(width / figure.dpi, total / figure.dpi)
    axes.set_ylim(total, 0)
    for number, one in enumerate(shown.itertuples()):
        x = _MARGIN + number % across * (width - 2 * _MARGIN) / across
        y = height + number // across * _CROP_ROW
        colour = _COLOURS["variant" if one.confidence >= VARIANT_CRITERIA.min_confidence else "doubtful"]
        place = f"{_count(one.row_a)}, {_count(one.col_a)}"
        axes.text(x, y + _CROP_HEIGHT / 2, place, fontsize=12, va="center", color="#555555")
        for side, region in enumerate((one.region_a, one.region_b)):
            if region in boxes[side].index:
                _crop(axes, pages[side], boxes[side].loc[region].to_numpy(), x + 70 + side * 170, y)
        reading = f"{one.text_a} : {one.text_b}  ({one.confidence:.2f})"
        axes.text(x + 410, y + _CROP_HEIGHT / 2, reading, fontsize=12, va="center", color=colour)


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
