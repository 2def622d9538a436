"""Pictures: the pages of books are fetched, several servers at a time, each as politely as is asked for."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from urllib.parse import urlsplit

from tablekin.errors import FetchError, ManifestError
from tablekin.iiif.book import BookPage
from tablekin.iiif.cache import FetchLog, WebCache
from tablekin.iiif.client import Wanted
from tablekin.iiif.file_kind import check_picture
from tablekin.iiif.image_service import find_service, is_complete, read_service
from tablekin.iiif.size import choose_size
from tablekin.iiif.thresholds import LIMITS
from tablekin.iiif.tiles import plan_tiles

_SERVERS = 8  # that are asked at a time
_PICTURE = Wanted(
    "image/jpeg, image/png;q=0.9, image/tiff;q=0.8, image/*;q=0.5",
    LIMITS.max_picture_bytes,
    (
        "text/",
        "application/json",
        "application/ld+json",
        "application/xhtml",
        "application/pdf",
        "video/",
        "audio/",
    ),
    check_picture,
)


def fetch_pictures(
    pages: Sequence[BookPage],
    cache: WebCache,
    max_side: int,
    requests_per_host: int,
    advance: Callable[[], None],
) -> tuple[dict[str, str], dict[str, str]]:
    """Fetch the pictures of pages that are not there yet.

    Parameters
    ----------
    pages
        Of any number of books.
    cache
        Takes them.
    max_side
        Pixels of the longer side.
    requests_per_host
        At a time.
    advance
        Is called after each page.

    Returns
    -------
    tuple
        By the page's source: the address that its picture was asked for at, and why it could not be had.
    """
    logs = {folder: cache.open_book(folder) for folder in {page.folder for page in pages}}
    addresses: dict[str, str] = {}
    reasons: dict[str, str] = {}
    queues: dict[str, deque[BookPage]] = {}
    for page in pages:
        queues.setdefault(urlsplit(page.image).netloc, deque()).append(page)
    lock, ended = threading.Lock(), threading.Event()

    def empty(queue: deque[BookPage]) -> None:
        while not ended.is_set():
            try:
                page = queue.popleft()
            except IndexError:
                return
            try:
                addresses[page.source] = _fetch(page, cache, logs[page.folder], max_side)
            except FetchError as error:
                reasons[page.source] = str(error)
            with lock:
                advance()

    with ThreadPoolExecutor(_SERVERS * requests_per_host) as threads:
        running = [
            threads.submit(empty, queue)
            for queue in queues.values()
            for _ in range(min(requests_per_host, len(queue)))
        ]
        try:
            done, _ = wait(running, return_when=FIRST_EXCEPTION)
            for each in done:
                each.result()
        except BaseException:  # the user's, or that of a full disk: the other threads are not waited for
            ended.set()
            cache.stop()
            raise
    return addresses, reasons


def _fetch(page: BookPage, cache: WebCache, log: FetchLog, max_side: int) -> str:
    """Fetch the picture of a page in the size that is wanted; gives its address."""
    picture = page.page.picture
    address, plan = picture.address, None
    if found := find_service(picture.services):
        base, version, said = found
        try:
            content = said if is_complete(said) else cache.read_json(f"{base}/info.json")
            service = read_service(content, base, version)
            address, plan = (
                choose_size(service, max_side, picture.region).address,
                plan_tiles(service, max_side),
            )
        except FetchError as error:  # a server that is not there, or refuses, is not asked in another way
            if error.passing or error.refused or not address:
                raise
        except ManifestError as error:
            if not address:
                raise FetchError(f"{base}/info.json {error}") from error
    if not address:
        raise FetchError("the manifest does not say where its picture is")
    if plan and log.has(page.file, plan.address):
        return plan.address
    try:
        cache.fetch_picture(address, log, page.file, _PICTURE)
    except FetchError as error:
        if plan is None or error.passing or error.refused:
            raise
        cache.fetch_tiles(plan, log, page.file, _PICTURE)
        return plan.address
    return address
