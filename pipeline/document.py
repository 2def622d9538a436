"""Document: everything that is found out about one page image, as rows of the tables."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import replace
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.config import RunConfig
from tablekin.digitize import digitize, drop_false_positives, load_readers, to_original
from tablekin.execution import release_freed_memory
from tablekin.explain import PageFactor, digit_advance, explain_document, spacing_of
from tablekin.models.networks.architecture import GAMMA
from tablekin.models.precision import full_precision
from tablekin.page import Layout, PageFlag, WorkingPage
from tablekin.read import Reading, read
from tablekin.schemas import FEATURES
from tablekin.segment import TableCriteria, segment
from tablekin.words import PageWords, find_engine, read_words

MODEL = "bigram"
_LARGE = 4_000_000  # pixels; of a larger page the worker keeps no memory for the next
_BOX = ["x0", "y0", "x1", "y1"]


@full_precision()
def analyse_document(
    image: NDArray[np.uint8], doc_id: str, config: RunConfig, device: str = "cpu"
) -> dict[str, pd.DataFrame]:
    """Take one page through digitize, segment, read and explain.

    Parameters
    ----------
    image
        ``(h, w)`` grey, 0 black.
    doc_id
        Name of the document in the tables.
    config
        Settings of the run.
    device
        Where the networks run, for instance ``cpu`` or ``cuda:0``.

    Returns
    -------
    dict
        Rows of pages, regions, digits, features and factors, of words where an OCR engine is asked for, and ``seconds``
        by stage.

    Raises
    ------
    UsageError
        The OCR engine that the config asks for is not there.
    """
    engine = find_engine(config.read)
    clock = [time.perf_counter()]
    readers = load_readers(device)
    page, maps = digitize(image, readers, config.digitize.threshold)
    clock.append(time.perf_counter())
    layout = segment(page, TableCriteria(min_digits=config.segment.min_digits))
    page = drop_false_positives(page, layout, config.digitize.threshold_without_table)
    clock.append(time.perf_counter())
    reading = read(page, layout)
    clock.append(time.perf_counter())
    advance = digit_advance(page.digits)
    is_large, in_sections = page.ink.size > _LARGE, maps is None
    if in_sections:
        release_freed_memory()  # it lies in pieces, and what comes takes large ones
    factor = explain_document(
        readers.digits,
        page.ink,
        page.digits,
        layout.labels,
        spacing_of(advance),
        config.explain.min_rule,
        _gamma(config),
        maps,
    )
    if is_large:
        release_freed_memory()
    clock.append(time.perf_counter())
    stages = ("digitize", "segment", "read", "explain")
    seconds = {stage: end - begin for stage, (begin, end) in zip(stages, pairwise(clock), strict=True)}
    words = None
    if engine is not None:
        words = read_words(page, layout, reading.regions["text"], engine)
        page = page if words.is_read else replace(page, flags=(*page.flags, PageFlag.WORDS_UNREAD))
        seconds["words"] = time.perf_counter() - clock[-1]
    return {
        "pages": pd.DataFrame([_page_row(page, doc_id, advance, layout.is_table)]),
        "regions": _region_rows(page, layout, reading, doc_id).assign(label=words.labels if words else None),
        "digits": _digit_rows(page, reading, doc_id),
        "features": pd.DataFrame([{"doc_id": doc_id, "model": MODEL, "phi": factor.phi.astype(np.float32)}]),
        "factors": _factor_rows(factor, doc_id),
        "seconds": pd.DataFrame([seconds]),
        **({"words": _word_rows(page, words, doc_id, config.read.languages)} if words else {}),
    }


def _gamma(config: RunConfig) -> Mapping[str, float]:
    return GAMMA if config.explain.gamma is None else dict.fromkeys(GAMMA, config.explain.gamma)


def _page_row(page: WorkingPage, doc_id: str, advance: float, is_table: bool) -> dict[str, Any]:
    tall = page.digits.heights[page.digits.tall]
    return {
        "doc_id": doc_id,
        "orientation": page.orientation,
        "skew_degrees": page.skew_degrees,
        "scale": page.scale,
        "transform": page.to_original.ravel().astype(np.float64),
        "digit_height": float(np.median(tall)) / page.scale if len(tall) else float("nan"),
        "digit_advance": advance,
        "ink": float(page.ink.mean()),
        "is_table": is_table,
        "flags": [str(flag) for flag in page.flags],
    }


def _region_rows(page: WorkingPage, layout: Layout, reading: Reading, doc_id: str) -> pd.DataFrame:
    boxes = to_original(np.array([region.box for region in layout.regions]), page.to_original)
    rows = pd.DataFrame(
        {
            "doc_id": doc_id,
            "region_id": [region.region_id for region in layout.regions],
            "kind": [region.kind for region in layout.regions],
            **{
                name: pd.array([getattr(region, name) for region in layout.regions], dtype="Int32")
                for name in ("table_id", "row", "col")
            },
        }
    )
    rows[_BOX] = boxes
    return rows.merge(reading.regions, on="region_id", validate="one_to_one")


def _digit_rows(page: WorkingPage, reading: Reading, doc_id: str) -> pd.DataFrame:
    digits = page.digits
    rows = pd.DataFrame({"doc_id": doc_id, "digit": digits.digit, "score": digits.score})
    rows[_BOX] = to_original(digits.boxes, page.to_original)
    rows["region_id"] = reading.digit_region
    rows["other"], rows["other_score"] = digits.other, digits.other_score
    return rows


def _word_rows(page: WorkingPage, words: PageWords, doc_id: str, languages: str) -> pd.DataFrame:
    rows = words.words.assign(doc_id=doc_id, language=languages)
    if len(rows):
        rows[_BOX] = to_original(rows[_BOX].to_numpy(np.float64), page.to_original)
    return rows


def _factor_rows(factor: PageFactor, doc_id: str) -> pd.DataFrame:
    entries = factor.relevance.tocoo()
    rows = pd.DataFrame(
        {
            "doc_id": doc_id,
            "region_id": entries.col.astype(np.int32),
            "feature": np.array(FEATURES)[entries.row],
            "relevance": entries.data.astype(np.float32),
        }
    )
    return rows[rows["relevance"] != 0].sort_values(["region_id", "feature"], ignore_index=True)
