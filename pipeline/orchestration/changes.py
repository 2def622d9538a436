"""Changes: what has become of a corpus's scans and config since its documents were analysed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd

from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.errors import UsageError
from tablekin.ingest import Scan
from tablekin.provenance import versions

_NAMED = 3  # documents named in a message
TRIED_AGAIN = "; the next run tries it again"  # end of a reason that is not the scan's fault


@dataclass(frozen=True)
class Changes:
    """Scans and documents by what is to be done with them."""

    new: tuple[Scan, ...]  # to be analysed: those never seen, changed ones and those of stale documents
    changed: frozenset[str]  # doc_id of documents whose scan has another content, or other pages
    stale: frozenset[str]  # doc_id of documents analysed with another config, other weights or version
    elsewhere: int  # documents that are not among the scans
    unlucky: frozenset[str] = frozenset()  # doc_id of documents that failed by no fault of their scans


def is_to_be_tried_again(documents: pd.DataFrame) -> pd.Series[bool]:
    """Tell which rows of table documents failed by no fault of their scans."""
    return documents["reason"].str.endswith(TRIED_AGAIN)


def find_changes(corpus: CorpusStore, scans: Sequence[Scan], fingerprint: str) -> Changes:
    """Compare the documents of a corpus with scans and the fingerprint of the present config.

    Raises
    ------
    UsageError
        A scan of another folder has the same name, or documents would be deleted that cannot be analysed again.
    """
    documents = corpus.read("documents", columns=["doc_id", "source", "sha256", "reason"])
    known = dict(zip(documents["doc_id"], documents["sha256"], strict=True))
    stale = frozenset(corpus.document_tables.stale(fingerprint))
    changed = [scan for scan in scans if known.get(scan.doc_id, scan.sha256) != scan.sha256]
    here = documents["source"].isin({scan.source for scan in scans})
    names = {scan.doc_id for scan in scans}
    gone = documents[here & ~documents["doc_id"].isin(names)]  # pages that their files no longer have
    roots = corpus.read_record().get("scans", [])
    other = [*(scan.source for scan in changed), *gone["source"]]
    if other and roots and not {str(_root_of(scan)) for scan in scans}.intersection(roots):
        raise UsageError(
            f"{corpus.root} already has another scan named {other[0]}, from {roots[0]}; name "
            "another folder for this corpus, or run once over a folder that holds both"
        )
    elsewhere = known.keys() - names - set(gone["doc_id"])
    if lost := sorted(stale & elsewhere):
        raise UsageError(
            f"{len(lost)} documents of {corpus.root} were analysed with another config, other weights or another "
            f"version, and are not among these scans ({', '.join(lost[:_NAMED])}{' ...' * (len(lost) > _NAMED)}); "
            f"name the folder of their scans too, delete them with: tablekin drop {corpus.root} {lost[0]} ..., "
            "or name a new folder for the corpus"
        )
    unlucky = set(documents.loc[is_to_be_tried_again(documents), "doc_id"]) & names
    again = stale | unlucky | {scan.doc_id for scan in changed}
    return Changes(
        tuple(scan for scan in scans if scan.doc_id in again or scan.doc_id not in known),
        frozenset([*(scan.doc_id for scan in changed), *gone["doc_id"]]) - stale,
        stale,
        len(elsewhere),
        frozenset(unlucky - stale),
    )


def _root_of(scan: Scan) -> Path:
    return scan.path.parents[scan.source.count("/")]


def describe(changes: Changes, corpus: CorpusStore, config: RunConfig) -> Iterator[str]:
    """Say what will be done anew, and why, before it is.

    Yields
    ------
    str
        Lines.
    """
    documents = corpus.read("documents", columns=["doc_id", "status"])
    ok = documents.loc[documents["status"] == "ok", "doc_id"]
    for gone, why in (
        (changes.stale, "documents were analysed with another config, other weights or another version"),
        (changes.changed, "scans have changed since they were analysed"),
    ):
        if gone:
            left = int((~ok.isin(gone)).sum())
            pairs = (len(ok) * (len(ok) - 1) - left * (left - 1)) // 2
            yield f"{len(gone)} {why}: they and their {pairs} pairs will be made anew"
    if changes.unlucky:
        yield f"{len(changes.unlucky)} documents that failed by no fault of their scans are tried again"
    if changes.stale:
        yield from _differences(corpus.read_record(), config)


def describe_elsewhere(changes: Changes) -> Iterator[str]:
    """Say how many documents are not among the scans.

    Yields
    ------
    str
        A line, if there are any.
    """
    if changes.elsewhere:
        yield f"{changes.elsewhere} documents of the corpus are not among these scans; they are kept"


def _differences(record: dict[str, Any], config: RunConfig) -> Iterator[str]:
    """Name the settings that differ from those of the last run."""
    old = {**_flat(record.get("config", {})), "version": record.get("versions", {}).get("tablekin")}
    new = {**_flat(config.model_dump(mode="json")), "version": versions()["tablekin"]}
    for key in sorted(old.keys() & new.keys() - {"device"}):
        if old[key] != new[key]:
            yield f"  {key} was {old[key]}, is {new[key]} now"


def _flat(settings: dict[str, Any], prefix: str = "") -> dict[str, Any]:
    flat: dict[str, Any] = {}
    for key, value in settings.items():
        flat |= _flat(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
    return flat


def apply(changes: Changes, corpus: CorpusStore, fingerprint: str) -> None:
    """Delete the documents that are to be analysed again, and their pairs."""
    if changes.stale:
        corpus.drop_stale_documents(fingerprint)
    if again := changes.changed | changes.unlucky:
        corpus.drop_documents(again)
