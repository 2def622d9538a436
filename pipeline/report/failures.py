"""Failures: the scans of a corpus that could not be analysed, and why, for a reader."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath

from tablekin.corpus import CorpusStore

_NAMED = 10  # scans


def describe_failures(corpus: CorpusStore) -> Iterator[str]:
    """Name the first scans that could not be analysed, each with its reason."""
    documents = corpus.read("documents", columns=["source", "status", "reason"])
    failed = documents[documents["status"] == "failed"]
    for row in failed.head(_NAMED).itertuples():
        yield name_failure(str(row.source), str(row.reason))
    if len(failed) > _NAMED:
        yield f"... and {len(failed) - _NAMED} more"


def name_failure(source: str, reason: str) -> str:
    """Put the path of a scan before a reason, in the place of its name where the reason begins with that."""
    rest = reason.removeprefix(PurePosixPath(source).name)
    return f"{source}: {reason}" if rest == reason else f"{source}{rest}"
