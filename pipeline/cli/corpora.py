"""Commands that make a corpus, or an archive to make one of: run, drop, sample, check."""

from __future__ import annotations

from dataclasses import asdict
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from tablekin.cli.arguments import CorpusFolder, DocumentNames
from tablekin.cli.command import LOGGER, Output, command
from tablekin.cli.reports import REPORT
from tablekin.cli.studies import ANALYZE, KINSHIP
from tablekin.errors import ExitCode

if TYPE_CHECKING:
    from tablekin.corpus import CorpusStore
    from tablekin.orchestration import Summary


class OnError(StrEnum):
    """What to do when a document fails."""

    skip = "skip"
    stop = "stop"


def run(
    scans: Annotated[
        list[str],
        typer.Argument(
            metavar="SCANS",
            help="Folders or files: JPEG, PNG, TIFF, PDF; or IIIF manifests and collections: addresses or files.",
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="CORPUS", readable=False, help="Folder for the tables.")
    ],
    metadata: Annotated[
        Path | None,
        typer.Option(metavar="META.csv", help="CSV with a column `file`; all its columns are kept."),
    ] = None,
    config: Annotated[Path | None, typer.Option(metavar="RUN.toml", help="Settings of the run.")] = None,
    device: Annotated[
        str | None, typer.Option(metavar="auto|cpu|cuda[:N]", help="Where the networks run.")
    ] = None,
    workers: Annotated[
        int | None, typer.Option(min=1, help="Processes; by default one a core, as far as memory goes.")
    ] = None,
    words: Annotated[
        str | None,
        typer.Option(
            metavar="none|tesseract",
            help="OCR engine for headings, row labels and running heads; none by default.",
        ),
    ] = None,
    partners: Annotated[
        str | None,
        typer.Option(
            metavar="N|all|auto",
            help="Nearest of each document whose pairs are kept; all up to 20,000 documents, 100 of more by default.",
        ),
    ] = None,
    scheduler: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS", help="Dask scheduler whose workers do the work: docs/how-to/cluster.md."
        ),
    ] = None,
    on_error: Annotated[OnError, typer.Option(help="Go on with the next document, or stop.")] = OnError.skip,
    max_side: Annotated[
        int | None,
        typer.Option(
            metavar="PIXELS", help="Longer side of pictures fetched from a library; 3000 by default."
        ),
    ] = None,
    cache: Annotated[
        Path | None,
        typer.Option(
            metavar="DIR", help="Folder for pages fetched from libraries; by default one in the corpus."
        ),
    ] = None,
    allow_private: Annotated[
        bool,
        typer.Option("--allow-private", help="Also fetch from servers inside this machine and its network."),
    ] = False,
) -> Output:
    """Analyse scans; skips what is done and unchanged, and adds only what is new."""
    from tablekin.config import read_config
    from tablekin.corpus import CorpusStore
    from tablekin.orchestration import RunRequest
    from tablekin.orchestration import run as run_stages
    from tablekin.report import describe_relations, find_relations

    settings = read_config(config)
    if device is not None:
        settings = settings.on_device(device)
    if words is not None:
        settings = settings.with_words(words)
    if partners is not None:
        settings = settings.keeping(partners)
    settings = settings.fetching(max_side, allow_private)
    request = RunRequest(
        tuple(scans), out, metadata, settings, workers, on_error is OnError.stop, scheduler, cache
    )
    summary = run_stages(request, LOGGER.info)
    opened = CorpusStore.open(out)
    _say_what_was_done(summary, opened)
    code = ExitCode.PARTIAL if summary.failed or summary.unread else ExitCode.DONE
    related = find_relations(opened)
    return Output(
        describe_relations(opened, related, [KINSHIP, ANALYZE], [REPORT]),
        lambda: {"corpus": out, **asdict(summary), "related": [asdict(pair) for pair in related]},
        code,
    )


def _say_what_was_done(summary: Summary, corpus: CorpusStore) -> None:
    """Say what a run did, and which scans failed where it has not said so before."""
    from tablekin.report import describe_failures

    out, total = corpus.root, summary.ok + summary.failed
    if summary.unchanged:
        LOGGER.info("nothing to do: %s is up to date with its %d scans", out, total)
        for line in describe_failures(corpus):
            LOGGER.warning("%s", line)
    else:
        LOGGER.info("added %d documents and %d pairs to %s", summary.added, summary.pairs, out)
    if summary.failed:
        LOGGER.warning("%d of %d scans failed; reasons: %s/documents", summary.failed, total, out)
    if summary.unread:
        LOGGER.warning("%d manifests could not be read; the reasons are above", summary.unread)
    if summary.lost:
        LOGGER.warning("%d corrections stand nowhere; tablekin check %s names them", len(summary.lost), out)


def drop(corpus: CorpusFolder, docs: DocumentNames) -> Output:
    """Take documents out of a corpus; their scans are left alone."""
    from tablekin.orchestration import drop_documents

    dropped = drop_documents(corpus, docs, LOGGER.info)
    names = ", ".join(dropped.documents)
    LOGGER.info("dropped %d documents, %d are left: %s", len(dropped.documents), dropped.left, names)
    if not dropped.is_current:
        LOGGER.info(
            "the others were analysed with other weights or another version; the next run makes them anew"
        )
    LOGGER.info("the next run over a folder that still has their scans analyses them again")
    return Output(data=lambda: {"corpus": corpus, **asdict(dropped)})


def sample(
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Folder for the archive.")],
    documents: Annotated[int, typer.Option(min=1, help="Number of page images.")] = 24,
    seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same archive.")] = 0,
    anew: Annotated[
        int,
        typer.Option(
            min=0, help="Further page images, with tables of the archive that others computed anew."
        ),
    ] = 0,
    workers: Annotated[int | None, typer.Option(min=1, help="Processes; one a core by default.")] = None,
) -> Output:
    """Write the sample archive: generated book pages with their ground truth."""
    from tablekin.execution import Progress
    from tablekin.sample import write_archive

    pages = documents + anew
    with Progress("writing", pages, "documents") as progress:
        write_archive(directory, documents, seed, workers, lambda done, _: progress.reach(done), anew)
    found = {"directory": directory, "documents": pages, "seed": seed}
    return Output([f"{pages} documents in {directory}"], lambda: found)


def check(
    corpus: CorpusFolder,
    values: Annotated[
        bool, typer.Option("--values", help="Also check the values of files that are as they were written.")
    ] = False,
) -> Output:
    """Look for what is wrong with a corpus on disk, and say how to repair it."""
    from tablekin.check import check as find_problems

    problems = list(find_problems(corpus, values))
    if problems:
        LOGGER.warning("%s has %d problems", corpus, len(problems))
    else:
        LOGGER.info("nothing is wrong with %s", corpus)
    code = ExitCode.PARTIAL if problems else ExitCode.DONE
    found = {"corpus": corpus, "problems": [asdict(problem) for problem in problems]}
    return Output(map(str, problems), lambda: found, code)


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the program."""
    command(app)(run)
    command(app)(drop)
    command(app, "checking")(check)
    command(app)(sample)
