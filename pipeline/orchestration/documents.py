"""Documents: new scans become documents of a corpus, a batch at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from functools import partial

import numpy as np
import pandas as pd
import pyarrow as pa

from tablekin.config import IngestConfig, RunConfig
from tablekin.errors import ScanError, StoppedError
from tablekin.execution import (
    Failure,
    Progress,
    Tally,
    WorkerPool,
    Workers,
    limited_memory,
    more_time,
    run_in_order,
)
from tablekin.ingest import (
    FileContent,
    FileQuestion,
    Metadata,
    Scan,
    answer_from_known,
    join_metadata,
    load_scan,
    look_at,
    printable,
    unreadable,
)
from tablekin.interruption import uninterrupted
from tablekin.orchestration.changes import TRIED_AGAIN
from tablekin.orchestration.context import RunContext
from tablekin.orchestration.libraries import LibraryColumns
from tablekin.orchestration.listing import describe_flagged
from tablekin.page import PageFlag
from tablekin.report import name_failure
from tablekin.schemas import DOCUMENT_TABLES, OPTIONAL_DOCUMENT_TABLES, empty
from tablekin.threshold import threshold

_BATCH = 16  # documents in a part: a kill costs no more of them, and a corpus of 1,000 has 63 files a table


@dataclass(frozen=True)
class TaskLimits:
    """What a file or a page may take before it is given up; none of the project's scans takes a tenth of the time."""

    reading: float = threshold(30.0, "seconds", "to read a page, or to find the pages of a file")
    page_of_file: float = threshold(5.0, "seconds", "more for each page that is searched for a gutter")
    analysis: float = threshold(300.0, "seconds", "more for the analysis of a page")
    memory_to_read: int = threshold(3 << 30, "bytes", "to read a page, or to find the pages of a file")
    memory: int = threshold(8 << 30, "bytes", "for the analysis of a page, on a processor")


LIMITS = TaskLimits()

Analyse = Callable[..., Mapping[str, pd.DataFrame]]  # (image, doc_id, config, device) -> rows of each table


@dataclass(frozen=True)
class Analysis:
    """How scans are analysed."""

    analyse: Analyse
    device: str
    workers: int | WorkerPool
    metadata: Metadata | None
    columns: LibraryColumns
    stop_on_error: bool


def look_at_files(
    questions: Sequence[FileQuestion], config: IngestConfig, workers: int
) -> Iterator[FileContent]:
    """Find the pages of files, in worker processes: a file may bring the one that opens it to its end.

    Yields
    ------
    FileContent
        Of each file, in their order.
    """
    known = [answer_from_known(question) for question in questions]
    unknown = [question for question, answer in zip(questions, known, strict=True) if answer is None]
    work = partial(look_at, config=config, go_on=partial(more_time, LIMITS.page_of_file))
    limits = Workers(workers, LIMITS.reading, LIMITS.memory_to_read)
    with closing(run_in_order(work, unknown, limits)) as results:
        for answer in known:
            found = next(results) if answer is None else answer
            yield unreadable(_reason(found)) if isinstance(found, Failure) else found


def add_documents(scans: Sequence[Scan], run: RunContext, analysis: Analysis) -> None:
    """Analyse scans and add them to the corpus; what is finished when an exception ends it is kept.

    Raises
    ------
    StoppedError
        A document failed and ``stop_on_error`` is set.
    """
    work = partial(analyse_scan, analyse=analysis.analyse, config=run.config, device=analysis.device)
    batch = _Batch()
    flagged: dict[str, list[str]] = {}
    try:
        with (
            Progress("analysing", len(scans), "documents") as progress,
            closing(run_in_order(work, scans, _limited(analysis))) as results,
        ):
            for scan, result in zip(scans, results, strict=True):
                if isinstance(result, Failure):
                    reason = _reason(result)
                    if analysis.stop_on_error:
                        raise StoppedError(
                            f"stopped at the first failure: {name_failure(scan.source, reason)}"
                        )
                    run.say(name_failure(scan.source, reason))
                    if result.detail:
                        run.say(result.detail)
                    result = _failed(scan, reason)
                for flag in (word for words in result["pages"]["flags"] for word in words):
                    flagged.setdefault(flag, []).append(scan.doc_id)
                _count(run.tally, result)
                batch.documents.append(result)
                progress.advance()
                if len(batch.documents) == _BATCH:
                    _store(batch, run, analysis)
    finally:
        _store(batch, run, analysis)
        for line in describe_flagged(flagged):
            run.say(line)


