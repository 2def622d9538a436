"""A pool of generated pages that the training of the digit network draws its crops from.

Run as a program to fill a folder: ``python scripts/training_pool.py POOL --pages 600 --seed 1``.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass, field, fields, replace
from pathlib import Path

import cv2
import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.digitize.normalization import extract_ink
from tablekin.models.networks.digits import DIGIT_HEIGHT
from tablekin.models.networks.marks import FRACTIONS, mark_index, mark_of

_FULL_FACES = (  # that have signs of their own; some twice
    *2 * ("old-standard-tt/roman", "dejavu-serif/roman", "stix/roman", "gfs-didot/roman"),
    *("old-standard-tt/italic", "dejavu-serif/italic", "dejavu-serif/bold", "dejavu-sans/roman"),
    *("stix/italic", "stix/bold", "crimson-text/roman", "eb-garamond/roman", "cardo/roman"),
    *("libre-caslon-text/roman", "libre-bodoni/roman", "libre-baskerville/roman", "gelasio/roman"),
    *("vollkorn/roman", "playfair-display/roman", "alegreya/roman"),
)
_SIGNS_OF_THE_FACE = 0.7  # share of the pages of signs that are set in one of these
_BROKEN = 0.35  # share of pages with gaps in round digits
_CLEAN = 0.5  # share of the pages of signs that are well printed and well scanned
_TIGHT = 0.15  # share of the pages of signs whose letters are set so close that some touch
_BY_HAND = 0.4  # share of pages whose digits are cut or written by hand
MADE = "made.txt"  # in a pool: the options that its pages were made with, a line a run


@dataclass(frozen=True)
class TrainingPage:
    """A generated page as the network sees pages: upright ink and its true digits."""

    ink: NDArray[np.uint8]  # (h, w): 255 is solid ink, digits about 20 px high
    digit: NDArray[np.int8]  # (n,)
    boxes: NDArray[np.float32]  # (n, 4): x0, y0, x1, y1
    ignore: NDArray[np.bool_]  # (n,): neither a digit to find nor background (digits of fractions)
    mark: NDArray[np.int16] = field(default_factory=lambda: np.zeros(0, np.int16))  # (m,): numbers of MARKS
    mark_boxes: NDArray[np.float32] = field(default_factory=lambda: np.zeros((0, 4), np.float32))  # (m, 4)
    mark_ignore: NDArray[np.bool_] = field(default_factory=lambda: np.zeros(0, bool))  # (m,)


def make_training_page(seed: tuple[int, int], marked: bool = False) -> TrainingPage:
    """Typeset, degrade, extract the ink and scale one page.

    Parameters
    ----------
    seed
        Seed of the pool and number of the page in it.
    marked
        Whether its tables are of signs, fractions and letters.
    """
    from tablekin.sample.degradation.degrade import degrade, random_degradation
    from tablekin.sample.training.pages import training_page
    from tablekin.sample.typesetting.engraver import random_hand
    from tablekin.sample.typesetting.style import random_style
    from tablekin.sample.typesetting.typeset import set_page

    rng = np.random.default_rng(seed)
    style, degradation = random_style(rng), random_degradation(rng, upright=True)
    style = replace(
        style,
        fractions=str(rng.choice(["stacked", "slanted", "cast"])),
        rise=float(rng.uniform(0.1, 0.55)),
        superior=float(rng.uniform(0.45, 0.68)),
        breaks=float(rng.uniform(0.05, 0.4)) if rng.random() < _BROKEN else 0.0,
    )
    if marked and rng.random() < _SIGNS_OF_THE_FACE:
        face = str(rng.choice(_FULL_FACES))
        style = replace(style, digits=face, text=f"{face.partition('/')[0]}/roman", one="1", zero="0")
    if marked and rng.random() < _CLEAN:  # thin, even print, as of the nineteenth century
        degradation = random_degradation(rng, float(rng.uniform(0, 0.25)), upright=True)
        style = replace(style, weight=float(rng.uniform(-0.03, 0.005)), damage=0.0, irregularity=0.0)
    if rng.random() < (_BY_HAND / 3 if marked else _BY_HAND):
        style = replace(style, hand=random_hand(rng))
    if marked and rng.random() < _TIGHT:
        style = replace(style, letter_spacing=float(rng.uniform(-0.12, -0.01)))
    page = set_page(training_page(rng, marked), style, rng)
    verso = set_page(training_page(rng, marked), style, rng) if degradation.show_through else None
    scan = degrade(page, degradation, rng, verso)
    grey = scan.image if scan.image.ndim == 2 else cv2.cvtColor(scan.image, cv2.COLOR_RGB2GRAY)
    factor = DIGIT_HEIGHT / scan.digit_height
    ink = extract_ink(grey)
    size = (round(ink.shape[1] * factor), round(ink.shape[0] * factor))
    ink = cv2.resize(ink, size, interpolation=cv2.INTER_AREA if factor < 1 else cv2.INTER_LINEAR)
    digits = scan.digits
    marks = scan.marks.assign(number=scan.marks["mark"].map(lambda sign: mark_index(mark_of(sign))))
    marks = marks[marks["number"] >= 0]
    digits = digits[~in_fractions(digits, marks)]
    return TrainingPage(
        ink=np.round(ink * 255).astype(np.uint8),
        digit=digits["digit"].to_numpy(np.int8),
        boxes=(digits[["x0", "y0", "x1", "y1"]].to_numpy(np.float32) * np.float32(factor)),
        ignore=digits["ignore"].to_numpy(bool),
        mark=marks["number"].to_numpy(np.int16),
        mark_boxes=(marks[["x0", "y0", "x1", "y1"]].to_numpy(np.float32) * np.float32(factor)),
        mark_ignore=marks["ignore"].to_numpy(bool),
    )


def in_fractions(digits: pd.DataFrame, marks: pd.DataFrame) -> NDArray[np.bool_]:
    """Tell which digits are those of a fraction, which is one mark: they are background."""
    inside = np.zeros(len(digits), bool)
    x, y = (digits["x0"] + digits["x1"]).to_numpy() / 2, (digits["y0"] + digits["y1"]).to_numpy() / 2
    fractions = marks[marks["mark"].isin(list(FRACTIONS))]
    for x0, y0, x1, y1 in fractions[["x0", "y0", "x1", "y1"]].to_numpy():
        inside |= (x >= x0) & (x <= x1) & (y >= y0) & (y <= y1)
    return inside & digits["ignore"].to_numpy(bool)


def save_page(page: TrainingPage, path: Path) -> None:
    """Write a page as PNG with its digits beside it, whole or not at all."""
    part = path.with_suffix(".part.png")
    cv2.imwrite(str(part), page.ink)
    truth = {name.name: getattr(page, name.name) for name in fields(page) if name.name != "ink"}
    np.savez(path.with_suffix(".npz"), **truth)
    part.rename(path)


def load_page(path: Path) -> TrainingPage:
    """Read what :func:`save_page` wrote."""
    ink = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
    if ink is None:
        raise FileNotFoundError(f"{path}: not a readable page of the pool; delete it, it will be made again")
    with np.load(path.with_suffix(".npz")) as truth:
        return TrainingPage(ink.astype(np.uint8), **{name: truth[name] for name in truth.files})


def main() -> None:
    """Fill a folder with pages; pages that are there already are left as they are."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("pool", type=Path)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--first", type=int, default=0, help="number of the first page")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--marked", action="store_true", help="pages of signs, fractions and letters")
    options = parser.parse_args()
    cv2.setNumThreads(1)
    options.pool.mkdir(parents=True, exist_ok=True)
    for number in range(options.first, options.first + options.pages):
        path = options.pool / f"{options.seed}-{number:06d}.png"
        if not path.exists():
            save_page(make_training_page((options.seed, number), options.marked), path)
            print(path, flush=True)
    how = (
        f"--pages {options.pages} --first {options.first} --seed {options.seed}{' --marked' * options.marked}"
    )
    made = options.pool / MADE
    told = made.read_text("utf-8").splitlines() if made.exists() else []
    made.write_text("\n".join(dict.fromkeys([*told, how])) + "\n", "utf-8")


if __name__ == "__main__":
    main()
