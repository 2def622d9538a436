"""RunContext: what all stages of a run have in common."""

from __future__ import annotations

from dataclasses import dataclass

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore, HeldLock
from tablekin.execution import Say, Tally
from tablekin.orchestration.record import Record


@dataclass(frozen=True)
class RunContext:
    """A corpus that is being written to, what with, and what is kept of it."""

    corpus: CorpusStore
    lock: HeldLock
    config: RunConfig
    fingerprint: str  # of the documents
    record: Record
    tally: Tally
    say: Say
