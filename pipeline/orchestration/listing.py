"""Listing: the files that a user points at, and what is said of them, and of their pages once they are read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tablekin.iiif import is_manifest
from tablekin.ingest import Listing, list_scans
from tablekin.page import FLAG_MEANINGS

if TYPE_CHECKING:
    from tablekin.ingest import Scan

_NAMED = 3  # files or folders named in a message


def list_sources(scans: Sequence[str | Path]) -> tuple[Listing, list[str | Path]]:
    """Find the scans in folders and among files; manifests are left for later.

    Returns
    -------
    tuple
        The scans, and the manifests and collections.

    Raises
    ------
    UsageError
        A path does not exist, or what was named is of another kind.
    """
    manifests = [scan for scan in scans if is_manifest(scan)]
    named = [Path(scan) for scan in scans if scan not in manifests]
    named += [Path(each) for each in manifests if "://" not in str(each) and not Path(each).exists()]
    return list_scans(named) if named else Listing(Path(), (), {}), manifests


def describe_listing(listing: Listing) -> Iterator[str]:
    """Say what was left out, and what lies elsewhere than it seems.

    Yields
    ------
    str
        Lines.
    """
    if listing.ignored:
        kinds = ", ".join(f"{count} {suffix}" for suffix, count in listing.ignored.items())
        yield (
            f"ignored {sum(listing.ignored.values())} files that are not JPEG, PNG, TIFF, JPEG 2000, WebP or PDF "
            f"({kinds})"
        )
    for folder in listing.closed:
        yield f"the folder {folder}; its scans are left out, give yourself the right to read it"
    if listing.left_out:
        yield (
            "hidden folders, folders of the system and corpora are left out "
            f"({_some(listing.left_out)}); name one to have its scans analysed"
        )
    if listing.outward:
        yield f"{len(listing.outward)} scans are links that lead out of the folder ({_some(listing.outward)})"


def describe_copies(scans: Sequence[Scan]) -> str:
    """Say which files are the same, empty if none are."""
    first: dict[str, str] = {}
    copies: dict[str, str] = {}
    for scan in scans:
        source = first.setdefault(scan.sha256, scan.source)
        if source != scan.source and not scan.reason:
            copies[scan.source] = source
    if not copies:
        return ""
    named = _some([f"{copy} is {source}" for copy, source in copies.items()])
    return (
        f"{len(copies)} files are copies of others ({named}): each becomes a document of its own, and its pairs say "
        "nothing; delete what you do not need"
    )


def describe_flagged(flagged: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """Say which pages were not as pages should be.

    Parameters
    ----------
    flagged
        Word of ``pages.flags`` -> doc_id of the pages it was said of.

    Yields
    ------
    str
        Lines.
    """
    for flag, meaning in FLAG_MEANINGS.items():
        if names := flagged.get(flag):
            yield f"{flag}: {len(names)} {'page' if len(names) == 1 else 'pages'} ({_some(names)}): {meaning}"


def _some(names: Sequence[str]) -> str:
    return ", ".join(names[:_NAMED]) + ", ..." * (len(names) > _NAMED)
