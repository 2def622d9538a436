"""ScanFiles: the pictures of documents beside the files that speak of them."""

from __future__ import annotations

import io
import logging
import shutil
from pathlib import Path

from PIL import Image

from tablekin.corpus import replacing
from tablekin.errors import CorpusError
from tablekin.export.selection import Selection
from tablekin.ingest import list_pages, load_image

_LOGGER = logging.getLogger(__name__)
_QUALITY = 90  # of JPEG files
_SUFFIXES = {"JPEG": ".jpg", "PNG": ".png", "TIFF": ".tif"}  # that editors of text show
_EXIF_ORIENTATION = 0x0112


def render_picture(selection: Selection, doc_id: str, path: Path) -> Path:
    """Write the picture of a document as a JPEG file.

    Raises
    ------
    CorpusError
        Its scan is not where it was.
    """
    row = selection.documents.loc[doc_id]
    scan = selection.corpus.find_scan(row["source"])
    place = int(row["page_index"]) % list_pages(scan)[1]  # the right one of facing pages is counted on
    picture = io.BytesIO()
    Image.fromarray(load_image(scan, place)).save(picture, "JPEG", quality=_QUALITY)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as file:
        file.write(picture.getvalue())
    return path


def place_picture(selection: Selection, doc_id: str, folder: Path) -> tuple[str, list[Path]]:
    """Put the picture of a document into a folder, named after it.

    A scan that is one picture, not turned by its EXIF, is copied as it is; what is a page of a PDF or of a file with
    several, or turned, becomes a JPEG file. Where the scan is gone, that is said, and nothing is written.

    Returns
    -------
    tuple
        The name, and the files that were written.
    """
    try:
        scan = selection.corpus.find_scan(selection.documents.loc[doc_id, "source"])
    except CorpusError as error:
        _LOGGER.warning("%s is without its picture: %s", doc_id, error)
        return f"{doc_id}.jpg", []
    suffix = _suffix_as_it_is(scan)
    path = folder / f"{doc_id}{suffix or '.jpg'}"
    if not suffix:
        return path.name, [render_picture(selection, doc_id, path)]
    folder.mkdir(parents=True, exist_ok=True)
    with scan.open("rb") as source, replacing(path) as file:
        shutil.copyfileobj(source, file)
    return path.name, [path]


def _suffix_as_it_is(scan: Path) -> str:
    """Suffix of a scan that every program shows as tablekin does; empty where there is none."""
    try:
        with Image.open(scan) as picture:
            is_one = getattr(picture, "n_frames", 1) == 1
            is_upright = picture.getexif().get(_EXIF_ORIENTATION, 1) == 1
            return _SUFFIXES.get(str(picture.format), "") if is_one and is_upright else ""
    except OSError:
        return ""
