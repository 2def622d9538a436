"""Scans: from files to pages with stable names: one for every page, also of two on one image."""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tablekin.config import IngestConfig
from tablekin.errors import ScanError, UsageError
from tablekin.execution import default_workers
from tablekin.ingest.gutter import find_gutter, place_gutter
from tablekin.ingest.image import ScanFile, is_pdf, list_pages, open_scans
from tablekin.ingest.listing import Listing, list_scans
from tablekin.ingest.thresholds import FILES, GUTTER
from tablekin.ingest.tiff import is_tiff

_SIDES = ("_left", "_right")  # ends of the names of facing pages
_LONGEST_NAME = 80
_MARKS = (8, 16, 64)  # hexadecimal digits of a digest in a name
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE
)  # not allowed as names on Windows


@dataclass(frozen=True)
class Scan:
    """One page: an image of a file, or what an image of two facing pages shows of it."""

    doc_id: str
    source: str
    path: Path
    page_index: int
    sha256: str  # of the file
    file_page: int = 0  # place of the image in the file
    share: tuple[float, float] | None = None  # of the image's width, from and to, where it shows two pages
    reason: str = ""  # why its file could not be looked at


@dataclass(frozen=True)
class LoadedScan:
    """What a page looks like."""

    image: NDArray[np.uint8]  # (h, w): all of it
    page: NDArray[np.uint8]  # (h, at most w): what shows the page
    left: int  # x of the image at which that begins
    is_stretched: bool  # whether the image used so little of its depth that it would have been one grey


@dataclass(frozen=True)
class FileQuestion:
    """A file that is to be looked at, and what is known of it."""

    path: Path
    settled: frozenset[int] = frozenset()  # page_index of its documents that need no analysis
    left: frozenset[int] = frozenset()  # page_index of those that are a left side
    shows_two: bool | None = (
        None  # pages on each of its images, as the user says; None where that is to be found
    )


@dataclass(frozen=True)
class FilePage:
    """An image of a file and what it shows."""

    place: int  # in the file
    sides: tuple[str, ...]  # "" for one page, both sides for facing pages
    shares: tuple[
        tuple[float, float] | None, ...
    ]  # of the width, of each side; None where that need not be known


@dataclass(frozen=True)
class FileContent:
    """What a file holds."""

    pages: tuple[FilePage, ...]
    count: int  # images, with smaller copies of others
    reason: str = ""  # why it could not be looked at


Look = Callable[[Sequence[FileQuestion]], Iterable[FileContent]]


def look_at(question: FileQuestion, config: IngestConfig, go_on: Callable[[], None]) -> FileContent:
    """Open a file once and find its pages and which of them show two.

    Parameters
    ----------
    question
        The file.
    config
        Whether facing pages are split.
    go_on
        Is called after each page that had to be decoded.
    """
    try:
        with open_scans(question.path) as file:
            pages = []
            for page in file.pages:
                sides = _settled_sides(question, page, file.count)
                shares: Sequence[tuple[float, float] | None] = [None] * len(sides)
                if not sides:
                    shares = _find_shares(file, page, config, go_on, question.shows_two)
                    sides = _SIDES if len(shares) == 2 else ("",)
                pages.append(FilePage(page, sides, tuple(shares)))
            return FileContent(tuple(pages), file.count)
    except ScanError as error:
        return unreadable(str(error))


def answer_from_known(question: FileQuestion) -> FileContent | None:
    """Tell what a file holds without opening it, if it has one image and that needs no analysis."""
    sides = _settled_sides(question, 0, 1)
    if not sides or is_pdf(question.path) or is_tiff(question.path):
        return None
    return FileContent((FilePage(0, sides, (None,) * len(sides)),), 1)


def unreadable(reason: str) -> FileContent:
    """Content of a file that cannot be looked at: one page, which fails."""
    return FileContent((FilePage(0, ("",), (None,)),), 1, reason)


