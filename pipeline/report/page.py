"""Page: one document as a reader looks at it, from a corpus or read this moment."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from html import escape
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.corpus import CorpusStore
from tablekin.explain import parts_of
from tablekin.page import PageFlag, RegionKind
from tablekin.report.neighbours import about_document
from tablekin.schemas import FEATURES
from tablekin.threshold import threshold

if TYPE_CHECKING:
    from tablekin.report.drawing import Drawing
    from tablekin.report.recomputed_page import RecomputedPage

_CELL_COLUMNS = [
    "region_id",
    "table_id",
    "row",
    "col",
    "text",
    "confidence",
    "printed",
    "value",
    "label",
    "x0",
    "y0",
    "x1",
    "y1",
]


@dataclass(frozen=True)
class DoubtCriteria:
    """Which readings are marked."""

    min_probability: float = threshold(0.8, "probability", "below which a digit or a cell is in doubt")


CRITERIA = DoubtCriteria()


class Page:
    """One page: its tables as they were read, its digits, its image.

    Coordinates are pixels of the original image, origin top left. Tables, rows and columns count from 0, as in the
    tables of a corpus; what is shown (in words, drawings and notebooks) counts from 1.

    Parameters
    ----------
    doc_id
        Name of the document.
    about
        What is known about it, in words, for titles.
    read
        Gives the document's rows of a table of :mod:`tablekin.schemas`: pages, regions, digits, features, factors and
        words.
    load
        Gives the image, ``(h, w)`` grey, 0 black.

    Examples
    --------
    >>> import tablekin
    >>> page = tablekin.Corpus.open("corpus").page("p053")
    >>> table = page.tables[0]
    >>> table.shape
    (30, 5)
    >>> table.loc[0, [0, 1]].tolist()
    ['1', '0 23 55']
    """

    def __init__(
        self,
        doc_id: str,
        about: str,
        read: Callable[[str], pd.DataFrame],
        load: Callable[[], NDArray[np.uint8]],
    ) -> None:
        self.doc_id = doc_id
        self.about = about
        self._read, self._load = read, load
        self._rows: dict[str, pd.DataFrame] = {}

    def rows(self, table: str) -> pd.DataFrame:
        """Give the page's rows of one of the tables pages, regions, digits, features, factors and words."""
        if table not in self._rows:
            self._rows[table] = self._read(table).reset_index(drop=True)
        return self._rows[table].copy()

    @property
    def regions(self) -> pd.DataFrame:
        """Parts of the page: cells, rows, columns, headers, margins, what lies outside."""
        return self.rows("regions")

    @property
    def digits(self) -> pd.DataFrame:
        """Digits that were found: which, with what probability, and their boxes."""
        return self.rows("digits")

    @property
    def words(self) -> pd.DataFrame:
        """Words that an OCR engine read beside the digits, with their boxes; none where no engine was asked."""
        return self.rows("words")

    @property
    def headings(self) -> pd.Series:
        """What an OCR engine read above each table, by the number of the table; only of tables with a heading."""
        regions = self.rows("regions")
        heads = regions[(regions["kind"] == RegionKind.HEADER) & regions["table_id"].notna()]
        labels = heads.astype({"table_id": "int64"}).set_index("table_id")["label"].fillna("")
        return labels[labels != ""].astype(object)

    @property
    def features(self) -> pd.Series:
        """The 110 features that pages are compared by, by name: how much of each stands on the page."""
        (phi,) = self.rows("features")["phi"]
        return pd.Series(np.asarray(phi, np.float32), pd.Index(FEATURES, name="feature"), name=self.doc_id)

    @property
    def cells(self) -> pd.DataFrame:
        """Cells in reading order: table, row and column, text, confidence, words beside the digits, box."""
        return cells_of(self.rows("regions"))

    @property
    def corrections(self) -> pd.DataFrame:
        """Cells that people corrected: ``region_id`` and ``after``, what was put there; nothing else was."""
        rows = self.rows("corrections")
        there = rows[rows["undone"].isna() & (rows["region_id"] >= 0)]
        return there.drop_duplicates("region_id", keep="last")[["region_id", "after"]].reset_index(drop=True)

    @cached_property
    def parts(self) -> pd.DataFrame:
        """What every region that divides the page is: ``part`` (value, argument, heading ...), function, column, label.

        What is known of columns only a corpus knows; of a page that was read this moment, cells are cells.
        """
        return parts_of(
            *(self.rows(table).assign(doc_id=self.doc_id) for table in ("regions", "columns", "functions"))
        )

    @property
    def tables(self) -> list[pd.DataFrame]:
        """Every table of the page as it was read: rows and columns of texts, empty where nothing stands."""
        return [spread_cells(own, own["text"]) for _, own in self.cells.groupby("table_id")]

    @property
    def marked_tables(self) -> list[pd.DataFrame]:
        """The tables as they are printed, with a question mark behind every reading that is in doubt."""
        return [spread_cells(own, _marked(own)) for _, own in self.cells.groupby("table_id")]

    @property
    def orientation(self) -> int:
        """Degrees clockwise that the page is turned from upright: 0, 90, 180 or 270."""
        return int(self.rows("pages")["orientation"].iloc[0])

    @property
    def flags(self) -> tuple[PageFlag, ...]:
        """What was done to it before it was read, or is doubtful about it."""
        words = set(self.rows("pages")["flags"].iloc[0])
        return tuple(flag for flag in PageFlag if flag in words)

    @cached_property
    def image(self) -> NDArray[np.uint8]:
        """The scan in grey, ``(h, w)``, 0 black, as a viewer shows it; with both pages where it shows two.

        Raises
        ------
        TablekinError
            The scan is not where it was, or cannot be read any more.
        """
        return self._load()

    def recompute(self) -> RecomputedPage:
        """Find out what the tables should say: the functions they print, and the cells that do not fit.

        Examples
        --------
        >>> import tablekin
        >>> tablekin.read_page("p053.jpg").recompute()
        <RecomputedPage p053: declination; ... cells do not fit>
        """
        from tablekin.report.recomputed_page import recompute_page

        return recompute_page(self)

    def plot(self) -> Drawing:
        """Draw the page and beside it every digit at its place, with marks where it is in doubt.

        Returns
        -------
        Drawing
            A figure of matplotlib, which a notebook shows; ``savefig`` writes it.

        Examples
        --------
        >>> import tablekin
        >>> page = tablekin.Corpus.open("corpus").page("p053")
        >>> page.plot().savefig("p053-read.png")
        """
        from tablekin.report.reading_drawing import draw_reading

        return draw_reading(self)

    def __repr__(self) -> str:
        shapes = ", ".join("{} x {}".format(*table.shape) for table in self.tables)
        return f"<Page {self.doc_id}: {len(self.digits)} digits, tables: {shapes or 'none'}>"

    def _repr_html_(self) -> str:
        parts = [f"<p><b>{escape(self.doc_id)}</b> {escape(self.about)}: {len(self.digits)} digits</p>"]
        parts += [from_one(table).to_html(header=True) for table in self.marked_tables]
        return "\n".join(parts if len(parts) > 1 else [*parts, "<p>no table was found on it</p>"])


