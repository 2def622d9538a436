"""Make a corpus of many documents out of those of analysed corpora, to measure what a large one costs.

Each document takes one of theirs, gives its cells the contents of others of the same page, drawn with replacement, and
varies each relevance a little, so that the numbers of regions and of features in them stay true.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from tablekin.config import Similarity
from tablekin.corpus import CorpusStore
from tablekin.explain import FACTOR_TABLES, FactorIndex, load_factors
from tablekin.schemas import FEATURES, empty

DENSE = 1500  # digits on a page from which on it counts as dense
_BATCH = 50  # documents written together
_VARIATION = 0.1  # standard deviation of the logarithm of what a relevance is multiplied by


@dataclass(frozen=True)
class Page:
    """An analysed document to make others from."""

    regions: pd.DataFrame
    region: NDArray[np.int64]  # (entries,), region_id
    feature: NDArray[np.int64]  # (entries,)
    relevance: NDArray[np.float64]  # (entries,)


def read_pages(folders: Sequence[Path], density: str) -> list[Page]:
    """Read the documents with a table; ``density`` is early-modern, fort-william or mix."""
    pages = []
    for folder in folders:
        corpus = CorpusStore.open(folder)
        digits = corpus.read("digits", columns=["doc_id"])["doc_id"].value_counts()
        regions = dict(list(corpus.read("regions").groupby("doc_id")))
        index = {feature: row for row, feature in enumerate(FEATURES)}
        for name, entries in corpus.read("factors").groupby("doc_id"):
            wanted = density == "mix" or (density == "fort-william") == (digits.get(name, 0) >= DENSE)
            if wanted and (regions[name]["kind"] == "cell").any():
                pages.append(
                    Page(
                        regions[name].drop(columns="doc_id"),
                        entries["region_id"].to_numpy(np.int64),
                        entries["feature"].map(index).to_numpy(np.int64),
                        entries["relevance"].to_numpy(np.float64),
                    )
                )
    if not pages:
        raise SystemExit(f"no document of {', '.join(map(str, folders))} has a table of density {density}")
    return pages


def resample(page: Page, rng: np.random.Generator) -> Page:
    """Make another document from one: its cells hold the contents of cells drawn from all of them."""
    cells = page.regions.loc[page.regions["kind"] == "cell", "region_id"].to_numpy(np.int64)
    order = np.argsort(page.region, kind="stable")
    begin = np.searchsorted(page.region, cells, sorter=order)
    size = np.searchsorted(page.region, cells, side="right", sorter=order) - begin
    drawn = rng.integers(0, len(cells), len(cells))
    within = np.arange(size[drawn].sum()) - np.repeat(np.cumsum(size[drawn]) - size[drawn], size[drawn])
    others = np.flatnonzero(~np.isin(page.region, cells))
    taken = np.concatenate([order[np.repeat(begin[drawn], size[drawn]) + within], others])
    region = np.concatenate([np.repeat(cells, size[drawn]), page.region[others]])
    relevance = page.relevance[taken] * rng.lognormal(0, _VARIATION, len(taken))
    written = np.lexsort((page.feature[taken], region))  # as a run writes entries
    return Page(page.regions, region[written], page.feature[taken][written], relevance[written])


def make_corpus(folders: Sequence[Path], density: str, documents: int, seed: int, out: Path) -> None:
    """Write a corpus of documents resampled from those of others, with metadata."""
    write_documents(read_pages(folders, density), documents, seed, out)


def write_documents(
    pages: Sequence[Page], documents: int, seed: int, out: Path, fingerprint: str = "benchmark"
) -> None:
    """Write a corpus of resampled documents, with metadata."""
    rng, corpus = np.random.default_rng(seed), CorpusStore(out)
    metadata = [pa.field("work", pa.string()), pa.field("year", pa.int64()), pa.field("place", pa.string())]
    for begin in range(0, documents, _BATCH):
        names = [f"page-{number:05d}" for number in range(begin, min(begin + _BATCH, documents))]
        made = [resample(pages[int(rng.integers(len(pages)))], rng) for _ in names]
        sizes = [len(page.region) for page in made]
        feature = np.concatenate([page.feature for page in made])
        relevance = np.concatenate([page.relevance for page in made]).astype(np.float32)
        owner = np.repeat(np.arange(len(names)), sizes)
        phi = np.bincount(owner * len(FEATURES) + feature, relevance, len(names) * len(FEATURES))
        page = {
            "orientation": 0,
            "skew_degrees": 0.0,
            "scale": 1.0,
            "digit_height": 20.0,
            "digit_advance": 10.0,
        }
        plain = {"transform": [[1.0, 0, 0, 0, 1, 0]] * len(names), "flags": [[]] * len(names)}
        tables = {
            "digits": empty("digits"),
            "pages": pd.DataFrame({"doc_id": names, "ink": 0.5, "is_table": True, **page, **plain}),
            "regions": pd.concat(
                [page.regions.assign(doc_id=name) for name, page in zip(names, made, strict=True)]
            ),
            "features": pd.DataFrame(
                {"doc_id": names, "model": "bigram", "phi": list(phi.reshape(len(names), -1))}
            ),
            "factors": pd.DataFrame(
                {
                    "doc_id": pd.Categorical.from_codes(owner, names),
                    "region_id": np.concatenate([page.region for page in made]),
                    "feature": pd.Categorical.from_codes(feature, list(FEATURES)),
                    "relevance": relevance,
                }
            ),
            "documents": pd.DataFrame(
                {
                    "doc_id": names,
                    "source": [f"{name}.png" for name in names],
                    "page_index": 0,
                    "sha256": names,
                    "width": 1000,
                    "height": 1500,
                    "status": "ok",
                    "reason": "",
                    "work": [f"work {number // 30}" for number in range(begin, begin + len(names))],
                    "year": rng.integers(1500, 1700, len(names)),
                    "place": rng.choice(["Basel", "Nürnberg", "Paris", "Venezia"], len(names)),
                }
            ),
        }
        corpus.document_tables.add(tables, fingerprint, metadata)


def first_documents(folder: Path, count: int, similarity: Similarity = Similarity.PAPER) -> FactorIndex:
    """Read the factors of the first batches, as many as have ``count`` documents."""
    tables: list[dict[str, pa.Table]] = []
    for batch in CorpusStore.open(folder).batches(FACTOR_TABLES):
        tables.append(batch)
        if sum(len(table["features"]) for table in tables) >= count:
            break
    return load_factors(tables, similarity)


def shape_of(folder: Path, count: int) -> dict[str, float]:
    """Mean numbers of regions and factor entries of the first documents."""
    factors = first_documents(folder, count)
    cells, count = factors.levels[0], len(factors.documents)
    return {
        "cells_of_a_document": round(len(cells.region_id) / count, 1),
        "features_of_a_cell": round(np.count_nonzero(cells.relevance) / max(len(cells.region_id), 1), 1),
    }
