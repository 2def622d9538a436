"""The ``tablekin`` command. Results go to stdout; what happened, to which file, and what to do, to stderr."""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from tablekin.errors import ExitCode, TablekinError
from tablekin.version import __version__

app = typer.Typer(
    name="tablekin",
    help="Find out which historical numerical tables were copied from which, and see why.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


class OnError(StrEnum):
    """What to do when a document fails."""

    skip = "skip"
    stop = "stop"


CorpusFolder = Annotated[Path, typer.Argument(metavar="CORPUS", help="Folder that `tablekin run` wrote.")]


def _say(message: str) -> None:
    from tqdm import tqdm

    tqdm.write(message, file=sys.stderr)


@contextmanager
def _errors_to_exit_codes() -> Iterator[None]:
    """End with the exit code of what went wrong, and its message on stderr."""
    try:
        yield
    except TablekinError as error:
        typer.echo(f"tablekin: {error}", err=True)
        raise typer.Exit(error.exit_code) from error
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise
        file = error.filename or "a temporary file"
        typer.echo(
            f"tablekin: no room on the disk for {file}; free space and run the same command again", err=True
        )
        raise typer.Exit(ExitCode.USAGE) from error
    except KeyboardInterrupt as error:
        typer.echo("tablekin: interrupted; what is finished is kept, run the same command to go on", err=True)
        raise typer.Exit(ExitCode.INTERRUPTED) from error


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"tablekin {__version__}")
        raise typer.Exit