def identify(
    listing: Listing,
    known: Mapping[tuple[str, int], str],
    config: IngestConfig | None = None,
    settled: Mapping[str, str] | None = None,
    look: Look | None = None,
    spreads: Mapping[str, bool] | None = None,
) -> Iterator[Scan]:
    """Name every page of the files listed and take the digest of their content.

    The left or only page of an image has the image's place in the file as its index, the right page that place plus
    the number of images in the file: no page's index depends on what the other images show.

    Parameters
    ----------
    listing
        The files.
    known
        (source, page_index) -> doc_id of the documents that have a name already; they keep it.
    config
        Whether facing pages are split.
    settled
        doc_id -> digest of the file of documents that need no analysis if it is the same: their image
        need not be looked at.
    look
        Looks at files; by default this process does, which a file may bring to its end.
    spreads
        Whether the images of a source show two facing pages, where the user says so; else it is found.

    Yields
    ------
    Scan
        In the order of the listing.
    """
    config, settled, spreads = config or IngestConfig(), settled or {}, spreads or {}
    here = partial(look_at, config=config, go_on=lambda: None)
    taken = {name.casefold() for name in known.values()}
    of_source: dict[str, dict[int, str]] = {}
    for (source, index), name in known.items():
        of_source.setdefault(source, {})[index] = name
    questions = []
    digests = _digests([listing.path(source) for source in listing.sources])
    for source, digest in zip(listing.sources, digests, strict=True):
        path = listing.path(source)
        names = of_source.get(printable(source), {})
        same = frozenset(index for index, name in names.items() if settled.get(name) == digest)
        left = frozenset(index for index, name in names.items() if name.endswith(_SIDES[0]))
        questions.append(FileQuestion(path, same, left, spreads.get(printable(source))))
    asked = [
        each for source, each in zip(listing.sources, questions, strict=True) if source not in listing.reasons
    ]
    answers = iter((look or partial(map, here))(asked))
    for source, digest, question in zip(listing.sources, digests, questions, strict=True):
        reason = listing.reasons.get(source)
        content = next(answers) if reason is None else unreadable(reason)
        for page in content.pages:
            for place, (side, share) in enumerate(zip(page.sides, page.shares, strict=True)):
                ending = (f"_p{page.place + 1:04d}" if content.count > 1 else "") + side
                index = page.place + content.count * place
                old = of_source.get(printable(source), {}).get(index, "")
                is_parted = bool(side and question.shows_two) and not old.endswith(
                    _SIDES
                )  # by the user, since
                doc_id = old if _has_side(old, source, ending) and not is_parted else ""
                if not doc_id:
                    doc_id = _name(source, ending, taken)
                    taken.add(doc_id.casefold())
                yield Scan(
                    doc_id, printable(source), question.path, index, digest, page.place, share, content.reason
                )
    next(answers, None)  # lets what looks at files end


def printable(text: str) -> str:
    """Write what is no character, or steers a terminal, as the escape sequence that Python has for it."""
    plain = text.encode("utf-8", "backslashreplace").decode()
    return "".join(one if one.isprintable() else one.encode("unicode_escape").decode() for one in plain)


def _settled_sides(question: FileQuestion, page: int, count: int) -> tuple[str, ...]:
    """Tell what an image was found to show when its documents were analysed; empty if that must be found anew."""
    if {page, page + count} <= question.settled:
        return _SIDES if question.shows_two is not False else ()
    return ("",) if page in question.settled - question.left and not question.shows_two else ()


def _find_shares(
    file: ScanFile,
    page: int,
    config: IngestConfig,
    go_on: Callable[[], None],
    shows_two: bool | None = None,
) -> list[tuple[float, float] | None]:
    """Find the parts of an image that show a page each: from the left to the gutter, from there to the right."""
    if shows_two is False or not (config.split_spreads or shows_two):
        return [None]
    try:
        width, height = file.shape(page)
        if width < GUTTER.min_aspect * height and not shows_two:
            return [None]
        gutter = (place_gutter if shows_two else find_gutter)(file.grey(page, config.max_pixels, GUTTER.side))
        go_on()
    except Exception:  # of any kind: the analysis will report what this page has
        return [None]
    return [None] if gutter is None else [(0.0, gutter[1]), (gutter[0], 1.0)]


