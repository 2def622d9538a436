"""Corpus: the tables of a run, to look things up in a notebook."""

from __future__ import annotations

import logging
from html import escape
from pathlib import Path
from typing import Literal

import pandas as pd

from tablekin.corpus import CorpusStore, find_document, find_pair
from tablekin.errors import UsageError
from tablekin.explain import find_drivers
from tablekin.find import are_words, open_index, parse_query, search, search_words
from tablekin.report import (
    Apparatus,
    AtlasRequest,
    Page,
    Pair,
    RecomputedPage,
    collate_pages,
    open_page,
    open_pair,
    rank_partners,
    recompute_config,
    recompute_page,
    write_atlas,
)

_LOGGER = logging.getLogger("tablekin")


class Corpus:
    """The tables that a run wrote, as DataFrames; nothing is read before it is asked for, and nothing is changed.

    ``docs/reference/data-dictionary.md`` explains every column. A document is named by its doc_id or by the name of
    its scan. Tables of pairs grow with the square of the documents: of a large corpus, ask for those of one document.

    Examples
    --------
    >>> import tablekin
    >>> corpus = tablekin.Corpus.open("corpus")
    >>> corpus
    <Corpus corpus: 3 documents>
    >>> corpus.pairs_of("p053.jpg")["partner"].tolist()
    ['p232', 'p303']
    >>> corpus.cells_of("p053").loc[0, "text"]
    '1'
    """

    def __init__(self, store: CorpusStore) -> None:
        self._store = store

    @classmethod
    def open(cls, root: str | Path) -> Corpus:
        """Open a corpus.

        Raises
        ------
        CorpusError
            There is none in the folder ``root``, or another version of tablekin wrote it.

        Examples
        --------
        >>> import tablekin
        >>> tablekin.Corpus.open("scans")
        Traceback (most recent call last):
        ...
        tablekin.errors.CorpusError: scans is not a corpus; make one with: tablekin run SCANS --out scans
        """
        return cls(CorpusStore.open(Path(root)))

    @property
    def root(self) -> Path:
        """Folder of the tables."""
        return self._store.root

    @property
    def documents(self) -> pd.DataFrame:
        """Every page: its scan, whether it could be analysed, and its metadata."""
        return self._store.read("documents")

    @property
    def pages(self) -> pd.DataFrame:
        """How every analysed page lies on its scan: orientation, skew, scale, size of its digits."""
        return self._store.read("pages")

    @property
    def regions(self) -> pd.DataFrame:
        """Parts of all pages with the text of cells and headers."""
        return self._store.read("regions")

    @property
    def digits(self) -> pd.DataFrame:
        """Digits of all pages."""
        return self._store.read("digits")

    @property
    def pairs(self) -> pd.DataFrame:
        """Every pair of documents: similarity, z, ranks."""
        return self._store.read("pairs")

    @property
    def matches(self) -> pd.DataFrame:
        """The strongest pairs of regions of every pair of documents."""
        return self._store.read("matches")

    @property
    def columns(self) -> pd.DataFrame:
        """The numbers that the columns of all tables print: which columns make one, their radices and roles."""
        return self._store.read("columns")

    @property
    def functions(self) -> pd.DataFrame:
        """The functions that tables print, with their parameters."""
        return self._store.read("functions")

    @property
    def checks(self) -> pd.DataFrame:
        """Cells that were held against what they should say."""
        return self._store.read("checks")

    @property
    def alignments(self) -> pd.DataFrame:
        """Every pair that was collated: whether it is kin, and how many cells agree."""
        return self._store.read("alignments")

    @property
    def collations(self) -> pd.DataFrame:
        """Aligned cells of all pairs that are kin."""
        return self._store.read("collations")

    @property
    def corrections(self) -> pd.DataFrame:
        """What people corrected in cells, in the order in which they did; ``undone`` where it was taken back."""
        return self._store.correction_table.read()

    @property
    def drivers(self) -> pd.DataFrame:
        """What every region adds to its document's similarity with all others."""
        return self._store.read("drivers")

    def drivers_with(self, partners: str) -> pd.DataFrame:
        """Find what every region adds to its document's similarity with some of the others.

        Parameters
        ----------
        partners
            ``all``, or, by a column of the metadata, ``other COLUMN`` (documents with another value: ``other work``) or
            ``earlier COLUMN`` (with a smaller one: ``earlier year``; of inexact dates, those surely earlier).

        Raises
        ------
        UsageError
            ``partners`` is not understood, or there is no such column.

        Examples
        --------
        >>> import tablekin
        >>> corpus = tablekin.Corpus.open("corpus")
        >>> len(corpus.drivers_with("all")) == len(corpus.drivers)
        True
        """
        return find_drivers(self._store, partners)

    def page(self, doc: str) -> Page:
        """Give a document as a page: its tables, digits and image.

        Raises
        ------
        UsageError
            There is no such document, or it could not be analysed.

        Examples
        --------
        >>> import tablekin
        >>> tablekin.Corpus.open("corpus").page("p053").tables[0].shape
        (30, 5)
        """
        return open_page(self._store, find_document(self._store, doc))

    def recompute(self, doc: str) -> RecomputedPage:
        """Find out what the tables of a document should say, and which cells do not.

        Raises
        ------
        UsageError
            There is no such document, or it could not be analysed.

        Examples
        --------
        >>> import tablekin
        >>> tablekin.Corpus.open("corpus").recompute("p053")
        <RecomputedPage p053: declination; ... cells do not fit>
        """
        page = self.page(doc)
        return recompute_page(page, recompute_config(self._store), self._store.read("checks", [page.doc_id]))

    def pairs_of(self, doc: str) -> pd.DataFrame:
        """List the pairs of a document, the nearest first: ``partner``, ``rank`` and the columns of ``pairs``."""
        return rank_partners(self._store, find_document(self._store, doc))

    def matches_of(self, doc: str) -> pd.DataFrame:
        """List the matches that a document takes part in."""
        return self._store.read_matches_of(find_document(self._store, doc))

    def cells_of(self, doc: str) -> pd.DataFrame:
        """List the cells of a document in reading order: table, row and column, text, confidence, box."""
        return self.page(doc).cells

    def find(
        self,
        *numbers: str,
        within_digit: bool = False,
        tolerance: float | None = None,
        along: Literal["column", "row"] | None = None,
    ) -> pd.DataFrame:
        """Find the cells where numbers stand, one below or beside the other if there are several; or words.

        Parameters
        ----------
        numbers
            As printed, the groups of one number parted by blanks: ``"23 30"``. These may stand in one cell or in
            cells beside one another. Or words, where an OCR engine read them: ``"tangens"``.
        within_digit
            Whether one digit of each number may be another, be missing, or be one too many.
        tolerance
            How far values may be off, in units of the first group, those behind it being sixtieths; without it, digits
            are compared.
        along
            Only runs down a column, or along a row; both by default.

        Returns
        -------
        DataFrame
            ``doc_id``, ``along`` (column or row; of one number, cell; of words, the kind of their region),
            ``table_id``, ``row`` and ``col`` of the first cell, counted from 0, its ``region_id``, ``text`` and
            ``is_exact``.

        Raises
        ------
        UsageError
            A number cannot be looked for, or the options contradict one another.

        Examples
        --------
        >>> import tablekin
        >>> corpus = tablekin.Corpus.open("corpus")
        >>> found = corpus.find("0 23 55")
        >>> found.loc[0, "doc_id"], int(found.loc[0, "col"])
        ('p053', 1)
        """
        if are_words(numbers):
            if within_digit or tolerance is not None or along is not None:
                raise UsageError("within_digit, tolerance and along are of numbers: leave them out for words")
            return search_words(self._store, numbers)
        query = parse_query(numbers, within_digit, tolerance, along)
        return search(open_index(self._store, _LOGGER.info), query)

    def compare(self, doc: str, other: str) -> Pair:
        """Give a pair of documents, in the order of the tables: similarity, z, ranks and what carries it.

        Raises
        ------
        UsageError
            One of them cannot be found, or they are the same.

        Examples
        --------
        >>> import tablekin
        >>> tablekin.Corpus.open("corpus").compare("p232", "p053").scores.rank_a
        1
        """
        return open_pair(self._store, doc, other)

    def collate(self, doc: str, other: str) -> Apparatus:
        """Lay the tables of two documents side by side, in the order in which they are named.

        Raises
        ------
        UsageError
            One of them cannot be found, or they are the same.

        Examples
        --------
        >>> import tablekin
        >>> tablekin.Corpus.open("corpus").collate("p053", "p232").is_kin
        True
        """
        return collate_pages(*(open_page(self._store, name) for name in find_pair(self._store, doc, other)))

    def write_atlas(
        self,
        out: str | Path,
        images: Literal["tiles", "scaled", "link", "none"] = "scaled",
        title: str | None = None,
        single_file: bool = False,
    ) -> Path:
        """Write the atlas: a folder that a browser opens, without a server or a network, as ``tablekin report`` does.

        Parameters
        ----------
        out
            The folder: new, empty, or an atlas that is brought up to date.
        images
            What is shown of scans: tiles for deep zoom, one scaled picture a page, links to the library they are from,
            or none.
        title
            Of the atlas; the name of the corpus without one.
        single_file
            Whether it is also written as one HTML file beside the folder.

        Returns
        -------
        Path
            The file to open.

        Raises
        ------
        UsageError
            The folder holds something else.

        Examples
        --------
        >>> import tablekin
        >>> tablekin.Corpus.open("corpus").write_atlas("atlas").name
        'index.html'
        """
        request = AtlasRequest(self.root, Path(out), images, title=title, workers=1, single_file=single_file)
        return write_atlas(request, _LOGGER.warning).index

    def __len__(self) -> int:
        """Count the documents."""
        return len(self._store.read("documents", columns=["doc_id"]))

    def __repr__(self) -> str:
        return f"<Corpus {self.root}: {len(self)} documents>"

    def _repr_html_(self) -> str:
        counts = self.documents["status"].value_counts()
        found = ", ".join(f"{count} {status}" for status, count in counts.items())
        return f"<p>corpus <b>{escape(str(self.root))}</b>: {len(self)} documents ({found})</p>"
