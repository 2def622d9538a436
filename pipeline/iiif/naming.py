"""Naming: how a manifest is told from a scan by what a user calls it, before anything is fetched."""

from __future__ import annotations

from pathlib import Path

from tablekin.errors import UsageError

SCHEMES = ("http://", "https://")


def is_manifest(scan: str | Path) -> bool:
    """Whether what a user named is a IIIF manifest or collection: an address of the web, or a file of JSON.

    Raises
    ------
    UsageError
        It is an address of another kind.
    """
    text = str(scan)
    if text.startswith(SCHEMES):
        return True
    if "://" in text or text.startswith("file:"):
        raise UsageError(
            f"{text} is an address of a kind that is not asked; name a file by its path, a manifest by its address "
            "that begins with https://"
        )
    path = Path(text)
    return path.suffix.lower() in (".json", ".jsonld") and not path.is_dir()
