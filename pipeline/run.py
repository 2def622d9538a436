"""Run: every stage in order over a corpus, doing only what is not done yet."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from pipeline.compare import Match, Score, compare
from pipeline.config import RunConfig
from pipeline.corpus import Corpus, inputs_digest
from pipeline.drivers import driver_tables
from pipeline.errors import NothingUsableError, UsageError
from pipeline.execution import Progress, default_workers, resolve_device
from pipeline.ingest import Listing, Scan, identify, list_scans
from pipeline.intake import Analyse, Intake, Say, Tally, take_in
from pipeline.metadata import Metadata, join_metadata, read_metadata
from pipeline.provenance import peak_memory, versions, weights_digests


@dataclass(frozen=True)
class Stages:
    """The stages as functions, so that a test can put others in their place."""

    analyse: Analyse
    score: Score
    match: Match


@dataclass(frozen=True)
class Order:
    """What the user asked for."""

    scans: tuple[Path, ...]
    out: Path
    metadata: Path | None = None
    config: RunConfig = field(default_factory=RunConfig)
    workers: int | None = None
    stop_on_error: bool = False


@dataclass(frozen=True)
class Summary:
    """What a run did, and what became of the scans it was given."""

    ok: int
    failed: int
    added: int
    pairs: int
    unchanged: bool


def load_stages() -> Stages:
    """Import the stages, which takes seconds."""
    from pipeline.document import analyse_document
    from pipeline.explain import match_pairs, score_pairs

    return Stages(analyse_document, score_pairs, match_pairs)


def run(order: Order, say: Say, stages: Stages | None = None) -> Summary:
    """Bring a corpus up to date with its scans, its metadata and the config.

    Parameters
    ----------
    order
        What the user asked for.
    say
        Takes lines for the user: warnings, and what is done or left out.
    stages
        The stages; the project's own by default.

    Raises
    ------
    TablekinError
        An argument cannot be used, no scan could be, or one failed and ``stop_on_error`` is set. Documents
        finished until then are kept, as they are when Ctrl-C ends the run.
    """
    begin = time.perf_counter()
    tally = Tally()
    corpus = Corpus(order.out)
    metadata = read_metadata(order.metadata) if order.metadata else None
    listing = list_scans(order.scans)
    if listing.ignored:
        say(_ignored(listing))
    if not listing.sources:
        raise NothingUsableError(f"no JPEG, PNG or TIFF file in {', '.join(map(str, order.scans))}")
    weights = weights_digests()
    fingerprint = order.config.document_fingerprint(str(versions()["tablekin"]), *weights.values())
    if stale := corpus.tidy(fingerprint):
        say(f"{stale} documents were analysed with another config, other weights or version: starting afresh")
    scans = _identify(corpus, listing)
    tally.add("ingest", len(listing.sources), len(scans), time.perf_counter() - begin)
    new = _new_scans(corpus, scans, say)
    record = _record(order, corpus, listing, weights)
    if new:
        device = resolve_device(order.config.device)
        workers = order.workers or default_workers(device)
        record |= {"device": device, "workers": workers}
        corpus.write_record(record)
        stages = stages or load_stages()
        take_in(
            new,
            corpus,
            Intake(stages.analyse, order.config, device, workers, fingerprint, metadata, order.stop_on_error),
            tally,
            say,
        )
    updated = metadata is not None and _update_metadata(corpus, metadata, say)
    compared = compare(corpus, order.config, fingerprint, partial(_comparison_stages, stages), tally.add)
    driven = _update_drivers(corpus, tally)
    summary = _summary(corpus, scans, new, compared, updated or driven)
    if not summary.unchanged or not corpus.read_record():
        corpus.write_record(record | _results(corpus, tally, time.perf_counter() - begin))
    if not summary.ok:
        raise NothingUsableError(
            f"none of the {summary.failed} scans could be analysed; see the reasons above"
        )
    return summary


def _update_metadata(corpus: Corpus, metadata: Metadata, say: Say) -> bool:
    joined, warnings = join_metadata(corpus.read("documents"), metadata)
    for warning in warnings:
        say(warning)
    return corpus.replace_metadata(joined, metadata.fields)


def _update_drivers(corpus: Corpus, tally: Tally) -> bool:
    """Write the drivers anew if they are not those of the comparison; tells whether they were not."""
    if corpus.drivers_are_current():
        return False
    begin = time.perf_counter()
    documents = len(corpus.read("features", columns=["doc_id"]))
    rows = corpus.replace_drivers(driver_tables(corpus))
    tally.add("drivers", documents, rows, time.perf_counter() - begin)
    return True


def _comparison_stages(stages: Stages | None) -> tuple[Score, Match]:
    stages = stages or load_stages()
    return stages.score, stages.match


def _ignored(listing: Listing) -> str:
    kinds = ", ".join(f"{count} {suffix}" for suffix, count in listing.ignored.items())
    return f"ignored {sum(listing.ignored.values())} files that are not JPEG, PNG or TIFF ({kinds})"


def _identify(corpus: Corpus, listing: Listing) -> list[Scan]:
    documents = corpus.read("documents", columns=["doc_id", "source", "page_index"])
    keys = zip(documents["source"], documents["page_index"], strict=True)
    progress = Progress("reading", len(listing.sources), "files")
    scans: list[Scan] = []
    for scan in identify(listing, dict(zip(keys, documents["doc_id"], strict=True))):
        if not scans or scans[-1].source != scan.source:
            progress.advance()
        scans.append(scan)
    progress.close()
    return scans


def _new_scans(corpus: Corpus, scans: Sequence[Scan], say: Say) -> list[Scan]:
    """Find the scans to be analysed; documents whose file has changed are dropped."""
    documents = corpus.read("documents", columns=["doc_id", "sha256"])
    known = dict(zip(documents["doc_id"], documents["sha256"], strict=True))
    changed = [scan for scan in scans if known.get(scan.doc_id, scan.sha256) != scan.sha256]
    roots = corpus.read_record().get("scans", [])
    if changed and roots and str(_root_of(scans[0])) not in roots:
        raise UsageError(
            f"{corpus.root} already has another scan named {changed[0].source}, from {roots[0]}; name "
            "another folder for this corpus, or run once over a folder that holds both"
        )
    if changed:
        say(f"{len(changed)} scans have changed since they were analysed")
        corpus.drop_documents([scan.doc_id for scan in changed])
    elsewhere = len(known.keys() - {scan.doc_id for scan in scans})
    if elsewhere:
        say(f"{elsewhere} documents of the corpus are not among these scans; they are kept")
    again = {scan.doc_id for scan in changed}
    return [scan for scan in scans if scan.doc_id in again or scan.doc_id not in known]


def _root_of(scan: Scan) -> Path:
    return scan.path.parents[scan.source.count("/")]


def _record(order: Order, corpus: Corpus, listing: Listing, weights: Mapping[str, str]) -> dict[str, Any]:
    """Say what the run was made with; ``_results`` is added at its end."""
    roots = [str(listing.root), *corpus.read_record().get("scans", [])]
    return {
        "state": "unfinished",
        "started": datetime.now(UTC).isoformat(timespec="seconds"),
        "scans": list(dict.fromkeys(roots)),
        "metadata": str(order.metadata) if order.metadata else None,
        "seed": order.config.seed,
        "config": order.config.model_dump(mode="json"),
        "versions": versions(),
        "weights": dict(weights),
    }


def _results(corpus: Corpus, tally: Tally, seconds: float) -> dict[str, Any]:
    documents = corpus.read("documents", columns=["doc_id", "sha256", "status"])
    return {
        "state": "finished",
        "inputs": inputs_digest(zip(documents["doc_id"], documents["sha256"], strict=True)),
        "documents": {
            str(status): int(count) for status, count in documents["status"].value_counts().items()
        },
        "stages": tally.stages,
        "seconds": round(seconds, 3),
        "peak_memory_mb": peak_memory(),
    }


def _summary(
    corpus: Corpus, scans: Sequence[Scan], new: Sequence[Scan], compared: int | None, updated: bool
) -> Summary:
    documents = corpus.read("documents", [scan.doc_id for scan in scans], ["status"])
    ok = int((documents["status"] == "ok").sum())
    return Summary(
        ok, len(documents) - ok, len(new), compared or 0, not (new or updated) and compared is None
    )
