"""Drop: take documents out of a corpus."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path

from pydantic import ValidationError

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore, engine_of_record, locked, resolve_document
from tablekin.errors import CorpusError
from tablekin.execution import Say, Tally, default_workers
from tablekin.faults import faults_described
from tablekin.orchestration.context import RunContext
from tablekin.orchestration.record import Record
from tablekin.orchestration.stage import Stages, comparison_stages
from tablekin.orchestration.updates import (
    update_cells,
    update_corrected,
    update_kin,
    update_pairs,
    update_recomputed,
    update_verdicts,
)
from tablekin.provenance import document_digests, versions, weights_digests


@dataclass(frozen=True)
class Dropped:
    """What became of a corpus."""

    documents: list[str]  # doc_id of those taken out
    left: int  # documents that are still there
    is_current: bool  # whether the tables of pairs are up to date with those


def drop_documents(root: Path, names: Sequence[str], say: Say, stages: Stages | None = None) -> Dropped:
    """Delete documents and their pairs; ranks, z and drivers of the others are computed anew, nothing else.

    If this is interrupted, the same command finishes it, and so does the next that drops any document.

    Parameters
    ----------
    root
        The corpus.
    names
        Documents: a doc_id, the name of a scan, or a pattern of such names as in ``kepler/*``.
    say
        Takes lines for the user.
    stages
        The stages; the project's own by default.

    Raises
    ------
    TablekinError
        There is no such corpus or document, another run is writing to the corpus, or the disk is full.
    """
    corpus = CorpusStore.open(root)
    with faults_described(), locked(root) as lock:
        begin, tally = time.perf_counter(), Tally()
        begun = corpus.journal.dropping()
        corpus.tidy()
        gone = begun | _find(corpus, names, begun)
        config, weights = config_of(corpus), weights_digests()
        engine = engine_of_record(corpus.read_record())
        fingerprint = config.document_fingerprint(
            str(versions()["tablekin"]), *document_digests(weights), *filter(None, [engine])
        )
        record = Record(corpus, config, weights, [], None, engine)
        corpus.journal.begin("drop", documents=gone)  # or nobody could tell what is to be finished
        record.begin()
        corpus.drop_documents(gone)
        left = len(corpus.read("documents", columns=["doc_id"]))
        if corpus.document_tables.stale(fingerprint):
            corpus.journal.end("drop")
            return Dropped(sorted(gone), left, is_current=False)
        run = RunContext(corpus, lock, config, fingerprint, record, tally, say)
        update_corrected(run)
        update_pairs(run, partial(comparison_stages, stages))
        update_recomputed(run, default_workers("cpu"))
        update_cells(run, default_workers("cpu"))
        update_verdicts(run)
        update_kin(run, partial(comparison_stages, stages))
        lock.verify()
        record.finish(tally, time.perf_counter() - begin)
        corpus.journal.end("drop")
        corpus.journal.end("correct")
    return Dropped(sorted(gone), left, is_current=True)


def _find(corpus: CorpusStore, names: Sequence[str], begun: Mapping[str, str]) -> dict[str, str]:
    """Find documents and their scans by names, also among those that an interrupted drop had begun to take out."""
    documents = corpus.read("documents", columns=["doc_id", "source"])
    source_of = {**begun, **dict(zip(documents["doc_id"], documents["source"], strict=True))}
    gone: dict[str, str] = {}
    for name in names:
        fits = {name: source_of[name]} if name in source_of else {}
        fits = fits or {doc: source for doc, source in source_of.items() if fnmatchcase(source, name)}
        if not fits:
            found = resolve_document(corpus, name)
            fits = {found: source_of[found]}
        gone |= fits
    return gone


def config_of(corpus: CorpusStore) -> RunConfig:
    """Read the config with which a corpus was made.

    Raises
    ------
    CorpusError
        Its record does not say it.
    """
    try:
        return RunConfig.model_validate(corpus.read_record()["config"])
    except (KeyError, ValidationError) as error:
        raise CorpusError(
            f"{corpus.layout.record} does not say with which config the corpus was made; bring it up to date with: "
            f"tablekin run SCANS --out {corpus.root}"
        ) from error
