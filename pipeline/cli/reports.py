"""Command that shows a corpus to a reader: report."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tablekin.cli.arguments import CorpusFolder
from tablekin.cli.command import LOGGER, Output, command

REPORT = ("report", "all of it in a browser: findings, pages, pairs, families, the map")  # what to do next


class Images(StrEnum):
    """What an atlas shows of scans."""

    tiles = "tiles"
    scaled = "scaled"
    link = "link"
    none = "none"


def report(
    corpus: CorpusFolder,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Folder for the atlas; CORPUS-atlas without it."),
    ] = None,
    images: Annotated[
        Images,
        typer.Option(
            help="What is shown of scans: tiles for deep zoom, one scaled picture a page, links to the library they "
            "are from, or none."
        ),
    ] = Images.scaled,
    longest: Annotated[
        int, typer.Option(metavar="PIXELS", min=200, help="Longer side of scaled pictures.")
    ] = 2000,
    title: Annotated[
        str | None, typer.Option(metavar="TITLE", help="Of the atlas; the name of CORPUS without it.")
    ] = None,
    single_file: Annotated[
        bool, typer.Option("--single-file", help="Also write all of it as one HTML file, DIR.html.")
    ] = False,
    witness: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN", help="Column of the metadata that says which documents are one witness."
        ),
    ] = None,
    work: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the metadata with the work.")
    ] = "work",
    year: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the metadata with the year.")
    ] = "year",
    place: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the metadata with the place.")
    ] = "place",
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes that write pictures; one a core by default.")
    ] = None,
) -> Output:
    """Write the atlas: a folder that opens in a browser, without a server or a network."""
    from tablekin.analyze import MetadataColumns
    from tablekin.report import AtlasRequest, write_atlas

    folder = out or corpus.resolve().with_name(f"{corpus.resolve().name}-atlas")
    columns = MetadataColumns(work, year, place)
    request = AtlasRequest(
        corpus, folder, images.value, longest, title, columns, witness, workers, single_file
    )
    atlas = write_atlas(request, LOGGER.warning)
    lines = [f"the atlas of {atlas.documents} documents: open {atlas.index} in a browser"]
    if atlas.single_file is not None:
        lines.append(f"the same as one file: {atlas.single_file}")
    return Output(lines, lambda: asdict(atlas))


def add_commands(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app)(report)
