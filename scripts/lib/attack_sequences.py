"""The commands that are attacked, the states of a tiny corpus they begin from, and what must be the same in the end."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from compare_corpora import compare
from PIL import Image

from lib.attacked_command import Commands
from tablekin.check import check
from tablekin.corpus import CorpusStore

PAGES = 6
FEW = "[collate]\nneighbours = 1\n"  # pairs that are laid side by side, which takes most of the time of an attack
PLAIN = ("*.svg", "*.nwk", "*.csv")  # files that are compared byte by byte, beside the tables


@dataclass(frozen=True)
class AttackedCommand:
    """A command that is attacked."""

    name: str
    before: str  # which state it begins from
    arguments: tuple[str, ...]  # with {} for the folder
    random: int  # attacks at random moments
    step: int = 1  # of so many changes of files one is attacked, twice


OPTIONS = ("--device", "cpu", "--workers", "2", "--config", "{}/RUN.toml")
CLUSTER = ("--device", "cpu", "--scheduler", "SCHEDULER", "--config", "{}/RUN.toml")
SEQUENCES = (
    AttackedCommand("first run", "scans", ("run", "{}/scans", "--out", "{}/corpus", *OPTIONS), 12),
    AttackedCommand("increment", "more", ("run", "{}/scans", "--out", "{}/corpus", *OPTIONS), 12),
    AttackedCommand(
        "metadata",
        "corpus",
        ("run", "{}/scans", "--out", "{}/corpus", "--metadata", "{}/other.csv", *OPTIONS),
        6,
    ),
    AttackedCommand(
        "config",
        "corpus",
        ("run", "{}/scans", "--out", "{}/corpus", "--config", "{}/OTHER.toml", *OPTIONS[:4]),
        6,
    ),
    AttackedCommand("drop", "corpus", ("drop", "{}/corpus", "page1", "page*4.png"), 8),
    AttackedCommand("correct", "corpus", ("correct", "{}/corpus", "{}/cells.csv", "--who", "Ada"), 6),
    AttackedCommand("analyze", "corpus", ("analyze", "{}/corpus"), 6),
    AttackedCommand("kinship", "corpus", ("kinship", "{}/corpus"), 6),
    AttackedCommand(
        "collate",
        "corpus",
        ("collate", "{}/corpus", "page0", "page2", "--csv", "{}/out.csv", "--image", "{}/out.svg"),
        4,
    ),
    AttackedCommand(
        "with Dask",
        "more",
        ("run", "{}/scans", "--out", "{}/corpus", *CLUSTER),
        12,
        5,
    ),
)


def write_page(path: Path, number: int, seed: int) -> None:
    """Write a page whose first pixel says of which edition it is."""
    image = np.random.default_rng(seed).integers(0, 256, (20, 30)).astype(np.uint8)
    image[0, 0] = number
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(image).save(path)


def write_metadata(path: Path, place: str) -> None:
    """Write metadata of all pages."""
    lines = [f"page{n}.png,work {n % 2},{1500 + n},{place}" for n in range(PAGES + 2)]
    path.write_text("\n".join(["file,work,year,place", *lines]) + "\n")


def write_corrections(path: Path) -> None:
    """Write corrections of cells of three pages, in two batches of documents."""
    lines = [f"page{page},{row},2,9{page} {row}" for page in (0, 1, 4) for row in (3, 4)]
    path.write_text("\n".join(["doc,row,column,reading", *lines]) + "\n")


def prepare(folder: Path, commands: Commands) -> None:
    """Make the states that commands begin from: scans alone, a corpus, and a corpus whose scans have changed."""
    for number in range(PAGES):
        write_page(folder / f"scans/scans/page{number}.png", number, number)
    write_metadata(folder / "scans/metadata.csv", "Paris")
    write_metadata(folder / "scans/other.csv", "Basel")
    write_corrections(folder / "scans/cells.csv")
    (folder / "scans/RUN.toml").write_text(FEW)
    (folder / "scans/OTHER.toml").write_text("[explain]\nmatches_per_pair = 2\n" + FEW)
    shutil.copytree(folder / "scans", folder / "corpus")
    run = ("run", "{}/scans", "--out", "{}/corpus", "--metadata", "{}/metadata.csv", *OPTIONS)
    assert commands.finish(placed(run, folder / "corpus"), folder / "corpus") == 0
    shutil.copytree(folder / "corpus", folder / "more")
    write_page(folder / "more/scans/page2.png", 2, 22)
    for number in (PAGES, PAGES + 1):
        write_page(folder / f"more/scans/page{number}.png", number, number)


def placed(arguments: Sequence[str], folder: Path, scheduler: str = "") -> list[str]:
    """Put the folder and the address into the arguments of a command."""
    return [argument.replace("{}", str(folder)).replace("SCHEDULER", scheduler) for argument in arguments]


def copy_of(state: Path, folder: Path) -> None:
    """Copy a state; the record of its corpus names the scans of the copy."""
    if folder.exists():
        shutil.rmtree(folder)
    shutil.copytree(state, folder)
    if (folder / "corpus").exists():
        corpus = CorpusStore(folder / "corpus")
        corpus.write_record(corpus.read_record() | {"scans": [str(folder / "scans")]})


def differences(whole: Path, folder: Path) -> Iterator[str]:
    """Say what is not as the command that nobody ended left it, or should not be there at all."""
    for line, differs in compare(whole / "corpus", folder / "corpus", common=False):
        if differs:
            yield line
    files = [{path.relative_to(one) for kind in PLAIN for path in one.rglob(kind)} for one in (whole, folder)]
    yield from (f"{path} is there only once" for path in sorted(files[0] ^ files[1]))
    for path in sorted(files[0] & files[1]):
        if (whole / path).read_bytes() != (folder / path).read_bytes():
            yield f"{path} differs"
    yield from (f"check: {problem}" for problem in check(folder / "corpus"))
    for path in folder.rglob(".*"):
        if path.name not in (".lock",):
            yield f"{path.relative_to(folder)} was left"
    record = CorpusStore(folder / "corpus").read_record()
    if record.get("state") != "finished":
        yield f"the record is {record.get('state')}"
