"""Grow an archive: pages of an analysed corpus under new names and with other digits; none is rendered or read.

Every four pages are witnesses of one table, which has the shape of an analysed page and digits of its own: a
permutation of the ten digits turns what is printed into something else of the same form, and features and factors with
it. Each witness then has misprints of its own, and relevance that differs a little. A run finds a scan for every page,
of noise, which is opened but not looked at; everything else of the run is as it always is.
"""

from __future__ import annotations

import logging
import re
import signal
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.config import RunConfig
from tablekin.console import show_messages
from tablekin.corpus import CorpusStore
from tablekin.number import value_of
from tablekin.orchestration import RunRequest, Stages, load_stages, run
from tablekin.schemas import FEATURES

WITNESSES = 4  # of each table
_MISPRINTS = 0.01  # of the cells
_VARIATION = 0.1  # standard deviation of the logarithm of what a relevance is multiplied by
_TABLES = ("pages", "regions", "digits", "features", "factors")
_SIDES = (600, 500)  # pixels of a scan of noise, which has as many bytes as that of a page


def write_scans(folder: Path, count: int) -> None:
    """Write scans until there are so many."""
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        path = folder / f"grown-{number:05d}.png"
        if not path.exists():
            noise = np.random.default_rng(number).integers(0, 256, _SIDES, np.uint8)
            cv2.imwrite(str(path), noise, [cv2.IMWRITE_PNG_COMPRESSION, 0])


@lru_cache(maxsize=1)
def _analysed(corpus: Path) -> list[dict[str, pd.DataFrame]]:
    """Read the pages with a table of an analysed corpus."""
    store = CorpusStore.open(corpus)
    tables = {name: dict(list(store.read(name).groupby("doc_id"))) for name in _TABLES}
    names = [name for name, rows in tables["regions"].items() if (rows["kind"] == "cell").any()]
    return [{name: tables[name][doc].drop(columns="doc_id") for name in _TABLES} for doc in sorted(names)]


def analyse_grown(
    image: NDArray[np.uint8], doc_id: str, config: RunConfig, device: str, source: Path
) -> dict[str, pd.DataFrame]:
    """Make up what the analysis of a page would find, in place of ``tablekin.document.analyse_document``."""
    number = int(re.findall(r"\d+", doc_id)[-1])
    pages = _analysed(source)
    table = number // WITNESSES
    page = pages[table % len(pages)]
    of_table, own = np.random.default_rng([table, 1]), np.random.default_rng([number, 2])
    digits = of_table.permutation(10) if table >= len(pages) else np.arange(10)
    found = {name: page[name].assign(doc_id=doc_id) for name in _TABLES}
    found["regions"] = _misprinted(_with_digits(found["regions"], digits), own)
    seen = found["digits"]
    found["digits"] = seen.assign(
        digit=digits[seen["digit"]].astype(np.int8), other=_mapped(seen["other"], digits)
    )
    of_feature = {name: "".join(str(digits[int(digit)]) for digit in name) for name in FEATURES}
    factors = found["factors"]
    relevance = factors["relevance"].to_numpy(np.float64) * own.lognormal(0, _VARIATION, len(factors))
    found["factors"] = factors.assign(
        feature=factors["feature"].map(of_feature), relevance=relevance.astype(np.float32)
    ).sort_values(["region_id", "feature"], ignore_index=True)
    place = found["factors"]["feature"].map({name: place for place, name in enumerate(FEATURES)})
    phi = np.bincount(place, found["factors"]["relevance"], len(FEATURES))
    found["features"] = found["features"].assign(phi=[phi.astype(np.float32)])
    stages = ("digitize", "segment", "read", "explain")
    return {**found, "seconds": pd.DataFrame([dict.fromkeys(stages, 0.0)])}


def _mapped(values: pd.Series, digits: NDArray[np.int64]) -> NDArray[np.int8]:
    known = values.to_numpy()
    return np.where((known >= 0) & (known < 10), digits[np.clip(known, 0, 9)], known).astype(np.int8)


def _with_digits(regions: pd.DataFrame, digits: NDArray[np.int64]) -> pd.DataFrame:
    """Put other digits in the place of those of every region."""
    names = str.maketrans({str(old): str(new) for old, new in enumerate(digits)})
    printed = regions["printed"].str.translate(names)
    values = regions["value"].where(regions["printed"] == printed, printed.map(value_of))
    return regions.assign(text=regions["text"].str.translate(names), printed=printed, value=values)


def _misprinted(regions: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Change a digit of some cells whose print is nothing but digits."""
    plain = np.flatnonzero((regions["kind"] == "cell") & regions["printed"].str.fullmatch(r"[0-9]+"))
    regions = regions.reset_index(drop=True)
    for row in rng.permutation(plain)[: rng.binomial(len(plain), _MISPRINTS)]:
        text = regions.at[row, "printed"]
        place = int(rng.integers(len(text)))
        text = f"{text[:place]}{rng.integers(10)}{text[place + 1 :]}"
        regions.loc[row, ["text", "printed", "value"]] = [text, text, float(value_of(text))]
    return regions


def grow(scans: str, corpus: str, source: str, log: str) -> None:
    """Run over grown scans as ``tablekin run`` does, but for their analysis."""
    signal.signal(signal.SIGINT, signal.default_int_handler)  # which a shell takes from what it starts with &
    stages: Stages = replace(load_stages(), analyse=partial(analyse_grown, source=Path(source)))
    with show_messages(logging.DEBUG, Path(log)):
        run(RunRequest((scans,), Path(corpus)), logging.getLogger("tablekin").info, stages)
