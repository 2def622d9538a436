"""Correct: readings that people corrected are taken into a corpus, or taken back, with all that follows from them."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

import numpy as np
import pandas as pd

from tablekin.corpus import CorpusStore, engine_of_record, locked
from tablekin.correction import (
    Complaint,
    CorrectionFile,
    LostCorrection,
    apply_corrections,
    find_undone,
    is_page_file,
    lost_corrections,
    read_csv_file,
    read_page_file,
    resolve_proposals,
)
from tablekin.errors import UsageError
from tablekin.execution import Say, Tally, default_workers
from tablekin.faults import faults_described
from tablekin.orchestration.context import RunContext
from tablekin.orchestration.drop import config_of
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

COMMAND = "correct"


@dataclass(frozen=True)
class Corrected:
    """What became of a corpus, and of what files said of it.

    Examples
    --------
    >>> import tablekin
    >>> done = tablekin.correct("corpus", "right.csv", quiet=True)
    >>> done.cells, done.unchanged, done.complaints
    (0, 1, [])
    """

    cells: int  # corrections that were taken, or taken back
    documents: list[str]  # doc_id of documents some of whose readings are others now
    unchanged: int = 0  # places of the files that say what is read already
    complaints: list[Complaint] = field(default_factory=list)  # what could not be taken
    lost: list[LostCorrection] = field(
        default_factory=list
    )  # corrections whose place is not in the corpus any more
    is_current: bool = True  # whether what follows from readings is up to date with them
    outdated: list[str] = field(default_factory=list)  # commands whose results are of other readings


def take_corrections(
    root: Path, files: Sequence[Path], who: str, say: Say, stages: Stages | None = None
) -> Corrected:
    """Take what files say into the table of corrections and into the readings; what cannot be taken is told.

    If this is interrupted, the same command finishes it, and so does the next run or drop.

    Parameters
    ----------
    root
        The corpus.
    files
        CSV files, as ``tablekin read --csv`` writes them, or PAGE-XML.
    who
        Who corrected.
    say
        Takes lines for the user.
    stages
        The stages; the project's own by default.

    Raises
    ------
    TablekinError
        There is no such corpus, none of the files can be read, another command is writing to the corpus, or the disk
        is full.
    """
    proposed, complaints = _read_files(files, say)

    def add(corpus: CorpusStore, begin: Callable[[], None]) -> Corrected:
        count = unchanged = 0
        for file in proposed:  # each is compared with what those before it have made of the corpus
            apply_corrections(corpus, begin)
            found = resolve_proposals(corpus, file.proposals)
            complaints.extend([*file.complaints, *found.complaints])
            unchanged += found.unchanged
            count += len(found.rows)
            if len(found.rows):
                begin()
                now = pd.Timestamp(datetime.now(UTC)).floor("us")
                added = found.rows.assign(
                    who=who, when=now, source=file.source, undone=pd.NaT, undone_by=None
                )
                _write(corpus, pd.concat([corpus.correction_table.read(), added], ignore_index=True))
        return Corrected(count, [], unchanged, complaints)

    return _change(root, [file.source for file in proposed], add, say, stages)


def undo_corrections(
    root: Path, names: Sequence[str], who: str, say: Say, stages: Stages | None = None
) -> Corrected:
    """Take corrections back: those of files, or of documents; they stay in the table, marked as undone.

    Parameters
    ----------
    root, who, say, stages
        As for :func:`take_corrections`.
    names
        Names of files that corrections came from, or of documents.

    Raises
    ------
    TablekinError
        As for :func:`take_corrections`, or a name is neither.
    """

    def undo(corpus: CorpusStore, begin: Callable[[], None]) -> Corrected:
        history = corpus.correction_table.read()
        chosen = find_undone(corpus, history, names)
        if chosen.any():
            begin()
            now = pd.Timestamp(datetime.now(UTC)).floor("us")
            history.loc[chosen, "undone"] = now
            history.loc[chosen, "undone_by"] = who
            _write(corpus, history)
        return Corrected(int(np.sum(chosen)), [])

    return _change(root, names, undo, say, stages)


def _write(corpus: CorpusStore, history: pd.DataFrame) -> None:
    corpus.correction_table.write(
        history.astype({name: "datetime64[us, UTC]" for name in ("when", "undone")})
    )


def _read_files(files: Sequence[Path], say: Say) -> tuple[list[CorrectionFile], list[Complaint]]:
    found, complaints, last = [], [], None
    for path in files:
        try:
            file = read_page_file(path) if is_page_file(path) else read_csv_file(path)
        except UsageError as error:
            last = error
            what, _, remedy = str(error).partition("; ")
            complaints.append(Complaint(path.name, what, remedy))
            continue
        for line in file.notes:
            say(line)
        found.append(file)
    if last is not None and not found:
        raise last
    return found, complaints


def _change(
    root: Path,
    said: Sequence[str],
    change: Callable[[CorpusStore, Callable[[], None]], Corrected],
    say: Say,
    stages: Stages | None,
) -> Corrected:
    """Change the history of a corpus, and bring what follows from it up to date."""
    corpus = CorpusStore.open(root)
    with faults_described(), locked(root) as lock:
        clock, tally = time.perf_counter(), Tally()
        corpus.tidy()
        config, weights = config_of(corpus), weights_digests()
        engine = engine_of_record(corpus.read_record())
        fingerprint = config.document_fingerprint(
            str(versions()["tablekin"]), *document_digests(weights), *filter(None, [engine])
        )
        record = Record(corpus, config, weights, [], None, engine)
        outdated: list[str] = []

        def begin() -> None:
            corpus.journal.begin(COMMAND, sources=list(said))
            record.begin()
            outdated[:] = _outdate_studies(corpus)

        run = RunContext(corpus, lock, config, fingerprint, record, tally, say)
        before = corpus.corrected_readings.digests()
        done = change(corpus, begin)
        update_corrected(run)
        after = corpus.corrected_readings.digests()
        changed = sorted(doc for doc in before.keys() | after.keys() if before.get(doc) != after.get(doc))
        is_current = not (corpus.document_tables.stale(fingerprint) or corpus.journal.dropping())
        if is_current:
            update_pairs(run, partial(comparison_stages, stages))
            update_recomputed(run, default_workers("cpu"))
            update_cells(run, default_workers("cpu"))
            update_verdicts(run)
            update_kin(run, partial(comparison_stages, stages))
            lock.verify()
            record.finish(tally, time.perf_counter() - clock)
        corpus.journal.end(COMMAND)
    return Corrected(
        done.cells, changed, done.unchanged, done.complaints, lost_corrections(corpus), is_current, outdated
    )


def _outdate_studies(corpus: CorpusStore) -> list[str]:
    """Remember of studies of the corpus that they are of other readings, until they are made again."""
    there = {
        "analyze": (bool(corpus.layout.parts("groups")), corpus.layout.analysis),
        "kinship": (corpus.layout.kinship.is_dir(), corpus.layout.kinship),
    }
    for command, (is_there, folder) in there.items():
        if is_there:
            corpus.journal.begin(command, folder=str(folder), outdated=True)
    return [command for command, (is_there, _) in there.items() if is_there]