def _limited(analysis: Analysis) -> Workers | WorkerPool:
    """Bound what a page may take; an accelerator reserves addresses without end, so that they cannot be bounded."""
    if not isinstance(analysis.workers, int):
        return analysis.workers
    return Workers(analysis.workers, LIMITS.reading, LIMITS.memory if analysis.device == "cpu" else None)


def _reason(failure: Failure) -> str:
    return printable(failure.reason) + TRIED_AGAIN * failure.may_succeed


@dataclass
class _Batch:
    """Documents that are analysed and not yet stored."""

    documents: list[Mapping[str, pd.DataFrame]] = field(default_factory=list)
    name: str | None = None  # of its parts, once it is being stored


def _store(batch: _Batch, run: RunContext, analysis: Analysis) -> None:
    """Store a batch; Ctrl-C waits until it is there and known to be, and one that is stored again replaces itself."""
    if not batch.documents:
        return
    names = [*DOCUMENT_TABLES, *_optional_tables(run.config)]
    tables = {name: _stack(name, [part[name] for part in batch.documents if name in part]) for name in names}
    fields: Sequence[pa.Field] = run.corpus.document_tables.metadata_fields()
    if analysis.metadata is not None:
        fields = analysis.metadata.fields
        tables["documents"], _ = join_metadata(tables["documents"], analysis.metadata)
    tables["documents"], fields = analysis.columns.add(tables["documents"], fields)
    for column in fields:
        if column.name not in tables["documents"]:
            tables["documents"][column.name] = None
    run.lock.verify()
    batch.name = batch.name or run.corpus.document_tables.next_name()
    with uninterrupted():
        run.corpus.document_tables.add(tables, run.fingerprint, fields, batch.name)
        batch.documents, batch.name = [], None


def _optional_tables(config: RunConfig) -> tuple[str, ...]:
    """Name the tables that a run with this config makes besides those that every run makes."""
    return () if config.read.words == "none" else OPTIONAL_DOCUMENT_TABLES


def analyse_scan(scan: Scan, analyse: Analyse, config: RunConfig, device: str) -> dict[str, pd.DataFrame]:
    """Read one scan and analyse it; runs in a worker."""
    if scan.reason:
        raise ScanError(scan.reason)
    with limited_memory(LIMITS.memory_to_read if device == "cpu" else None):
        loaded = load_scan(scan, config.ingest.max_pixels)
    more_time(LIMITS.analysis)
    tables = _shift(analyse(loaded.page, scan.doc_id, config, device), loaded.left)
    if loaded.is_stretched:
        flags = [sorted({*flags, PageFlag.LOW_CONTRAST.value}) for flags in tables["pages"]["flags"]]
        tables["pages"] = tables["pages"].assign(flags=flags)
    height, width = loaded.image.shape
    tables["documents"] = _row(scan, width, height, "ok", "")
    return tables


def _shift(tables: Mapping[str, pd.DataFrame], left: int) -> dict[str, pd.DataFrame]:
    """Turn coordinates of a page that begins at x ``left`` of its image into those of the image."""
    shifted = dict(tables)
    for name in {"regions", "digits", "words"} & tables.keys() if left else ():
        shifted[name] = tables[name].assign(x0=tables[name]["x0"] + left, x1=tables[name]["x1"] + left)
    if left:
        move = np.array([0.0, 0, left, 0, 0, 0])
        shifted["pages"] = tables["pages"].assign(
            transform=[np.asarray(old) + move for old in tables["pages"]["transform"]]
        )
    return shifted


def _failed(scan: Scan, reason: str) -> dict[str, pd.DataFrame]:
    return {name: empty(name) for name in DOCUMENT_TABLES} | {
        "documents": _row(scan, None, None, "failed", reason)
    }


def _row(scan: Scan, width: int | None, height: int | None, status: str, reason: str) -> pd.DataFrame:
    row = {
        "doc_id": scan.doc_id,
        "source": scan.source,
        "page_index": scan.page_index,
        "sha256": scan.sha256,
        "width": pd.array([width], "Int32"),
        "height": pd.array([height], "Int32"),
        "status": status,
        "reason": reason,
    }
    return pd.DataFrame(row, index=[0])


def _stack(table: str, frames: Sequence[pd.DataFrame]) -> pd.DataFrame:
    filled = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else empty(table)


def _count(tally: Tally, tables: Mapping[str, pd.DataFrame]) -> None:
    seconds = tables.get("seconds")
    ok = int(tables["documents"]["status"].iloc[0] == "ok")
    if seconds is None:
        tally.add("failed", 1, ok, 0.0)
        return
    for stage, spent in seconds.iloc[0].items():
        tally.add(str(stage), 1, ok, float(spent))
