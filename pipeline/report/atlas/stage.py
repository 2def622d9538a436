"""Stage: a corpus becomes an atlas, a folder that a browser opens by a double click."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd

from tablekin.analyze import MetadataColumns, study
from tablekin.corpus import CorpusStore
from tablekin.errors import CorpusError, UsageError
from tablekin.execution import Progress, run_in_order
from tablekin.report.atlas.catalogue import Catalogue, catalogue_columns, make_catalogue
from tablekin.report.atlas.document import document_shard
from tablekin.report.atlas.families import all_families, family_shard, in_short
from tablekin.report.atlas.findings import pair_columns
from tablekin.report.atlas.overview import Overview, history_of, overview_shard
from tablekin.report.atlas.pictures import (
    PictureKind,
    PictureResult,
    PictureTask,
    picture_of,
    service_of,
    write_pictures,
)
from tablekin.report.atlas.shards import ShardFolder
from tablekin.report.atlas.site import clear_leftovers, prepare_folder, write_page, write_single_file
from tablekin.report.atlas.sources import frames_of, read_documents
from tablekin.report.atlas.upright import UprightPage
from tablekin.report.atlas.values import ValueIndex
from tablekin.report.relations import find_relations

IMAGES = tuple(kind.value for kind in PictureKind)


@dataclass(frozen=True)
class AtlasRequest:
    """What an atlas is made of.

    Attributes
    ----------
    corpus
        Folder of the corpus, which is only read.
    out
        Folder for the atlas.
    images
        ``scaled`` (a JPEG a page), ``tiles`` (for large scans), ``link`` (pages of libraries are shown from there, the
        others as scaled) or ``none``.
    longest
        Longer side of scaled pictures in pixels.
    title
        Of the atlas; the name of the corpus without one.
    columns
        Columns of the metadata that tell work, year and place.
    witness
        Column of the metadata that says which documents are of one witness.
    workers
        Processes that write pictures; one a core by default.
    single_file
        Whether it is also written as one HTML file beside the folder.
    """

    corpus: Path
    out: Path
    images: str = "scaled"
    longest: int = 2000
    title: str | None = None
    columns: MetadataColumns = field(default_factory=MetadataColumns)
    witness: str | None = None
    workers: int | None = None
    single_file: bool = False


@dataclass(frozen=True)
class Atlas:
    """What was written."""

    index: Path  # the file to open
    documents: int
    related: int
    families: int
    bytes: int
    without_picture: int  # documents that were to have one
    single_file: Path | None = None


def write_atlas(request: AtlasRequest, say: Callable[[str], None]) -> Atlas:
    """Write the atlas of a corpus; a folder that is an atlas already is brought up to date.

    Parameters
    ----------
    request
        Of which corpus, where to, and how.
    say
        Is told what is left out, and why.

    Raises
    ------
    UsageError
        The folder holds something else, or an argument cannot be used.
    CorpusError
        There is no corpus, or it is damaged.
    """
    if request.images not in IMAGES:
        raise UsageError(f"images can be {', '.join(IMAGES)}, not {request.images!r}")
    corpus = CorpusStore.open(request.corpus)
    prepare_folder(request.out, corpus.root)
    catalogue = make_catalogue(corpus, request.columns)
    alignments = corpus.read("alignments")
    tables, _ = _study(corpus, request, say)
    shards = ShardFolder(request.out / "data")
    short, family_of = _write_families(corpus, catalogue, request, shards)
    related = find_relations(corpus, None, None if request.columns.year == "year" else request.columns.year)
    related = [pair for pair in related if pair.doc_a in catalogue.number and pair.doc_b in catalogue.number]
    groups = tables.get("groups", pd.DataFrame(columns=["doc_id", "cluster", "x", "y"]))
    documents = catalogue_columns(catalogue, corpus, groups, family_of)
    pairs = pair_columns(related, alignments, catalogue, family_of)
    names = {
        "documents": shards.write_columns("documents", documents),
        "pairs": shards.write_columns("pairs", pairs),
    }
    shards.write("history", history_of(tables))
    index, lost, pictured = _write_documents(
        corpus, catalogue, alignments, _driver_parts(tables), shards, request
    )
    if lost:
        say(f"{len(lost)} pages are shown without their scan, such as {lost[0]}")
    names["values"] = index.write(shards)
    overview = Overview(
        corpus, catalogue, related, pairs, documents, short, names, request.images, request.title
    )
    shards.write("corpus", overview_shard(overview))
    size = write_page(request.out, shards, links=request.images == PictureKind.LINK)
    clear_leftovers(request.out, shards, pictured)
    single = request.out.with_name(f"{request.out.name}.html") if request.single_file else None
    if single is not None:
        write_single_file(request.out, single, pictured, links=request.images == PictureKind.LINK)
    return Atlas(
        request.out / "index.html", len(catalogue.rows), len(related), len(short), size, len(lost), single
    )


def _study(
    corpus: CorpusStore, request: AtlasRequest, say: Callable[[str], None]
) -> tuple[dict[str, pd.DataFrame], pd.DataFrame]:
    """Make the tables of analyze; a corpus without a document that was analysed, or interrupted, has none."""
    if not (corpus.read("documents", columns=["status"])["status"] == "ok").any():
        return {}, pd.DataFrame()
    try:
        return study(corpus, request.columns, 10.0, lambda _: None)
    except (UsageError, CorpusError) as error:
        say(f"map, drivers and history are left out: {error}")
        return {}, pd.DataFrame()


def _write_families(
    corpus: CorpusStore, catalogue: Catalogue, request: AtlasRequest, shards: ShardFolder
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    """Write the shard of every family as it is found; return them in short, and the family of each document."""
    short: list[dict[str, Any]] = []
    family_of: dict[str, int] = {}
    for family in all_families(corpus, catalogue, request.witness):
        short.append(in_short(family, catalogue.number))
        family_of |= dict.fromkeys(family.witness_of, family.number)
        shards.write(f"family/{family.number:04d}", family_shard(family, catalogue.number))
    shards.write("families", short)
    return short, family_of


def _write_documents(
    corpus: CorpusStore,
    catalogue: Catalogue,
    alignments: pd.DataFrame,
    parts: dict[str, list[list[Any]]],
    shards: ShardFolder,
    request: AtlasRequest,
) -> tuple[ValueIndex, list[str], set[str]]:
    """Write the shard and the pictures of every document.

    Returns
    -------
    tuple
        The index of values, the documents whose picture could not be written, and the files of pictures.
    """
    index, lost = ValueIndex(), []
    frames = frames_of(corpus, catalogue)
    pictures = _draw_all(corpus, catalogue, frames, request)
    drivers = corpus.read("drivers", columns=["doc_id", "region_id", "share"])
    kind = PictureKind(request.images)
    with Progress("writing the atlas", len(frames), "documents") as progress:
        for doc, rows in read_documents(corpus, alignments, drivers):
            if doc not in frames:
                continue
            picture = picture_of(catalogue.rows.loc[doc], frames[doc], pictures.get(doc), kind)
            if kind is not PictureKind.NONE and picture["kind"] == "none":
                lost.append(f"{doc}: {picture['reason']}")
            said = {
                "doc_id": doc,
                "metadata": catalogue.metadata(doc),
                "picture": picture,
                "parts": parts.get(doc, []),
            }
            content = document_shard(rows, frames[doc], catalogue.number)
            shards.write(doc_name(catalogue.number[doc]), said | content)
            index.add(catalogue.number[doc], rows.regions)
            progress.advance()
    return index, lost, {name for result in pictures.values() for name in result.files}


def _driver_parts(tables: dict[str, pd.DataFrame]) -> dict[str, list[list[Any]]]:
    """List of each document what its likeness to all others is made of: part, function and share, most first."""
    parts = tables.get("driver_parts")
    if parts is None:
        return {}
    own = parts[(parts["by"] == "document") & (parts["partners"] == "all")]
    own = own.sort_values(["share", "part", "function"], ascending=[False, True, True])
    found: dict[str, list[list[Any]]] = {}
    for doc, part, function, share in zip(
        *(own[name].tolist() for name in ("value", "part", "function", "share")), strict=True
    ):
        found.setdefault(doc, []).append([part, function, round(share, 4)])
    return found


def doc_name(number: int) -> str:
    """Name the shard of a document."""
    return f"doc/{number // 1000:03d}/{number:05d}"


def _draw_all(
    corpus: CorpusStore, catalogue: Catalogue, frames: dict[str, UprightPage], request: AtlasRequest
) -> dict[str, PictureResult]:
    """Write the pictures of all documents whose scans are found."""
    if request.images == PictureKind.NONE or not frames:
        return {}
    results: dict[str, PictureResult] = {}
    tasks: dict[str, PictureTask] = {}
    for doc, frame in frames.items():
        try:
            tasks[doc] = _picture_task(corpus, catalogue.rows.loc[doc], frame, request)
        except CorpusError as error:
            results[doc] = PictureResult((), str(error))
    workers = min(request.workers or os.cpu_count() or 1, max(1, len(tasks)))
    with Progress("writing pictures", len(tasks), "pages") as progress:
        drawn = (
            map(write_pictures, tasks.values())
            if workers == 1
            else run_in_order(write_pictures, [*tasks.values()], workers)
        )
        for doc, result in zip(tasks, drawn, strict=True):
            results[doc] = result if isinstance(result, PictureResult) else PictureResult((), str(result))
            progress.advance()
    return results


def _picture_task(
    corpus: CorpusStore, document: pd.Series, frame: UprightPage, request: AtlasRequest
) -> PictureTask:
    scan = corpus.find_scan(str(document["source"]))
    kind = PictureKind(request.images)
    if kind is PictureKind.LINK and service_of(document, frame) is None:
        kind = PictureKind.SCALED
    digest = str(document["sha256"])
    digest = digest[:20] if digest.isalnum() else "page"
    place = f"{int(document['page_index'])}-{frame.left}-{frame.orientation}"
    name = f"{request.longest}/{digest[:2]}/{digest}-{place}"
    return PictureTask(
        scan, int(document["page_index"]), frame, name, request.out / "img", kind, request.longest
    )
