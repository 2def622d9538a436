"""Corpora to make atlases of: with everything, and with what a reader's corpus may lack."""

import contextlib
import csv
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

from tablekin.config import RunConfig
from tablekin.errors import NothingUsableError
from tablekin.explain import match_pairs, score_pairs
from tablekin.orchestration import RunRequest, Stages, drop_documents, run
from tests.support import atlas_stages
from tests.support.runs import in_this_process

MARKUP = "<script>document.title='broken'</script><img src=x onerror=\"document.title='broken'\">"
RIGHT_TO_LEFT = "\u202eزيج البتاني\u202c \u200f"
STAGES = Stages(atlas_stages.analyse, score_pairs, match_pairs)
LONG = "lorem & ipsum; " * 667  # 10,000 characters


def write_page(path: Path, number: int) -> None:
    """Write a scan whose first pixel is its number, with lines where the cells lie."""
    image = Image.new("L", (atlas_stages.WIDTH, atlas_stages.HEIGHT), 235)
    draw = ImageDraw.Draw(image)
    for row in range(21):
        draw.line([(40, 60 + 25 * row), (360, 60 + 25 * row)], fill=90)
    image.putpixel((0, 0), number)
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)


def make_corpus(
    folder: Path, numbers: tuple[int, ...], metadata: list[dict[str, str]] | None = None, broken: int = 0
) -> Path:
    """Make a corpus of pages; those whose number is even are editions of one table, the others of another.

    Parameters
    ----------
    folder
        For scans and corpus.
    numbers
        Of the pages.
    metadata
        Rows of the metadata file.
    broken
        So many files are no images.
    """
    for number in numbers:
        write_page(folder / "scans" / f"page{number}.png", number)
    for number in range(broken):
        (folder / "scans").mkdir(parents=True, exist_ok=True)
        (folder / "scans" / f"zbroken{number}.png").write_bytes(b"\x89PNG\r\n\x1a\n<b>no image</b>")
    path = None
    if metadata:
        path = folder / "metadata.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            table = csv.DictWriter(file, [*metadata[0]])
            table.writeheader()
            table.writerows(metadata)
    request = RunRequest((folder / "scans",), folder / "corpus", path, RunConfig(device="cpu"), workers=1)
    with in_this_process(), contextlib.suppress(NothingUsableError):
        run(request, lambda line: None, STAGES)
    return folder / "corpus"


def empty_corpus(folder: Path) -> Path:
    """Make a corpus all of whose documents were dropped."""
    corpus = make_corpus(folder, (), broken=1)
    with in_this_process():
        drop_documents(corpus, ["zbroken0"], lambda line: None, STAGES)
    return corpus


def full_corpus(folder: Path) -> Path:
    """Make a corpus with families, years, places, works whose names are hostile, and a scan that is no image."""
    works = ["Sphaera", MARKUP, RIGHT_TO_LEFT, "Tabulae", "Sphaera", "Tabulae"]
    rows = [
        {
            "file": f"page{number}.png",
            "work": works[number],
            "year": str(1540 + 23 * number),
            "place": ["Venice", "Basel", "'\"/><u>Rome"][number % 3],
            "note": LONG if number == 0 else MARKUP,
        }
        for number in range(6)
    ]
    return make_corpus(folder, (0, 1, 2, 3, 4, 5), rows, broken=1)


def brightness(path: Path) -> float:
    """Average the grey values of a picture."""
    return float(np.asarray(Image.open(path).convert("L")).mean())
