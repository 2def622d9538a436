"""Run: every stage in order over a corpus, doing only what is not done yet."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

import pyarrow as pa

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore, HeldLock, locked
from tablekin.correction import LostCorrection, lost_corrections
from tablekin.errors import NothingUsableError, UsageError
from tablekin.execution import (
    Progress,
    Say,
    Tally,
    WorkerPool,
    default_workers,
    open_cluster,
    page_workers,
    resolve_device,
    room_for_workers,
)
from tablekin.explain import Match, Score
from tablekin.faults import faults_described
from tablekin.iiif import FetchedPages
from tablekin.ingest import (
    Listing,
    Metadata,
    Scan,
    identify,
    join_metadata,
    printable,
    read_metadata,
    read_spreads,
)
from tablekin.orchestration.changes import apply, describe, find_changes, is_to_be_tried_again
from tablekin.orchestration.context import RunContext
from tablekin.orchestration.documents import Analyse, Analysis, add_documents, look_at_files
from tablekin.orchestration.libraries import (
    LibraryColumns,
    add_fetched,
    begin_columns,
    keep_columns,
    list_sources,
)
from tablekin.orchestration.listing import describe_copies, describe_listing
from tablekin.orchestration.record import Record
from tablekin.orchestration.updates import (
    update_cells,
    update_corrected,
    update_kin,
    update_pairs,
    update_recomputed,
    update_verdicts,
)
from tablekin.provenance import document_digests, versions, weights_digests
from tablekin.words import OcrEngine, find_engine


@dataclass(frozen=True)
class Stages:
    """The stages as functions, so that a test can put others in their place."""

    analyse: Analyse
    score: Score
    match: Match


@dataclass(frozen=True)
class RunRequest:
    """What the user asked for."""

    scans: tuple[str | Path, ...]  # folders and files, and addresses of manifests
    out: Path
    metadata: Path | None = None
    config: RunConfig = field(default_factory=RunConfig)
    workers: int | None = None
    stop_on_error: bool = False
    scheduler: str | None = None  # address of a Dask cluster; without one, processes of this machine
    cache: Path | None = None  # folder for pages that are fetched; by default one in the corpus


@dataclass(frozen=True)
class Summary:
    """What a run did, and what became of the scans it was given.

    Examples
    --------
    >>> import tablekin
    >>> summary = tablekin.run("scans", out="corpus", quiet=True)
    >>> if summary.failed:
    ...     print(tablekin.Corpus.open("corpus").documents.query("status == 'failed'"))
    """

    ok: int  # pages of these scans that could be analysed
    failed: int  # those that could not; their reasons are in table documents
    added: int  # pages analysed by this run
    pairs: int  # pairs compared by this run
    unchanged: bool  # whether there was nothing to do
    unread: int = 0  # manifests that could not be read
    lost: list[LostCorrection] = field(default_factory=list)  # corrections whose place is gone


def load_stages() -> Stages:
    """Import the stages, which takes seconds."""
    from tablekin.document import analyse_document
    from tablekin.explain import match_pairs, score_pairs

    return Stages(analyse_document, score_pairs, match_pairs)


def run(request: RunRequest, say: Say, stages: Stages | None = None) -> Summary:
    """Bring a corpus up to date with its scans, its metadata and the config.

    Parameters
    ----------
    request
        What the user asked for.
    say
        Takes lines for the user: warnings, and what is done or left out.
    stages
        The stages; the project's own by default.

    Raises
    ------
    TablekinError
        An argument cannot be used, no scan could be, one failed and ``stop_on_error`` is set, another run is
        writing to the corpus, or the disk is full. What is finished until then is kept, as it is when the run is
        interrupted or killed.
    """
    if request.scheduler and request.workers:
        raise UsageError("a cluster has its own number of workers; leave out --workers or --scheduler")
    corpus = CorpusStore(request.out)
    engine = find_engine(request.config.read)  # before anything is fetched or waited for
    metadata = read_metadata(request.metadata) if request.metadata else None
    for line in metadata.notes if metadata else ():
        say(line)
    listing, manifests = list_sources(request.scans)
    for line in describe_listing(listing):
        say(line)
    if not listing.sources and not manifests:
        raise NothingUsableError(
            f"no JPEG, PNG, TIFF, JPEG 2000, WebP or PDF file in {', '.join(map(str, request.scans))}"
        )
    with (
        faults_described(),
        open_cluster(request.scheduler, say) as cluster,
        locked(request.out) as lock,
    ):
        fetched = None
        if manifests:
            listing, fetched = add_fetched(
                listing, manifests, corpus, request.cache, request.config.iiif, say
            )
            if not listing.sources:
                raise NothingUsableError("none of the manifests gave a page; see the reasons above")
        if cluster:
            cluster.require(listing.path(listing.sources[0]))
        summary = _bring_up_to_date(
            request, engine, corpus, lock, listing, fetched, metadata, say, stages, cluster
        )
    if not summary.ok:
        raise NothingUsableError(
            f"none of the {summary.failed} scans could be analysed; see the reasons above"
        )
    return summary


def _bring_up_to_date(
    request: RunRequest,
    engine: OcrEngine | None,
    corpus: CorpusStore,
    lock: HeldLock,
    listing: Listing,
    fetched: FetchedPages | None,
    metadata: Metadata | None,
    say: Say,
    stages: Stages | None,
    cluster: WorkerPool | None,
) -> Summary:
    begin = time.perf_counter()
    config, tally, weights = request.config, Tally(), weights_digests()
    made_with = [
        str(versions()["tablekin"]),
        *document_digests(weights),
        *([engine.version] if engine else []),
    ]
    fingerprint = config.document_fingerprint(*made_with)
    corpus.tidy()
    scans = _identify(corpus, listing, request, fingerprint, metadata)
    if twice := describe_copies(scans):
        say(twice)
    tally.add("ingest", len(listing.sources), len(scans), time.perf_counter() - begin)
    changes = find_changes(corpus, scans, fingerprint)
    roots = [str(listing.root)] if len(listing.sources) > len(listing.located) else []
    roots += [str(fetched.root.absolute())] if fetched else []
    record = Record(corpus, config, weights, roots, request.metadata, engine.version if engine else None)
    columns = begin_columns(corpus, fetched)
    if dropped := corpus.journal.dropping():
        say(f"{len(dropped)} documents are taken out, as an interrupted drop had begun to do")
        record.begin()  # from here on it is this run that must be finished
        corpus.journal.end("drop")
    run = RunContext(corpus, lock, config, fingerprint, record, tally, say)
    for line in describe(changes, corpus, config):
        say(line)
    if changes.new:
        device = (cluster.resolve_device if cluster else resolve_device)(config.device)
        workers = cluster.count() if cluster else request.workers or page_workers(device)
        say(_means(device, workers, request))
        record.begin(device=device, workers=workers)
        apply(changes, corpus, fingerprint)
        _update_metadata(
            corpus, metadata, columns, record.begin
        )  # or an interrupted run would leave some old, some new
        analysis = Analysis(
            (stages or load_stages()).analyse,
            device,
            cluster or workers,
            metadata,
            columns,
            request.stop_on_error,
        )
        add_documents(changes.new, run, analysis)
    updated = _update_metadata(corpus, metadata, columns, record.begin, say)
    keep_columns(corpus, columns)
    corrected = update_corrected(run)
    ranking = (
        "cpu" if cluster else config.device
    )  # this process ranks, and may have no accelerator of its own
    comparing = partial(comparison_stages, stages, ranking)
    compared = update_pairs(run, comparing, cluster, ranking)
    pool = cluster or request.workers or default_workers("cpu")
    recomputed = update_recomputed(run, pool)
    collated = update_cells(run, pool)
    weighed = update_verdicts(run)
    kin = update_kin(run, comparing, ranking)
    lock.verify()
    record.finish(tally, time.perf_counter() - begin)
    corpus.journal.end("correct")
    documents = corpus.read("documents", [scan.doc_id for scan in scans], ["status"])
    ok = int((documents["status"] == "ok").sum())
    return Summary(
        ok,
        len(documents) - ok,
        len(changes.new),
        (compared or 0) + (kin or 0),
        not (changes.new or updated or corrected.changed)
        and compared is None
        and recomputed is None
        and collated is None
        and weighed is None
        and kin is None,
        len(fetched.unread) if fetched else 0,
        lost_corrections(corpus),
    )


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


def comparison_stages(stages: Stages | None, device: str = "cpu") -> tuple[Score, Match]:
    """Give the functions that score and match, the project's own by default, which rank partners on a device."""
    chosen, where = stages or load_stages(), resolve_device(device)
    if stages is not None or where == "cpu":
        return chosen.score, chosen.match
    from tablekin.explain import score_pairs

    return partial(score_pairs, device=where), chosen.match


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


def _identify(
    corpus: CorpusStore,
    listing: Listing,
    request: RunRequest,
    fingerprint: str,
    metadata: Metadata | None,
) -> list[Scan]:
    documents = corpus.read("documents", columns=["doc_id", "source", "page_index", "sha256", "reason"])
    keys = zip(documents["source"], documents["page_index"], strict=True)
    scans: list[Scan] = []
    known = dict(zip(keys, documents["doc_id"], strict=True))
    is_stale = documents["doc_id"].isin(corpus.document_tables.stale(fingerprint))
    current = documents[~is_stale & ~is_to_be_tried_again(documents)]
    settled = dict(zip(current["doc_id"], current["sha256"], strict=True))
    look = partial(
        look_at_files, config=request.config.ingest, workers=request.workers or default_workers("cpu")
    )
    spreads = read_spreads(map(printable, listing.sources), metadata)
    with Progress("reading", len(listing.sources), "files") as progress:
        for scan in identify(listing, known, request.config.ingest, settled, look, spreads):
            if not scans or scans[-1].source != scan.source:
                progress.advance()
            scans.append(scan)
    return scans
