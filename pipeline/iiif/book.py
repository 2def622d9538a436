"""Book: a manifest and the names that its pages have, which stay when the manifest changes."""

from __future__ import annotations

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Set
from dataclasses import dataclass
from pathlib import Path

from tablekin.corpus import replacing
from tablekin.iiif.file_kind import expected_suffix
from tablekin.iiif.image_service import find_service
from tablekin.iiif.presentation import CanvasPage, Manifest

_PAGES = "pages.json"  # in the folder of a book: canvas -> name of the file
_LONGEST_BOOK, _LONGEST_PAGE = 36, 24  # letters of a label in a name


@dataclass(frozen=True)
class BookPage:
    """A page of a book and the file that it becomes."""

    manifest: Manifest
    page: CanvasPage
    collection: str  # label of the collection that the manifest was found in
    folder: str  # of the book, below the cache
    file: str  # in that folder

    @property
    def source(self) -> str:
        """Its file below the cache, as the corpus names it."""
        return f"{self.folder}/{self.file}"

    @property
    def image(self) -> str:
        """Id of its picture: the address of its service, or its own."""
        found = find_service(self.page.picture.services)
        return found[0] if found else self.page.picture.address

    @property
    def image_api(self) -> int | None:
        """Version of the Image API that the server of its picture speaks; None if it is a mere file."""
        found = find_service(self.page.picture.services)
        return found[1] if found else None


def lay_out(manifest: Manifest, collection: str, root: Path) -> list[BookPage]:
    """Give each page of a manifest a file, the one that it had if it was seen before.

    The folder is named after the manifest's label and a digest of its id, the file after the place and the label of
    the canvas.
    """
    folder = _folder(manifest, root)
    (root / folder).mkdir(parents=True, exist_ok=True)
    known = _read_names(root / folder / _PAGES)
    taken = {name.casefold() for name in known.values()}
    names = dict(known)
    keys = list(_keys(manifest.pages))
    for key, page in zip(keys, manifest.pages, strict=True):
        if key not in names:
            names[key] = _name(page, key, taken)
            taken.add(names[key].casefold())
    if names != known:
        with replacing(root / folder / _PAGES) as file:
            file.write(json.dumps(names, ensure_ascii=False, indent=0).encode())
    return [
        BookPage(manifest, page, collection, folder, names[key])
        for key, page in zip(keys, manifest.pages, strict=True)
    ]


def _folder(manifest: Manifest, root: Path) -> str:
    mark = hashlib.sha256(manifest.id.encode()).hexdigest()[:6]
    old = sorted(path.name for path in root.glob(f"*_{mark}") if path.is_dir())
    return old[0] if old else f"{_slug(manifest.label, _LONGEST_BOOK) or 'manifest'}_{mark}"


def _read_names(path: Path) -> dict[str, str]:
    try:
        found = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    names = found.items() if isinstance(found, dict) else ()
    return {key: name for key, name in names if isinstance(name, str) and Path(name).name == name}


def _keys(pages: Iterable[CanvasPage]) -> Iterable[str]:
    """Tell pages apart by the ids of their canvases, by their places where these have none or share one."""
    seen: set[str] = set()
    for page in pages:
        key = f"{page.canvas} {page.part}" if page.canvas else f"{page.place} {page.part}"
        if key in seen:
            key = f"{page.canvas} {page.place} {page.part}"
        seen.add(key)
        yield key


def _name(page: CanvasPage, key: str, taken: Set[str]) -> str:
    picture = page.picture
    suffix = (
        ".jpg" if find_service(picture.services) else expected_suffix(picture.address, picture.media_type)
    )
    label = _slug(page.label, _LONGEST_PAGE)
    stem = f"p{page.place + 1:04d}" + f"_{label}" * bool(label) + f"_{page.part + 1}" * bool(page.part)
    if f"{stem}{suffix}".casefold() in taken:
        stem = f"p{page.place + 1:04d}_{hashlib.sha256(key.encode()).hexdigest()[:12]}"
    return stem + suffix


def _slug(label: str, longest: int) -> str:
    """Make part of a file name of a label."""
    letters = unicodedata.normalize("NFKD", label).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "_", letters).strip("_")[:longest].strip("_")
