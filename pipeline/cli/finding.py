"""Command that looks for numbers and words in all pages: find."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from tablekin.cli.arguments import COUNTS, FROM_ZERO, CorpusFolder
from tablekin.cli.command import LOGGER, Output, command


def find(
    corpus: CorpusFolder,
    numbers: Annotated[
        list[str],
        typer.Argument(
            metavar="NUMBER...",
            help="As printed, groups parted by blanks: '23 30'. Several are sought one below or beside the other. "
            "Words, where an OCR engine read them: 'tangens'.",
        ),
    ],
    within_digit: Annotated[
        bool,
        typer.Option(
            "--within-digit", help="One digit of each may be another, be missing, or be one too many."
        ),
    ] = False,
    tolerance: Annotated[
        float | None,
        typer.Option(
            metavar="VALUE",
            help="How far values may be off, in units of the first group; groups behind it are sixtieths.",
        ),
    ] = None,
    along: Annotated[
        str | None, typer.Option(metavar="column|row", help="Only runs down a column, or along a row.")
    ] = None,
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="How many places are listed.")] = 20,
    csv: Annotated[
        Path | None,
        typer.Option("--csv", metavar="out.csv", help="Write every place into this file, counted from 0."),
    ] = None,
) -> Output:
    """Find the pages and cells where numbers stand, alone, down a column or along a row; or words."""
    from tablekin.corpus import CorpusStore
    from tablekin.errors import UsageError
    from tablekin.find import are_words, open_index, parse_query, search, search_words
    from tablekin.report import describe_found, write_found

    if are_words(numbers):
        if within_digit or tolerance is not None or along is not None:
            raise UsageError(
                "--within-digit, --tolerance and --along are of numbers: leave them out for words"
            )
        opened = CorpusStore.open(corpus)
        found = search_words(opened, numbers)
    else:
        query = parse_query(numbers, within_digit, tolerance, along)
        opened = CorpusStore.open(corpus)
        found = search(open_index(opened, LOGGER.info), query)
    if csv is not None:
        write_found(found, csv)
        LOGGER.info("places: %s (%s)", csv, FROM_ZERO)
    return Output(
        describe_found(opened, found, number), lambda: {"numbers": numbers, **COUNTS, "places": found}
    )


def add_commands(app: typer.Typer) -> None:
    """Add the command to the program."""
    command(app, "looking", is_brief=True)(find)
