"""Pages: read one, compare two, collate two, without a corpus."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.api.settings import settings_of
from tablekin.config import RunConfig
from tablekin.document import analyse_document
from tablekin.execution import one_thread, resolve_device
from tablekin.explain import FACTOR_TABLES, Scores, load_factors, match_pairs
from tablekin.ingest import load_image, pick_scan
from tablekin.orchestration import analyse_scan
from tablekin.report import Apparatus, Page, Pair, PairScore, collate_pages
from tablekin.schemas import ALL_SCHEMAS, FEATURES, SCHEMAS, to_arrow

_FIRST, _SECOND = np.array([0]), np.array([1])  # places of the two pages


def read_page(
    path: str | Path,
    page: int | None = None,
    side: Literal["left", "right"] | None = None,
    config: RunConfig | str | Path | None = None,
    device: str | None = None,
) -> Page:
    """Read the tables of one page.

    Parameters
    ----------
    path
        JPEG, PNG, TIFF or PDF.
    page
        Which page of the file, counted from 1; may be left out where it has one.
    side
        Which of two facing pages; may be left out where the image shows one.
    config
        Settings, or a TOML file of them; ``docs/reference/configuration.md`` lists all.
    device
        Where the networks run: auto, cpu, cuda or cuda:N; as the settings say if left out.

    Returns
    -------
    Page
        Its tables, digits and image. A page takes one to five seconds; the first one also loads the networks.

    Raises
    ------
    TablekinError
        There is no such file or page, it cannot be read, or a setting cannot be used. The message says what to do.

    Examples
    --------
    >>> import tablekin
    >>> page = tablekin.read_page("p053.jpg")
    >>> page
    <Page p053: ... digits, tables: 30 x 5>
    >>> page.tables[0].loc[0, 1]
    '0 23 55'
    """
    settings = settings_of(config, device)
    scan = pick_scan(Path(path), page, side, settings.ingest)
    with one_thread():
        tables = analyse_scan(scan, analyse_document, settings, resolve_device(settings.device))

    def rows(table: str) -> pd.DataFrame:
        if table not in tables:  # what only a corpus has, such as corrections
            return ALL_SCHEMAS[table].empty_table().to_pandas()
        return to_arrow(table, tables[table]).to_pandas()

    def load() -> NDArray[np.uint8]:
        return load_image(scan.path, scan.file_page)

    return Page(scan.doc_id, scan.source, rows, load)


def compare(
    page: Page | str | Path,
    other: Page | str | Path,
    config: RunConfig | str | Path | None = None,
    device: str | None = None,
) -> Pair:
    """Compare two pages: how similar their digits make them, and which regions carry the similarity.

    How similar two pages are by chance only a corpus tells: a pair of one (:meth:`tablekin.Corpus.compare`) has
    ``z`` and ranks, too.

    Parameters
    ----------
    page, other
        Pages, or files of one page each, which are read first.
    config, device
        As for :func:`read_page`.

    Raises
    ------
    TablekinError
        As for :func:`read_page`.

    Examples
    --------
    >>> import tablekin
    >>> pair = tablekin.compare("p053.jpg", "p232.tif")
    >>> 0.9 < pair.cosine < 1
    True
    >>> cells = pair.relevance("cell")
    >>> rows = cells.groupby(["row_a", "row_b"])["relevance"].sum()
    """
    settings = settings_of(config, device)
    a, b = (_as_page(one, settings) for one in (page, other))
    phi = np.array([one.features.to_numpy(np.float64) for one in (a, b)])
    sums = np.array([_sum_relevance(one) for one in (a, b)])
    chosen = settings.explain.similarity
    (row,) = Scores(["a", "b"], phi, sums, 1, similarity=chosen).table(_FIRST, _SECOND).to_pylist()

    def find_matches() -> pd.DataFrame:
        factors = load_factors(
            [
                {
                    table: to_arrow(
                        table,
                        pd.concat([one.rows(table).assign(doc_id=key) for key, one in (("a", a), ("b", b))]),
                    ).select(columns)
                    for table, columns in FACTOR_TABLES.items()
                }
            ],
            chosen,
        )
        dot = np.array([row["dot"]])
        found = match_pairs(factors, _FIRST, _SECOND, dot, settings.explain.matches_per_pair)
        return found.cast(SCHEMAS["matches"]).to_pandas().assign(doc_a=a.doc_id, doc_b=b.doc_id)

    return Pair(a, b, PairScore(row["dot"], row["cosine"], row["specific"]), find_matches)


def _sum_relevance(page: Page) -> NDArray[np.float64]:
    """Sum the relevance of each feature over the regions, ``(features,)``."""
    factors = page.rows("factors").astype({"relevance": "float64"})
    return factors.groupby("feature")["relevance"].sum().reindex(list(FEATURES), fill_value=0.0).to_numpy()


def collate(
    page: Page | str | Path,
    other: Page | str | Path,
    config: RunConfig | str | Path | None = None,
    device: str | None = None,
) -> Apparatus:
    """Lay the tables of two pages side by side: which cells correspond, which agree, and where they differ.

    Parameters
    ----------
    page, other
        Pages, or files of one page each, which are read first.
    config, device
        As for :func:`read_page`.

    Raises
    ------
    TablekinError
        As for :func:`read_page`.

    Examples
    --------
    >>> import tablekin
    >>> apparatus = tablekin.collate("p053.jpg", "p232.tif")
    >>> apparatus
    <Apparatus p053, p232: ... cells agree; ...>
    >>> apparatus.variants.columns.tolist()[-4:]
    ['relevance', 'confidence', 'computed', 'error_in']
    """
    settings = settings_of(config, device)
    return collate_pages(_as_page(page, settings), _as_page(other, settings))


def _as_page(page: Page | str | Path, settings: RunConfig) -> Page:
    return page if isinstance(page, Page) else read_page(page, config=settings)
