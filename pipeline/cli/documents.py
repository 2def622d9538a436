"""Commands that look at documents and pairs of a corpus: read, recompute, similar, show, collate."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tablekin.cli.arguments import (
    COUNTS,
    FROM_ONE,
    FROM_ZERO,
    TO_EDIT,
    CorpusFolder,
    DocumentA,
    DocumentB,
    DocumentIfAny,
    DocumentName,
    DocumentsIfAny,
)
from tablekin.cli.command import LOGGER, Output, command
from tablekin.errors import UsageError

if TYPE_CHECKING:
    from tablekin.corpus import CorpusStore
    from tablekin.report import Drawing


def read(
    corpus: CorpusFolder,
    doc: DocumentIfAny = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="out.csv",
            help="Write every cell into this file, counted from 1: edit `reading`, and give it to `tablekin correct`.",
        ),
    ] = None,
    values: Annotated[
        bool,
        typer.Option(
            "--values",
            help="Write numbers into that file in place of what was printed, counted from 1 as well.",
        ),
    ] = False,
    least_sure: Annotated[
        int | None,
        typer.Option(
            "--least-sure",
            metavar="N",
            min=1,
            help="Only the N cells whose readings are least sure, the least sure first; without DOC, of all documents.",
        ),
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(metavar="out.png", help="Draw the page, and beside it what was read, into this file."),
    ] = None,
) -> Output:
    """Print the tables of one document as they were read; cells in doubt have a question mark."""
    from tablekin.corpus import CorpusStore, find_document
    from tablekin.report import describe_reading, open_page, write_cells

    opened = CorpusStore.open(corpus)
    if values and (csv is None or least_sure is not None):
        raise UsageError(
            "--values says what --csv writes of a document: add --csv FILE, leave out --least-sure"
        )
    if doc is None and (least_sure is None or image is not None):
        raise UsageError("name a document; only --least-sure is of all, and without --image")
    found = None if doc is None else find_document(opened, doc)
    if found is not None and image is not None:
        _save(open_page(opened, found).plot(), image)
    if found is None or least_sure is not None:
        assert least_sure is not None
        return _list_least_sure(opened, least_sure, found, csv)
    page = open_page(opened, found)
    if csv is not None:
        write_cells(page, csv, values)
        LOGGER.info("cells: %s (%s)", csv, FROM_ONE if values else TO_EDIT)
    about = {"doc_id": page.doc_id, "about": page.about, "orientation": page.orientation, "flags": page.flags}
    return Output(describe_reading(page), lambda: {**about, **COUNTS, "cells": page.cells})


def _list_least_sure(corpus: CorpusStore, number: int, doc: str | None, csv: Path | None) -> Output:
    from tablekin.report import describe_least_sure, least_sure, write_sheet

    sheet = least_sure(corpus, number, None if doc is None else [doc])
    if csv is not None:
        write_sheet(sheet, csv)
        LOGGER.info("cells: %s (%s)", csv, TO_EDIT)
    counted = {"tables_rows_and_columns_count_from": 1}
    return Output(describe_least_sure(sheet), lambda: {**counted, "cells": sheet})


def recompute(
    corpus: CorpusFolder,
    docs: DocumentsIfAny = None,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv",
            metavar="out.csv",
            help="Write every cell that was checked into this file, counted from 0.",
        ),
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(
            metavar="out.png",
            help="Draw a page, its cells that do not fit, and how far its values are off, into this file.",
        ),
    ] = None,
) -> Output:
    """Say what tables should say: their functions and parameters, and the cells that do not fit.

    Without DOC, every document of the corpus that prints a function is named with it.
    """
    from tablekin.corpus import CorpusStore, find_document
    from tablekin.errors import UsageError
    from tablekin.report import (
        describe_functions,
        describe_recomputation,
        open_page,
        recompute_config,
        recompute_page,
        write_checks,
    )

    opened = CorpusStore.open(corpus)
    if not docs:
        if csv is not None or image is not None:
            raise UsageError("name a document: --csv and --image are of one")
        return Output(describe_functions(opened), lambda: {"functions": opened.read("functions")})
    if len(docs) > 1 and (csv is not None or image is not None):
        raise UsageError("name one document: --csv and --image are of one")
    config = recompute_config(opened)
    names = [find_document(opened, doc) for doc in docs]
    pages = [recompute_page(open_page(opened, name), config, opened.read("checks", [name])) for name in names]
    for recomputed in pages:
        if csv is not None:
            write_checks(recomputed, csv)
            LOGGER.info("cells that were checked: %s (%s)", csv, FROM_ZERO)
        if image is not None:
            _save(recomputed.plot(), image)
    return Output(
        (line for recomputed in pages for line in describe_recomputation(recomputed)),
        lambda: {
            **COUNTS,
            "documents": [
                {
                    "doc_id": recomputed.page.doc_id,
                    "about": recomputed.page.about,
                    "columns": recomputed.columns.drop(columns="doc_id"),
                    "functions": recomputed.functions.drop(columns="doc_id"),
                    "checks": recomputed.checks,
                }
                for recomputed in pages
            ],
        },
    )


def similar(
    corpus: CorpusFolder,
    doc: DocumentName,
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="How many neighbours.")] = 5,
) -> Output:
    """List the nearest documents of one, and what makes them similar."""
    from tablekin.corpus import CorpusStore
    from tablekin.report import describe_neighbours, find_neighbours

    found = find_neighbours(CorpusStore.open(corpus), doc, number)
    nearest = [vars(one) for one in found.nearest]
    return Output(describe_neighbours(found), lambda: {**vars(found), "nearest": nearest})


def show(
    corpus: CorpusFolder,
    doc_a: DocumentA,
    doc_b: DocumentB,
    image: Annotated[
        Path | None, typer.Option(metavar="out.png", help="Draw the pair into this file.")
    ] = None,
) -> Output:
    """Show one pair: its score, its matches, and on request a drawing."""
    from tablekin.corpus import CorpusStore
    from tablekin.report import describe_pair, open_pair

    pair = open_pair(CorpusStore.open(corpus), doc_a, doc_b)
    if image is not None:
        _save(pair.plot(), image)
    names = {"doc_a": pair.a.doc_id, "doc_b": pair.b.doc_id}
    matches = pair.matches.drop(columns=["doc_a", "doc_b"])
    return Output(
        describe_pair(pair), lambda: {**names, **vars(pair.scores), "parts": pair.parts, "matches": matches}
    )


def collate(
    corpus: CorpusFolder,
    doc_a: DocumentA,
    doc_b: DocumentB,
    csv: Annotated[
        Path | None,
        typer.Option(
            "--csv", metavar="out.csv", help="Write every aligned cell into this file, counted from 0."
        ),
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(metavar="out.png", help="Draw both tables and their variants into this file."),
    ] = None,
) -> Output:
    """Compare two documents cell by cell: what agrees, and a critical apparatus of what differs."""
    from tablekin.corpus import CorpusStore, find_pair
    from tablekin.report import collate_pages, describe_apparatus, open_page, write_csv

    opened = CorpusStore.open(corpus)
    a, b = (open_page(opened, doc) for doc in find_pair(opened, doc_a, doc_b))
    apparatus = collate_pages(a, b)
    if csv is not None:
        write_csv(apparatus, csv)
        LOGGER.info("aligned cells: %s (%s)", csv, FROM_ZERO)
    if image is not None:
        _save(apparatus.plot(), image)
    names = {"doc_a": a.doc_id, "doc_b": b.doc_id}
    return Output(
        describe_apparatus(apparatus),
        lambda: {**names, **COUNTS, **apparatus.summary, "cells": apparatus.cells},
    )


def _save(drawing: Drawing, path: Path) -> None:
    from tablekin.report import save_drawing

    save_drawing(drawing, path)
    LOGGER.info("drawing: %s", path)


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the program."""
    command(app, "reading", is_brief=True)(read)
    command(app, "recomputing", is_brief=True)(recompute)
    command(app, "looking for neighbours", is_brief=True)(similar)
    command(app, "reading", is_brief=True)(show)
    command(app, "collating", is_brief=True)(collate)
