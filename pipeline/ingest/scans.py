"""Ingest: from folders and files to scans with stable names: one for every page, also of two on one image."""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from tablekin.config import IngestConfig
from tablekin.errors import ScanError, UsageError
from tablekin.ingest.gutter import find_gutter
from tablekin.ingest.image import image_size, list_pages, load_image
from tablekin.ingest.thresholds import GUTTER

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf")
_SIDES = ("_left", "_right")  # ends of the names of facing pages
_LONGEST_NAME = 80
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE
)  # not allowed as names on Windows


@dataclass(frozen=True)
class Listing:
    """Files found where the user pointed."""

    root: Path
    sources: tuple[str, ...]  # relative to root, with forward slashes, sorted
    ignored: Mapping[str, int]  # suffix of files that are no scans -> how many
    closed: tuple[str, ...] = ()  # folders that cannot be read, and why


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


def list_scans(paths: Sequence[Path]) -> Listing:
    """Find the scans in folders, at any depth, and among files.

    Raises
    ------
    UsageError
        A path does not exist, or is a file of another kind.
    """
    found: set[Path] = set()
    ignored: Counter[str] = Counter()
    closed: list[str] = []
    for path in paths:
        if path.is_dir():
            found |= _search(path, ignored, closed)
        elif not path.exists():
            raise UsageError(f"{path} does not exist")
        elif path.suffix.lower() in SUFFIXES:
            found.add(path)
        else:
            raise UsageError(f"{path} is not a JPEG, PNG, TIFF or PDF file; convert it, or leave it out")
    root = _common_folder(paths)
    sources = sorted(file.absolute().relative_to(root).as_posix() for file in found)
    return Listing(root, tuple(sources), dict(sorted(ignored.items())), tuple(closed))


def _search(top: Path, ignored: Counter[str], closed: list[str]) -> set[Path]:
    """Find the scans below a folder; links to nothing and empty folders named like scans are such, to be reported."""
    found: set[Path] = set()
    misnamed: set[Path] = set()
    for folder, inside, names in os.walk(
        top, onerror=lambda error: closed.append(f"{error.filename}: {error.strerror}")
    ):
        misnamed.update(Path(folder, name) for name in inside if Path(name).suffix.lower() in SUFFIXES)
        for path in (Path(folder, name) for name in names if not name.startswith(".")):
            suffix = path.suffix.lower()
            if not (path.is_file() or path.is_symlink()):
                continue
            if suffix in SUFFIXES:
                found.add(path)
            else:
                ignored[suffix or "no suffix"] += 1
    return found | (misnamed - {folder for scan in found for folder in scan.parents})


def _common_folder(paths: Sequence[Path]) -> Path:
    folders = [path.absolute() if path.is_dir() else path.absolute().parent for path in paths]
    common = folders[0]
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common


def identify(
    listing: Listing,
    known: Mapping[tuple[str, int], str],
    config: IngestConfig | None = None,
    settled: Mapping[str, str] | None = None,
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

    Yields
    ------
    Scan
        In the order of the listing.
    """
    config, settled = config or IngestConfig(), settled or {}
    taken = {name.casefold() for name in known.values()}
    for source in listing.sources:
        path = listing.root / source
        digest = _digest(path)
        try:
            pages, count = list_pages(path)
        except ScanError:  # which the analysis will report
            pages, count = [0], 1
        for page in pages:
            old = [known.get((source, page + count * side), "") for side in (0, 1)]
            sides: Sequence[str] = _settled_sides(old, digest, settled)
            shares: Sequence[tuple[float, float] | None] = [None] * len(sides)
            if not sides:
                shares = _find_shares(path, page, config)
                sides = _SIDES if len(shares) == 2 else ("",)
            for place, (side, share) in enumerate(zip(sides, shares, strict=True)):
                ending = (f"_p{page + 1:04d}" if count > 1 else "") + side
                doc_id = old[place] if _has_side(old[place], source, ending) else ""
                if not doc_id:
                    doc_id = _name(source, ending, taken)
                    taken.add(doc_id.casefold())
                yield Scan(doc_id, source, path, page + count * place, digest, page, share)


def _settled_sides(old: Sequence[str], digest: str, settled: Mapping[str, str]) -> Sequence[str]:
    """Tell what an image was found to show when its documents were analysed; empty if that must be found anew."""
    same = [settled.get(name) == digest for name in old]
    if all(same):
        return _SIDES
    return ("",) if same[0] and not old[0].endswith(_SIDES[0]) else ()


def _find_shares(path: Path, page: int, config: IngestConfig) -> list[tuple[float, float] | None]:
    """Find the parts of an image that show a page each: from the left to the gutter, from there to the right."""
    if not config.split_spreads:
        return [None]
    try:
        width, height = image_size(path, page)
        if width < GUTTER.min_aspect * height or width * height > config.max_pixels:
            return [None]
        gutter = find_gutter(load_image(path, page, config.max_pixels, GUTTER.side))
    except ScanError:  # which the analysis will report
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
    shares = _find_shares(path, file_page, config or IngestConfig())
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


def load_scan(scan: Scan, max_pixels: int | None = None) -> tuple[NDArray[np.uint8], NDArray[np.uint8], int]:
    """Read a page as grey.

    Returns
    -------
    tuple
        The image ``(h, w)``, what shows the page of it ``(h, at most w)``, and the x at which that begins.

    Raises
    ------
    ScanError
        The file cannot be read, is no image, is damaged, or is too large.
    """
    image = load_image(scan.path, scan.file_page, max_pixels)
    begin, end = scan.share or (0.0, 1.0)
    left, right = int(begin * image.shape[1]), round(end * image.shape[1])
    return image, np.ascontiguousarray(image[:, left:right]), left


def _names(source: str, ending: str) -> tuple[str, str]:
    """Make two names safe on any file system: a plain one, and one with a digest of the source."""
    stem = source.rsplit(".", 1)[0]
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", letters).strip("._-")
    mark = hashlib.sha256(source.encode()).hexdigest()[:8]
    marked = f"{name[:_LONGEST_NAME]}_{mark}" if name else f"page_{mark}"
    unclear = len(name) > _LONGEST_NAME or not name or bool(_RESERVED.match(name))
    return (marked if unclear else name) + ending, marked + ending


def _name(source: str, ending: str, taken: set[str]) -> str:
    plain, marked = _names(source, ending)
    return marked if plain.casefold() in taken else plain


def _has_side(name: str, source: str, ending: str) -> bool:
    """Whether a name that a page has already does not say that it is another side of a spread."""
    return bool(name) and (not name.endswith(_SIDES) or name in _names(source, ending))


def _digest(path: Path) -> str:
    """Take the SHA-256 of a file; of nothing where it cannot be read, which ``load_image`` will report."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return hashlib.sha256().hexdigest()
