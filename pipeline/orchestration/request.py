"""RunRequest: what a user asks of a run, and the summary of what it did."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from tablekin.config import RunConfig

if TYPE_CHECKING:
    from tablekin.correction import LostCorrection


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
