"""Commands that study a whole corpus: kinship, analyze."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from tablekin.cli.arguments import CorpusFolder
from tablekin.cli.command import LOGGER, Output, command

if TYPE_CHECKING:
    from tablekin.kinship import Family

KINSHIP = ("kinship", "families, the errors they share, and who copied whom")  # for who asks what to do next
ANALYZE = ("analyze", "clusters, which books share tables, and their history")
YearColumn = Annotated[str, typer.Option(metavar="COLUMN", help="Column of the metadata with the year.")]


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
    year: YearColumn = "year",
) -> Output:
    """Find families of tables and, from the readings they share, who copied whom."""
    from tablekin.corpus import CorpusStore
    from tablekin.dating import year_column
    from tablekin.kinship import describe_families, find_families, write_families
    from tablekin.report import cutter, describe_relations, find_relations

    opened = CorpusStore.open(corpus)
    folder = out or opened.layout.kinship
    with opened.writing("kinship", folder) if out is None else nullcontext():
        dated = year if year != "year" else year_column([*opened.read("documents").columns])
        families = list(find_families(opened, witness, dated))
        write_families(families, folder, LOGGER.info, cutter(opened, LOGGER.warning))
    related = find_relations(opened, {doc for family in families for doc in family.witness_of}, dated)
    return Output(
        [
            *describe_families(families),
            *_trees(families, folder),
            *describe_relations(opened, related, [ANALYZE]),
        ],
        lambda: {
            "folder": folder,
            "families": list(map(_data_of, families)),
            "related": [asdict(pair) for pair in related],
        },
    )


def _trees(families: Sequence[Family], folder: Path) -> Iterator[str]:
    from tablekin.kinship import tree_path

    for family in families:
        if family.stemma is not None and not family.stemma.is_thin:
            yield f"the tree of family {family.number}: {tree_path(folder, family)}.png"


def _data_of(family: Family) -> dict[str, Any]:
    found: dict[str, Any] = {
        "family": family.number,
        "documents": family.witness_of,
        "years": {name: years.middle for name, years in family.years.items()},
        "dates": {name: str(years) for name, years in family.years.items()},
        "places": len(family.variants.readings),
        "differing": len(family.variants.variants()),
    }
    if family.stemma is not None:
        for name, branches in (("branches", family.stemma.branches), ("doubtful", family.stemma.doubtful)):
            found[name] = [
                {
                    "apart": branch.split,
                    "support": branch.support,
                    "alone": branch.alone,
                    "against": branch.against,
                    "probability": branch.probability,
                    "below": sorted(branch.below),
                    "errors": list(branch.errors),
                }
                for branch in branches
            ]
        found["steps"] = [vars(step) for step in family.stemma.steps]
        found["is_rooted"] = family.stemma.is_rooted
        found["newick"] = family.stemma.newick
    return found


def analyze(
    corpus: CorpusFolder,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where to write; CORPUS/analysis without it.")
    ] = None,
    work: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the metadata with the work.")
    ] = "work",
    year: YearColumn = "year",
    place: Annotated[
        str, typer.Option(metavar="COLUMN", help="Column of the metadata with the place.")
    ] = "place",
    window: Annotated[
        float, typer.Option(metavar="YEARS", min=1, help="Standard deviation of the window over time.")
    ] = 10.0,
) -> Output:
    """Find clusters of like documents and which books share tables, and tell their history: groups, works, drawings."""
    from tablekin.analyze import MetadataColumns, describe_works
    from tablekin.analyze import analyze as analyze_corpus
    from tablekin.corpus import CorpusStore

    opened = CorpusStore.open(corpus)
    folder = out or opened.layout.analysis
    with opened.writing("analyze", folder):
        tables = analyze_corpus(opened, folder, MetadataColumns(work, year, place), window, LOGGER.info)
    places = " and ".join(str(opened.layout.table(name)) for name in ("groups", "works") if name in tables)
    LOGGER.info("table: %s; other tables: %s", places, folder)
    return Output(
        describe_works(tables["works"]) if "works" in tables else (), lambda: {"folder": folder, **tables}
    )


def add_commands(app: typer.Typer) -> None:
    """Add the commands to the program."""
    command(app, "looking for families")(kinship)
    command(app, "analysing the corpus")(analyze)
