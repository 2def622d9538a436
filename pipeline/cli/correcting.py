"""Command that takes what people have corrected: correct."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from tablekin.cli.arguments import CorpusFolder
from tablekin.cli.command import LOGGER, Output, command
from tablekin.errors import ExitCode
from tablekin.lettering import counted


def correct(
    corpus: CorpusFolder,
    files: Annotated[
        list[str],
        typer.Argument(
            metavar="FILE...",
            help="CSV files as `tablekin read --csv` writes them, edited, or PAGE-XML (.xml). With --undo, names of "
            "such files or of documents.",
        ),
    ],
    undo: Annotated[
        bool,
        typer.Option("--undo", help="Take back what came from these files, or what is of these documents."),
    ] = False,
    who: Annotated[
        str | None, typer.Option(metavar="NAME", help="Who corrected; your name on this computer without it.")
    ] = None,
) -> Output:
    """Take corrected readings; all that is made of readings follows, scores stay what the network saw."""
    from tablekin.orchestration import take_corrections, undo_corrections
    from tablekin.provenance import user_name

    name = who or user_name()
    if undo:
        done = undo_corrections(corpus, files, name, LOGGER.info)
        LOGGER.info("%s taken back, as %s", counted(done.cells, "correction"), name)
    else:
        done = take_corrections(corpus, [Path(file) for file in files], name, LOGGER.info)
        LOGGER.info(
            "%s corrected, as %s; %s of the files already read so",
            counted(done.cells, "cell"),
            name,
            counted(done.unchanged, "place"),
        )
    for complaint in done.complaints:
        LOGGER.warning("%s", complaint)
    if done.complaints:
        LOGGER.warning("%s could not be taken; everything else was", counted(len(done.complaints), "place"))
    if done.documents:
        shown = ", ".join(done.documents[:5]) + (" ..." if len(done.documents) > 5 else "")
        LOGGER.info(
            "readings, values, recomputation and collation of %s follow: %s; scores, matches and factors "
            "are still of what the network saw",
            counted(len(done.documents), "document"),
            shown,
        )
    if not done.is_current:
        LOGGER.warning(
            "what follows from readings is brought up to date by the next: tablekin run SCANS --out %s",
            corpus,
        )
    for study in done.outdated if done.documents else ():
        LOGGER.info(
            "the results of tablekin %s are of the readings before; again: tablekin %s %s",
            study,
            study,
            corpus,
        )
    code = ExitCode.PARTIAL if done.complaints else ExitCode.DONE
    return Output(data=lambda: {"corpus": corpus, **asdict(done)}, code=code)


def add_commands(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app)(correct)
