"""ROCrate: a corpus as a package that can be kept, cited and checked: its files, and what they are as RO-Crate.

The folder ``corpus`` of the package is the corpus, bit for bit: ``tablekin check`` finds there what it found at home.
"""

from __future__ import annotations

import hashlib
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from html import escape
from pathlib import Path, PurePosixPath
from typing import Any

from tablekin.corpus import CorpusManifest, CorpusStore, replacing
from tablekin.errors import CorpusError, UsageError
from tablekin.export.crate_metadata import DESCRIPTOR, PackedFile, make_metadata
from tablekin.export.selection import Selection
from tablekin.export.written_file import write_file
from tablekin.schemas import ALL_SCHEMAS

_LOGGER = logging.getLogger(__name__)
_FOLDER = PurePosixPath("corpus")
_PREVIEW = "ro-crate-preview.html"
_CHUNK = 1 << 22  # bytes that are copied at a time


def write(selection: Selection) -> Iterator[Path]:
    """Write the package.

    Yields
    ------
    Path
        Each file when it is written.

    Raises
    ------
    UsageError
        Only some documents were chosen, or the corpus is not finished.
    CorpusError
        A file is missing or damaged.
    """
    corpus, citation = selection.corpus, selection.citation
    documents = corpus.read("documents")
    record = corpus.read_record()
    if len(selection.doc_ids) < (documents["status"] == "ok").sum():
        raise UsageError(
            "a package is of a corpus as a whole: name no documents; to package some of them, copy the corpus and "
            "take the others out with: tablekin drop"
        )
    if record.get("state") != "finished":
        raise UsageError(
            f"the last run of {corpus.root} did not end; finish it first: tablekin run SCANS --out {corpus.root}"
        )
    for name, is_stated in (("creator", citation.creators), ("licence", citation.licence)):
        if not is_stated:
            _LOGGER.warning(
                "the package states no %s: others need it to cite and use it; add --%s", name, name
            )
    packed = []
    manifest = CorpusManifest.read(corpus.root)
    for path in _files(corpus):
        place = _FOLDER / path.relative_to(corpus.root).as_posix()
        packed.append(_copy(path, selection.out, place))
        _verify(packed[-1], manifest, path)
        yield selection.out / place
    titled = replace(citation, title=citation.title or f"Tables of {corpus.root.resolve().name}")
    metadata = make_metadata(titled, packed, record, documents)
    text = json.dumps(metadata, ensure_ascii=False, indent=1) + "\n"
    yield write_file(selection.out / _PREVIEW, _preview(metadata).encode())
    yield write_file(selection.out / DESCRIPTOR, text.encode())


def _files(corpus: CorpusStore) -> Iterator[Path]:
    """List what makes a corpus: its tables, what is known of the run, and what was found in it."""
    layout = corpus.layout
    yield from (layout.record, *([layout.manifest] if layout.manifest.exists() else []))
    for table in ALL_SCHEMAS:
        yield from layout.parts(table)
    for folder in (layout.analysis, layout.kinship):
        yield from sorted(
            path for path in folder.glob("*") if path.is_file() and not path.name.startswith(".")
        )


def _copy(path: Path, out: Path, place: PurePosixPath) -> PackedFile:
    target, digest, size = out / place, hashlib.sha256(), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    with path.open("rb") as source, replacing(target) as file:
        while chunk := source.read(_CHUNK):
            digest.update(chunk)
            size += file.write(chunk)
    return PackedFile(place, size, digest.hexdigest())


def _verify(file: PackedFile, manifest: CorpusManifest, path: Path) -> None:
    known = manifest.files.get(str(file.place.relative_to(_FOLDER)), [])
    if known and (file.bytes, file.sha256) not in {(each.bytes, each.sha256) for each in known}:
        raise CorpusError(f"{path} is not as it was written; tablekin check says how to repair it")


def _preview(metadata: dict[str, Any]) -> str:
    """Write a page for people who open the package in a browser."""
    things = {each["@id"]: each for each in metadata["@graph"]}
    root = things["./"]
    creators = ", ".join(things[each["@id"]]["name"] for each in root.get("creator", []))
    facts = [
        ("Creators", creators or "not stated"),
        ("Licence", things[root["license"]["@id"]]["name"]),
        ("Date", root["datePublished"]),
        ("Made with", f"tablekin {things['#tablekin']['softwareVersion']}"),
    ]
    rows = "".join(f"<tr><th>{name}</th><td>{escape(value)}</td></tr>" for name, value in facts)
    parts = "".join(
        f"<tr><td>{escape(each['name'])}</td><td>{escape(each['description'])}</td></tr>"
        for each in things.values()
        if each["@type"] == "Dataset" and each is not root
    )
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8">'
        f"<title>{escape(root['name'])}</title></head><body><h1>{escape(root['name'])}</h1>"
        f"<p>{escape(root['description'])}</p><table>{rows}</table><h2>Tables</h2><table>{parts}</table>"
        f"<p>All of it for programs: <code>{DESCRIPTOR}</code>.</p></body></html>\n"
    )