@app.callback()
def _tablekin(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take options that stand before the command."""


@app.command()
def run(
    scans: Annotated[
        list[Path], typer.Argument(metavar="SCANS", help="Folders or files: JPEG, PNG, TIFF, PDF.")
    ],
    out: Annotated[Path, typer.Option("--out", metavar="CORPUS", help="Folder for the tables.")],
    metadata: Annotated[
        Path | None,
        typer.Option(metavar="META.csv", help="CSV with a column `file`; all its columns are kept."),
    ] = None,
    config: Annotated[Path | None, typer.Option(metavar="RUN.toml", help="Settings of the run.")] = None,
    device: Annotated[
        str | None, typer.Option(metavar="auto|cpu|cuda[:N]", help="Where the networks run.")
    ] = None,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one a core by default.")] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Dask scheduler whose workers do the work: docs/how-to/cluster.md."
        ),
    ] = None,
    on_error: Annotated[OnError, typer.Option(help="Go on with the next document, or stop.")] = OnError.skip,
) -> None:
    """Analyse scans; skips what is done and unchanged, and adds only what is new."""
    with _errors_to_exit_codes():
        from tablekin.config import read_config
        from tablekin.orchestration.stage import RunRequest
        from tablekin.orchestration.stage import run as run_stages

        settings = read_config(config)
        if device is not None:
            settings = settings.on_device(device)
        order = RunRequest(
            tuple(scans), out, metadata, settings, workers, on_error is OnError.stop, scheduler
        )
        summary = run_stages(order, _say)
        if summary.unchanged:
            _say(f"nothing to do: {out} is up to date with its {summary.ok + summary.failed} scans")
        else:
            _say(f"added {summary.added} documents and {summary.pairs} pairs to {out}")
        if summary.failed:
            _say(f"{summary.failed} of {summary.ok + summary.failed} scans failed; reasons: {out}/documents")
            raise typer.Exit(ExitCode.PARTIAL)


@app.command()
def drop(
    corpus: CorpusFolder,
    docs: Annotated[
        list[str],
        typer.Argument(metavar="DOC...", help="A doc_id, the name of its scan, or a pattern: 'kepler/*'."),
    ],
) -> None:
    """Take documents out of a corpus; their scans are left alone."""
    with _errors_to_exit_codes():
        from tablekin.orchestration.drop import drop as drop_documents

        dropped = drop_documents(corpus, docs, _say)
        _say(
            f"dropped {len(dropped.documents)} documents, {dropped.left} are left: {', '.join(dropped.documents)}"
        )
        if not dropped.is_current:
            _say(
                "the others were analysed with other weights or another version; the next run makes them anew"
            )
        _say("the next run over a folder that still has their scans analyses them again")


@app.command()
def sample(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the archive.")],
    documents: Annotated[int, typer.Option(min=1, help="Number of page images.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same archive.")] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one a core by default.")] = None,
) -> None:
    """Write the sample archive: generated book pages with their ground truth."""
    with _errors_to_exit_codes():
        from tablekin.execution import Progress
        from tablekin.sample import write_archive

        progress = Progress("writing", documents, "documents")
        try:
            write_archive(directory, documents, seed, workers, lambda done, _: progress.reach(done))
        finally:
            progress.close()
        typer.echo(f"{documents} documents in {directory}")


@app.command()
def similar(
    corpus: CorpusFolder,
    doc: Annotated[str, typer.Argument(metavar="DOC", help="A doc_id, or the name of its scan.")],
    number: Annotated[int, typer.Option("-n", "--number", min=1, help="How many neighbours.")] = 5,
) -> None:
    """List the nearest documents of one, and what makes them similar."""
    with _errors_to_exit_codes():
        from tablekin.corpus import Corpus
        from tablekin.report.neighbours import describe_neighbours

        for line in describe_neighbours(Corpus.open(corpus), doc, number):
            typer.echo(line)


@app.command()
def read(
    corpus: CorpusFolder,
    doc: Annotated[str, typer.Argument(metavar="DOC", help="A doc_id, or the name of its scan.")],
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="out.csv", help="Write every cell into this file.")
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(metavar="out.png", help="Draw the page, and beside it what was read, into this file."),
    ] = None,
) -> None:
    """Print the tables of one document as they were read; cells in doubt have a question mark."""
    with _errors_to_exit_codes():
        from tablekin.corpus import Corpus, find_document
        from tablekin.report.drawing import save_drawing
        from tablekin.report.page import open_page
        from tablekin.report.transcript import describe_reading, write_cells

        opened = Corpus.open(corpus)
        page = open_page(opened, find_document(opened, doc))
        if csv is not None:
            write_cells(page, csv)
            _say(f"cells: {csv}")
        if image is not None:
            save_drawing(page.plot(), image)
            _say(f"drawing: {image}")
        for line in describe_reading(page):
            typer.echo(line)


@app.command()
def show(
    corpus: CorpusFolder,
    doc_a: Annotated[str, typer.Argument(metavar="DOC_A")],
    doc_b: Annotated[str, typer.Argument(metavar="DOC_B")],
    image: Annotated[
        Path | None, typer.Option(metavar="out.png", help="Draw the pair into this file.")
    ] = None,
) -> None:
    """Show one pair: its score, its matches, and on request a drawing."""
    with _errors_to_exit_codes():
        from tablekin.corpus import Corpus
        from tablekin.report.drawing import save_drawing
        from tablekin.report.pair import describe_pair, open_pair

        pair = open_pair(Corpus.open(corpus), doc_a, doc_b)
        if image is not None:
            save_drawing(pair.plot(), image)
            _say(f"drawing: {image}")
        for line in describe_pair(pair):
            typer.echo(line)


@app.command()
def collate(
    corpus: CorpusFolder,
    doc_a: Annotated[str, typer.Argument(metavar="DOC_A")],
    doc_b: Annotated[str, typer.Argument(metavar="DOC_B")],
    csv: Annotated[
        Path | None, typer.Option("--csv", metavar="out.csv", help="Write every aligned cell into this file.")
    ] = None,
    image: Annotated[
        Path | None,
        typer.Option(metavar="out.png", help="Draw both tables and their variants into this file."),
    ] = None,
) -> None:
    """Compare two documents cell by cell: what agrees, and a critical apparatus of what differs."""
    with _errors_to_exit_codes():
        from tablekin.corpus import Corpus, find_pair
        from tablekin.report.apparatus import collate_pages, describe, write_csv
        from tablekin.report.drawing import save_drawing
        from tablekin.report.page import open_page

        opened = Corpus.open(corpus)
        apparatus = collate_pages(*(open_page(opened, doc) for doc in find_pair(opened, doc_a, doc_b)))
        if csv is not None:
            write_csv(apparatus, csv)
            _say(f"aligned cells: {csv}")
        if image is not None:
            save_drawing(apparatus.plot(), image)
            _say(f"drawing: {image}")
        for line in describe(apparatus):
            typer.echo(line)


@app.command()
def kinship(
    corpus: CorpusFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; CORPUS/kinship without it.")
    ] = None,
    witness: Annotated[
        str | None,
        typer.Option(
            metavar="COLUMN",
            help="Column of the metadata that says which documents are of one witness, for instance an edition; "
            "without it, each document is one.",
        ),
    ] = None,
    year: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the metadata with the year.")
    ] = "year",
) -> None:
    """Find families of tables and, from the readings they share, who copied whom."""
    with _errors_to_exit_codes():
        from tablekin.corpus import Corpus
        from tablekin.kinship import describe_families, find_families, write_families

        opened = Corpus.open(corpus)
        dated = year if year != "year" or "year" in opened.read("documents") else None
        families = list(find_families(opened, witness, dated))
        for line in describe_families(families):
            typer.echo(line)
        write_families(families, out or opened.layout.kinship, _say)


@app.command()
def analyze(
    corpus: CorpusFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; CORPUS/analysis without it.")
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
    window: Annotated[
        float, typer.Option(metavar="YEARS", min=1, help="Standard deviation of the window over time.")
    ] = 10.0,
) -> None:
    """Find clusters of like documents, and tell the history of their tables: table groups, drawings."""
    with _errors_to_exit_codes():
        from tablekin.analyze import MetadataColumns, analyze
        from tablekin.corpus import Corpus

        opened = Corpus.open(corpus)
        folder = out or opened.layout.analysis
        analyze(opened, folder, MetadataColumns(work, year, place), window, _say)
        _say(f"table: {opened.layout.table('groups')}; other tables: {folder}")


@app.command()
def check(corpus: CorpusFolder) -> None:
    """Look for what is wrong with a corpus on disk, and say how to repair it."""
    with _errors_to_exit_codes():
        from tablekin.check import check as find_problems

        count = 0
        for problem in find_problems(corpus):
            typer.echo(str(problem))
            count += 1
        if count:
            _say(f"{corpus} has {count} problems")
            raise typer.Exit(ExitCode.PARTIAL)
        _say(f"nothing is wrong with {corpus}")


def main() -> None:
    """Run the command."""
    app()
