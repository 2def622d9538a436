"""Shelf: the manifests that addresses and files lead to, through collections and collections of collections."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tablekin.errors import FetchError, ManifestError
from tablekin.iiif.cache import WebCache, parse_json
from tablekin.iiif.presentation import Collection, Manifest, read_presentation
from tablekin.iiif.thresholds import LIMITS


@dataclass
class Shelf:
    """What was found.

    Attributes
    ----------
    manifests
        Each with the label of the collection that it was found in, or an empty one.
    unread
        Why others could not be read, each reason with the address.
    notes
        What else the user should know.
    """

    manifests: list[tuple[Manifest, str]] = field(default_factory=list)
    unread: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)


def gather(
    sources: Sequence[str | Path], cache: WebCache, advance: Callable[[], None] = lambda: None
) -> Shelf:
    """Read the manifests and collections that were named.

    Parameters
    ----------
    sources
        Addresses, or files as ``Path``.
    cache
        Gives what is at an address.
    advance
        Is called after each manifest.
    """
    shelf, seen, books = Shelf(), set[str](), set[str]()
    stack: list[tuple[str | Path, dict[str, Any] | None, str, int]] = [
        (source, None, "", 0) for source in reversed(sources)
    ]
    while stack:
        source, content, collection, depth = stack.pop()
        if str(source) in seen:
            continue
        seen.add(str(source))
        try:
            found = read_presentation(_load(source, content, cache), str(source))
        except (FetchError, ManifestError) as error:
            shelf.unread.append(f"{source}: {error}")
            continue
        if isinstance(found, Manifest):
            if found.id in books:
                continue
            books.add(found.id)
            shelf.manifests.append((found, collection))
            shelf.notes.extend(_describe_bare(found))
            advance()
        elif depth >= LIMITS.max_depth or len(stack) + len(found.members) > LIMITS.max_manifests:
            shelf.unread.append(f"{source}: is a collection too deep or too large; name its parts")
        else:
            shelf.notes.extend(_describe_others(found))
            stack.extend((each.id, each.content, found.label, depth + 1) for each in reversed(found.members))
    return shelf


def _load(source: str | Path, content: dict[str, Any] | None, cache: WebCache) -> Any:
    if content is not None:
        return content
    if isinstance(source, str):
        return cache.read_json(source)
    try:
        if source.stat().st_size > LIMITS.max_json_bytes:
            raise ManifestError(f"has more than {LIMITS.max_json_bytes >> 20} MiB, which is not read")
        return parse_json(source.read_bytes())
    except OSError as error:
        raise ManifestError(f"cannot be read: {error.strerror}") from error


def _describe_bare(manifest: Manifest) -> Iterator[str]:
    if manifest.bare:
        yield f"{manifest.id}: {manifest.bare} canvases without a picture are left out"


def _describe_others(collection: Collection) -> Iterator[str]:
    if collection.others:
        yield f"{collection.id}: {collection.others} things that are no manifest are left out"
