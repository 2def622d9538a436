"""Renewal: a corpus is brought up to date with scans, metadata and settings, stage by stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import pyarrow as pa

from tablekin.corpus import CorpusStore, HeldLock
from tablekin.correction import lost_corrections
from tablekin.execution import (
    Progress,
    Say,
    Tally,
    WorkerPool,
    default_workers,
    page_workers,
    resolve_device,
    room_for_workers,
)
from tablekin.explain import Match, Score
from tablekin.iiif import FetchedPages
from tablekin.ingest import Listing, Metadata, Scan, identify, join_metadata, printable, read_spreads
from tablekin.orchestration.changes import (
    Changes,
    apply,
    describe,
    describe_elsewhere,
    find_changes,
    is_to_be_tried_again,
)
from tablekin.orchestration.context import RunContext
from tablekin.orchestration.documents import Analyse, Analysis, add_documents, look_at_files
from tablekin.orchestration.libraries import LibraryColumns, begin_columns, keep_columns
from tablekin.orchestration.listing import describe_copies
from tablekin.orchestration.record import Record
from tablekin.orchestration.request import RunRequest, Summary
from tablekin.orchestration.updates import (
    update_cells,
    update_corrected,
    update_kin,
    update_pairs,
    update_recomputed,
    update_verdicts,
)
from tablekin.provenance import document_digests, versions, weights_digests
from tablekin.words import OcrEngine


@dataclass(frozen=True)
class Sources:
    """What a run has found where its user pointed."""

    listing: Listing
    fetched: FetchedPages | None
    metadata: Metadata | None
    engine: OcrEngine | None


@dataclass(frozen=True)
class RunStages:
    """The stages, which are imported when there is something for them to do."""

    analyse: Callable[[], Analyse]
    compare: Callable[[], tuple[Score, Match]]
    ranking: str  # device on which partners are ranked


@dataclass(frozen=True)
class Renewed:
    """What became of a corpus."""

    summary: Summary
    says: tuple[str, ...]  # what the next run says, too, if nothing changes until then
    is_settled: bool  # whether it has nothing to do then


def renew(
    request: RunRequest,
    sources: Sources,
    corpus: CorpusStore,
    lock: HeldLock,
    say: Say,
    stages: RunStages,
    cluster: WorkerPool | None,
) -> Renewed:
    """Do what is not done yet, and nothing else.

    Parameters
    ----------
    request
        What the user asked for.
    sources
        What was found of it.
    corpus
        What is brought up to date.
    lock
        That of the corpus.
    say
        Takes lines for the user.
    stages
        The stages.
    cluster
        Does the work; processes of this machine by default.
    """
    begin = time.perf_counter()
    lasting = LastingWords(say)
    corpus.tidy()
    run = _begin_run(request, sources, corpus, lock, say)
    scans = _identify(run, sources, request, lasting.say)
    changes = find_changes(corpus, scans, run.fingerprint)
    columns = begin_columns(corpus, sources.fetched)
    _finish_dropping(run)
    for line in describe(changes, corpus, request.config):
        say(line)
    for line in describe_elsewhere(changes):
        lasting.say(line)
    if changes.new:
        _analyse(changes, run, request, sources.metadata, columns, stages.analyse, cluster)
    updated = _update_metadata(corpus, sources.metadata, columns, run.record.begin, lasting.say)
    keep_columns(corpus, columns)
    corrected = update_corrected(run)
    pairs = _update_findings(run, request, stages, cluster)
    lock.verify()
    run.record.finish(run.tally, time.perf_counter() - begin)
    corpus.journal.end("correct")
    documents = corpus.read("documents", [scan.doc_id for scan in scans], ["status", "reason"])
    ok, lost = int((documents["status"] == "ok").sum()), lost_corrections(corpus)
    summary = Summary(
        ok,
        len(documents) - ok,
        len(changes.new),
        pairs or 0,
        pairs is None and not (changes.new or updated or corrected.changed),
        len(sources.fetched.unread) if sources.fetched else 0,
        lost,
    )
    is_settled = not (lost or is_to_be_tried_again(documents).any())
    return Renewed(summary, tuple(lasting.lines), is_settled)


class LastingWords:
    """What the next run says, too, if nothing changes until then.

    Parameters
    ----------
    say
        Takes lines for the user.
    """

    def __init__(self, say: Say) -> None:
        self._say = say
        self.lines: list[str] = []

    def say(self, line: str) -> None:
        """Say a line, and keep it."""
        self.lines.append(line)
        self._say(line)


def _begin_run(
    request: RunRequest, sources: Sources, corpus: CorpusStore, lock: HeldLock, say: Say
) -> RunContext:
    """Gather what all stages have in common; nothing is changed yet."""
    config, weights = request.config, weights_digests()
    engine = sources.engine.version if sources.engine else None
    made_with = [str(versions()["tablekin"]), *document_digests(weights), *([engine] if engine else [])]
    listing, fetched = sources.listing, sources.fetched
    roots = [str(listing.root)] if len(listing.sources) > len(listing.located) else []
    roots += [str(fetched.root.absolute())] if fetched else []
    record = Record(corpus, config, weights, roots, request.metadata, engine)
    return RunContext(corpus, lock, config, config.document_fingerprint(*made_with), record, Tally(), say)


def _finish_dropping(run: RunContext) -> None:
    if dropped := run.corpus.journal.dropping():
        run.say(f"{len(dropped)} documents are taken out, as an interrupted drop had begun to do")
        run.record.begin()  # from here on it is this run that must be finished
        run.corpus.journal.end("drop")


def _analyse(
    changes: Changes,
    run: RunContext,
    request: RunRequest,
    metadata: Metadata | None,
    columns: LibraryColumns,
    load: Callable[[], Analyse],
    cluster: WorkerPool | None,
) -> None:
    """Analyse the pages that are new or stale."""
    device = (cluster.resolve_device if cluster else resolve_device)(run.config.device)
    workers = cluster.count() if cluster else request.workers or page_workers(device)
    run.say(_means(device, workers, request))
    run.record.begin(device=device, workers=workers)
    apply(changes, run.corpus, run.fingerprint)
    # now, or an interrupted run would leave some old, some new
    _update_metadata(run.corpus, metadata, columns, run.record.begin)
    analysis = Analysis(load(), device, cluster or workers, metadata, columns, request.stop_on_error)
    add_documents(changes.new, run, analysis)


def _update_findings(
    run: RunContext, request: RunRequest, stages: RunStages, cluster: WorkerPool | None
) -> int | None:
    """Compare, recompute, collate and weigh what is not yet; how many pairs were compared, None if all was done."""
    compared = update_pairs(run, stages.compare, cluster, stages.ranking)
    pool = cluster or request.workers or default_workers("cpu")
    recomputed = update_recomputed(run, pool)
    collated = update_cells(run, pool)
    weighed = update_verdicts(run)
    kin = update_kin(run, stages.compare, stages.ranking)
    made = (compared, recomputed, collated, weighed, kin)
    return None if made == (None,) * len(made) else (compared or 0) + (kin or 0)


def _update_metadata(
    corpus: CorpusStore,
    metadata: Metadata | None,
    columns: LibraryColumns,
    begin: Callable[[], None],
    say: Say = lambda line: None,
) -> bool:
    """Join what the user and libraries say; otherwise give all documents the same columns. Whether anything changed."""
    tables = corpus.document_tables
    if metadata is None and not columns.now:
        return tables.unify_metadata(begin)
    documents = corpus.read("documents")
    fields: Sequence[pa.Field] = tables.metadata_fields()
    if metadata is not None:
        documents, warnings = join_metadata(documents, metadata)
        fields = metadata.fields
        for warning in warnings:
            say(warning)
    return tables.replace_metadata(*columns.add(documents, fields), begin)


def _means(device: str, workers: int, request: RunRequest) -> str:
    threads = default_workers("cpu")
    if request.scheduler:
        where, pairs = f"of the cluster at {request.scheduler}", "the same workers"
    else:
        where, pairs = "here", f"{threads} threads"
    why = "" if request.scheduler or request.workers else f" ({room_for_workers()})"
    return (
        f"analysing on {device} with {workers} workers {where}, of one thread each{why}; pairs with {pairs}"
    )


def _identify(run: RunContext, sources: Sources, request: RunRequest, say: Say) -> list[Scan]:
    """Find the pages of all files, and say which are there twice."""
    begin, corpus, listing = time.perf_counter(), run.corpus, sources.listing
    documents = corpus.read("documents", columns=["doc_id", "source", "page_index", "sha256", "reason"])
    keys = zip(documents["source"], documents["page_index"], strict=True)
    scans: list[Scan] = []
    known = dict(zip(keys, documents["doc_id"], strict=True))
    is_stale = documents["doc_id"].isin(corpus.document_tables.stale(run.fingerprint))
    current = documents[~is_stale & ~is_to_be_tried_again(documents)]
    settled = dict(zip(current["doc_id"], current["sha256"], strict=True))
    look = partial(
        look_at_files, config=request.config.ingest, workers=request.workers or default_workers("cpu")
    )
    spreads = read_spreads(map(printable, listing.sources), sources.metadata)
    with Progress("reading", len(listing.sources), "files") as progress:
        for scan in identify(listing, known, request.config.ingest, settled, look, spreads):
            if not scans or scans[-1].source != scan.source:
                progress.advance()
            scans.append(scan)
    if twice := describe_copies(scans):
        say(twice)
    run.tally.add("ingest", len(listing.sources), len(scans), time.perf_counter() - begin)
    return scans
