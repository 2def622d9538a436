"""Command that writes a corpus for other programs: export."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tablekin.cli.arguments import CorpusFolder, DocumentsIfAny
from tablekin.cli.command import LOGGER, Output, command


def _complete_formats(incomplete: str) -> list[str]:
    from tablekin.export import FORMATS

    return [name for name in FORMATS if name.startswith(incomplete)]


def export(
    corpus: CorpusFolder,
    docs: DocumentsIfAny = None,
    *,
    format: Annotated[
        str,
        typer.Option(
            "--format",
            metavar="FORMAT",
            help="What to write, for instance iiif or xlsx; docs/how-to/export.md lists all.",
            autocompletion=_complete_formats,
        ),
    ],
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder for the files.")],
    base: Annotated[
        str, typer.Option(metavar="ADDRESS", help="Where that folder will be found on the web.")
    ] = "http://localhost:8000",
    witness: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column of the metadata that says which documents are of one witness, as that of tablekin kinship.",
        ),
    ] = None,
    title: Annotated[
        str, typer.Option(metavar="TEXT", help="Title of the corpus, for --format ro-crate.")
    ] = "",
    creator: Annotated[
        list[str] | None,
        typer.Option(
            metavar="NAME",
            help="Who made the corpus, for --format ro-crate; 'Ada Lovelace <https://orcid.org/...>'; may be repeated.",
        ),
    ] = None,
    licence: Annotated[
        str,
        typer.Option(
            metavar="ADDRESS",
            help="Licence of the corpus, for --format ro-crate: its address, or its SPDX identifier, as CC-BY-4.0.",
        ),
    ] = "",
) -> Output:
    """Write documents as files that other programs read."""
    from tablekin.export import Citation, export_corpus

    citation = Citation(title, tuple(creator or ()), licence)
    exported = export_corpus(corpus, format, out, docs or (), base, witness, citation)
    LOGGER.info("%d documents as %d files in %s", exported.documents, len(exported.files), out)
    return Output(data=lambda: asdict(exported))


def add_commands(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "exporting")(export)
