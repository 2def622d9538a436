"""Ingest: from folders and files to scans with stable names, and from a scan to a grey image."""

from __future__ import annotations

import hashlib
import re
import struct
import unicodedata
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps, UnidentifiedImageError

from pipeline.errors import ScanError, UsageError

SUFFIXES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")
_FORMATS = ("JPEG", "PNG", "TIFF")
_LONGEST_NAME = 80
_RESERVED = re.compile(
    r"(con|prn|aux|nul|com\d|lpt\d)(\.|$)", re.IGNORECASE
)  # not allowed as names on Windows
_REDUCED = 1  # bit of TIFF's NewSubfileType: the page is a thumbnail of another one
_NEW_SUBFILE_TYPE = 254
Image.MAX_IMAGE_PIXELS = None  # the config's own limit is checked before any pixel is decoded


@dataclass(frozen=True)
class Listing:
    """Files found where the user pointed."""

    root: Path
    sources: tuple[str, ...]  # relative to root, with forward slashes, sorted
    ignored: Mapping[str, int]  # suffix of files that are no scans -> how many


@dataclass(frozen=True)
class Scan:
    """One page image of a file."""

    doc_id: str
    source: str
    path: Path
    page_index: int
    sha256: str  # of the file


def list_scans(paths: Sequence[Path]) -> Listing:
    """Find the scans in folders, at any depth, and among files.

    Raises
    ------
    UsageError
        A path does not exist, or is a file of another kind.
    """
    found: set[Path] = set()
    ignored: Counter[str] = Counter()
    for path in paths:
        if path.is_dir():
            inside = [file for file in path.rglob("*") if file.is_file() and not file.name.startswith(".")]
            found.update(file for file in inside if file.suffix.lower() in SUFFIXES)
            ignored.update(
                file.suffix.lower() or "no suffix" for file in inside if file.suffix.lower() not in SUFFIXES
            )
        elif not path.exists():
            raise UsageError(f"{path} does not exist")
        elif path.suffix.lower() in SUFFIXES:
            found.add(path)
        else:
            raise UsageError(f"{path} is not a JPEG, PNG or TIFF file; convert it, or leave it out")
    root = _common_folder(paths)
    sources = sorted(file.absolute().relative_to(root).as_posix() for file in found)
    return Listing(root, tuple(sources), dict(sorted(ignored.items())))


def _common_folder(paths: Sequence[Path]) -> Path:
    folders = [path.absolute() if path.is_dir() else path.absolute().parent for path in paths]
    common = folders[0]
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common


def identify(listing: Listing, known: Mapping[tuple[str, int], str]) -> Iterator[Scan]:
    """Name every page of the files listed and take the digest of their content.

    Parameters
    ----------
    listing
        The files.
    known
        (source, page_index) -> doc_id of the documents that have a name already; they keep it.

    Yields
    ------
    Scan
        In the order of the listing.
    """
    taken = {name.casefold() for name in known.values()}
    for source in listing.sources:
        path = listing.root / source
        digest = _digest(path)
        pages = _pages(path)
        for page in pages:
            doc_id = known.get((source, page))
            if doc_id is None:
                doc_id = _name(source, page, len(pages), taken)
                taken.add(doc_id.casefold())
            yield Scan(doc_id, source, path, page, digest)


def _name(source: str, page: int, pages: int, taken: set[str]) -> str:
    """Make a name safe on any file system, with a digest of the source where it is unclear or taken."""
    stem = source.rsplit(".", 1)[0]
    letters = unicodedata.normalize("NFKD", stem).encode("ascii", "ignore").decode()
    name = re.sub(r"[^A-Za-z0-9._-]+", "_", letters).strip("._-")
    suffix = f"_p{page + 1:04d}" if pages > 1 else ""
    unclear = len(name) > _LONGEST_NAME or not name or bool(_RESERVED.match(name))
    if unclear or (name + suffix).casefold() in taken:
        mark = hashlib.sha256(source.encode()).hexdigest()[:8]
        name = f"{name[:_LONGEST_NAME]}_{mark}" if name else f"page_{mark}"
    return name + suffix


def _digest(path: Path) -> str:
    """Take the SHA-256 of a file; of nothing where it cannot be read, which ``load_image`` will report."""
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError:
        return hashlib.sha256().hexdigest()


def _pages(path: Path) -> list[int]:
    """List the indices of a file's pages, without thumbnails; one page where they cannot be counted."""
    if path.suffix.lower() not in (".tif", ".tiff"):
        return [0]
    pages = []
    try:
        with Image.open(path, formats=("TIFF",)) as image:
            for index in range(getattr(image, "n_frames", 1)):
                image.seek(index)
                tags = getattr(image, "tag_v2", {})
                if index == 0 or not int(tags.get(_NEW_SUBFILE_TYPE, 0)) & _REDUCED:
                    pages.append(index)
    except (OSError, SyntaxError, ValueError, struct.error, EOFError):
        return [0]
    return pages


def load_image(path: Path, page_index: int = 0, max_pixels: int | None = None) -> NDArray[np.uint8]:
    """Read a scan as grey, turned as its EXIF orientation says.

    Parameters
    ----------
    path
        JPEG, PNG or TIFF of any colour mode; 16 bits are brought to 8, transparency to white paper.
    page_index
        Page of a TIFF with several.
    max_pixels
        Largest scan that is decoded.

    Returns
    -------
    ndarray
        ``(height, width)`` uint8, 0 black, 255 white.

    Raises
    ------
    ScanError
        The file cannot be read, is no image, is damaged, or is too large.
    """
    try:
        with Image.open(path, formats=_FORMATS) as image:
            image.seek(page_index)
            width, height = image.size
            if max_pixels is not None and width * height > max_pixels:
                raise ScanError(
                    f"{path.name} has {width} x {height} pixels, over the limit of {max_pixels} (max_pixels "
                    "in section [ingest] of the config); scan it at a lower resolution or raise the limit"
                )
            return _grey(ImageOps.exif_transpose(image))
    except UnidentifiedImageError as error:
        raise ScanError(
            f"{path.name} is not a JPEG, PNG or TIFF image, whatever its name says; look at it in an image "
            "viewer and download or save it again"
        ) from error
    except (OSError, SyntaxError, ValueError, struct.error, zlib.error, EOFError) as error:
        if isinstance(error, OSError) and error.errno is not None:
            raise ScanError(
                f"{path.name} cannot be read: {error.strerror}; check the disk and permissions"
            ) from error
        raise ScanError(
            f"{path.name} is damaged or incomplete ({error}); download or scan it again"
        ) from error


def _grey(image: Image.Image) -> NDArray[np.uint8]:
    if image.mode.startswith("I") or image.mode == "F":
        return _to_8_bits(np.asarray(image, np.float64))
    if image.has_transparency_data:
        coloured = image.convert("RGBA")
        paper = Image.new("RGBA", coloured.size, "white")
        return np.asarray(Image.alpha_composite(paper, coloured).convert("L"))
    return np.asarray(image.convert("L"))


def _to_8_bits(values: NDArray[np.float64]) -> NDArray[np.uint8]:
    """Map deep pixels to 8 bits by the least usual depth that holds them: scanners store 12 bits in 16."""
    brightest = float(np.nan_to_num(values).max(initial=0))
    depths = [1.0, *(2.0**bits - 1 for bits in (8, 10, 12, 14, 16))]
    white = next((depth for depth in depths if brightest <= depth), brightest)
    return np.round(np.clip(np.nan_to_num(values) / white, 0, 1) * 255).astype(np.uint8)
