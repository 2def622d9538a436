"""Stage: manifests become files of pages, and what their libraries say of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from filelock import FileLock, Timeout

from tablekin.config import IiifConfig
from tablekin.errors import InUseError
from tablekin.execution import Progress, Say
from tablekin.iiif.book import lay_out
from tablekin.iiif.cache import WebCache
from tablekin.iiif.client import WebClient
from tablekin.iiif.columns import columns_of
from tablekin.iiif.naming import SCHEMES
from tablekin.iiif.pictures import fetch_pictures
from tablekin.iiif.shelf import gather

_NAMED = 3  # reasons that are said of many


@dataclass(frozen=True)
class FetchedPages:
    """What came of manifests."""

    root: Path  # folder below which the files lie
    sources: tuple[str, ...] = ()  # files of all pages, relative to root, with forward slashes
    reasons: dict[str, str] = field(default_factory=dict)  # source -> why it is not there
    columns: dict[str, dict[str, str]] = field(default_factory=dict)  # source -> what is said of it
    unread: tuple[str, ...] = ()  # manifests that could not be read, and why


def fetch_pages(sources: Sequence[str | Path], root: Path, config: IiifConfig, say: Say) -> FetchedPages:
    """Fetch the pages of manifests and collections into a cache; what is there is not asked for again.

    Parameters
    ----------
    sources
        Addresses, or files of JSON.
    root
        Folder of the cache.
    config
        Size of the pictures, and how servers are asked.
    say
        Takes lines for the user.
    """
    named = [str(each) if str(each).startswith(SCHEMES) else Path(each) for each in sources]
    root.mkdir(parents=True, exist_ok=True)
    with (
        _one_run_at_a_time(root),
        WebClient(config.requests_per_host, config.pause, config.allow_private) as client,
    ):
        cache = WebCache(root, client)
        with Progress("reading manifests") as progress:
            shelf = gather(named, cache, progress.advance)
        for line in (*shelf.notes, *shelf.unread):
            say(line)
        pages = [page for manifest, found_in in shelf.manifests for page in lay_out(manifest, found_in, root)]
        with Progress("fetching", len(pages), "pictures") as progress:
            addresses, reasons = fetch_pictures(
                pages, cache, config.max_side, config.requests_per_host, progress.advance
            )
    for source, reason in list(reasons.items())[:_NAMED]:
        say(f"{source}: {reason}")
    if len(reasons) > _NAMED:
        say(
            f"{len(reasons)} of {len(pages)} pictures could not be fetched; their reasons are in table documents"
        )
    return FetchedPages(
        root,
        tuple(page.source for page in pages),
        reasons,
        {page.source: columns_of(page, addresses.get(page.source, "")) for page in pages},
        tuple(shelf.unread),
    )


@contextmanager
def _one_run_at_a_time(root: Path) -> Iterator[None]:
    try:
        lock = FileLock(root / ".lock").acquire(blocking=False)
    except Timeout as error:
        raise InUseError(
            f"another run is fetching pages into {root}; wait until it has ended, or name another --cache"
        ) from error
    with lock:
        yield