def from_one(table: pd.DataFrame) -> pd.DataFrame:
    """Count the rows and columns of a table from 1, as readers do."""
    return table.set_axis(table.index + 1, axis=0).set_axis(table.columns + 1, axis=1)


def cells_of(regions: pd.DataFrame) -> pd.DataFrame:
    """Choose the cells among regions of a document, in reading order."""
    cells = regions[regions["kind"] == RegionKind.CELL][_CELL_COLUMNS]
    whole = dict.fromkeys(["table_id", "row", "col"], "int64")
    return cells.astype(whole).sort_values(["table_id", "row", "col"], ignore_index=True)


def spread_cells(cells: pd.DataFrame, texts: pd.Series) -> pd.DataFrame:
    """Lay out something of each cell of one table as rows and columns, empty where there is no cell."""
    return cells.assign(shown=texts).pivot(index="row", columns="col", values="shown").fillna("")


_LEADERS = r"(?:[.·]\s*){4,}$"


def _marked(cells: pd.DataFrame) -> pd.Series:
    """Show readings as printed, their leaders cut short; of older corpora the digits of some cells alone are known."""
    printed = cells["printed"].fillna("").str.replace(_LEADERS, "…", regex=True)
    shown = printed.where(printed != "", cells["text"])
    return shown.where(~in_doubt(cells), shown + "?")


def in_doubt(cells: pd.DataFrame) -> pd.Series:
    """Tell which cells have a reading that may be wrong."""
    return (cells["confidence"] < CRITERIA.min_probability) & (cells["text"] != "")


def open_page(corpus: CorpusStore, doc_id: str) -> Page:
    """Make a page of a document of a corpus; nothing is read before it is asked for."""

    def load() -> NDArray[np.uint8]:
        from tablekin.ingest import list_pages, load_image  # readers of images and PDFs are slow to import

        document = corpus.read("documents", [doc_id]).iloc[0]
        path = corpus.find_scan(str(document["source"]))
        return load_image(path, int(document["page_index"]) % list_pages(path)[1])

    return Page(doc_id, about_document(corpus, doc_id), lambda table: corpus.read(table, [doc_id]), load)