def pick_scan(
    path: Path, page: int | None = None, side: str | None = None, config: IngestConfig | None = None
) -> Scan:
    """Name one page of one file.

    Parameters
    ----------
    path
        JPEG, PNG, TIFF or PDF.
    page
        Which image of the file, counted from 1; needed where it has several.
    side
        ``left`` or ``right``; needed where the image shows two facing pages.
    config
        Whether facing pages are split.

    Raises
    ------
    UsageError
        There is no such file or page, or it is not clear which page is meant.
    ScanError
        The file cannot be read.
    """
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name one of its files, or analyse all with tablekin.run")
    listing = list_scans([path])
    pages, count = list_pages(path)
    if page is None and len(pages) > 1:
        raise UsageError(f"{path} has {len(pages)} pages; say which, for instance page=1")
    number = 1 if page is None else page
    if not 1 <= number <= len(pages):
        raise UsageError(f"{path} has no page {number}; it has {len(pages)}, counted from 1")
    file_page = pages[number - 1]
    with open_scans(path) as file:
        shares = _find_shares(file, file_page, config or IngestConfig(), lambda: None)
    endings = _SIDES if len(shares) == 2 else ("",)
    ending = f"_{side}" if side else ""
    if ending not in endings:
        hint = 'two pages; say side="left" or "right"' if len(shares) == 2 else "one page; leave the side out"
        raise UsageError(f"{path} shows {hint}")
    place = endings.index(ending)
    of_file = f"_p{file_page + 1:04d}" if count > 1 else ""
    return Scan(
        _name(listing.sources[0], of_file + ending, set()),
        listing.sources[0],
        listing.root / listing.sources[0],
        file_page + count * place,
        _digest(path),
        file_page,
        shares[place],
    )


def load_scan(scan: Scan, max_pixels: int | None = None) -> LoadedScan:
    """Read a page as grey.

    Raises
    ------
    ScanError
        The file cannot be read, is no image, is damaged, or is too large.
    """
    with open_scans(scan.path) as file:
        image = file.grey(scan.file_page, max_pixels)
        is_stretched = file.is_stretched(scan.file_page)
    if max(image.shape) > FILES.max_aspect * min(image.shape):
        raise ScanError(
            f"{scan.path.name} has {image.shape[1]} x {image.shape[0]} pixels: a strip, not a page; leave it out"
        )
    begin, end = scan.share or (0.0, 1.0)
    left, right = int(begin * image.shape[1]), round(end * image.shape[1])
    return LoadedScan(image, np.ascontiguousarray(image[:, left:right]), left, is_stretched)


def _names(source: str, ending: str) -> Iterator[str]:
    """Make names that are safe on any file system: a plain one, then some with ever more of a digest of the source."""
    stem = source.rsplit(".", 1)[0]
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", letters).strip("._-")
    digest = hashlib.sha256(source.encode("utf-8", "surrogateescape")).hexdigest()
    if name and len(name) <= _LONGEST_NAME and not _RESERVED.match(name):
        yield name + ending
    for length in _MARKS:
        yield (f"{name[:_LONGEST_NAME]}_" if name else "page_") + digest[:length] + ending


def _name(source: str, ending: str, taken: set[str]) -> str:
    free = (name for name in _names(source, ending) if name.casefold() not in taken)
    return next(free, f"page_{len(taken)}{ending}")


def _has_side(name: str, source: str, ending: str) -> bool:
    """Whether a name that a page has already does not say that it is another side of a spread."""
    return bool(name) and (not name.endswith(_SIDES) or name in set(_names(source, ending)))


def _digests(paths: Sequence[Path]) -> list[str]:
    """Take the digests of files, several at a time."""
    threads = ThreadPoolExecutor(default_workers("cpu"))
    try:
        return list(threads.map(_digest, paths))
    finally:
        threads.shutdown(cancel_futures=True)  # where the user interrupts it


def _digest(path: Path) -> str:
    """Take the SHA-256 of a file; of nothing where it has no content or cannot be read, which will be reported."""
    try:
        if not path.is_file():
            return hashlib.sha256().hexdigest()
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except (OSError, ValueError):
        return hashlib.sha256().hexdigest()
