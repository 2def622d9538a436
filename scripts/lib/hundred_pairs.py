"""Hundred pairs: which windows a study compares, half of them to choose by, half held out to judge by."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from itertools import chain, zip_longest
from pathlib import Path
from typing import Literal

import numpy as np

from lib.explained import Cache, Explained, Planted, Twin, explain_planted, explain_scan, explain_twins
from lib.pairing import choose_pairs

Half = Literal["choosing", "held out"]
HALVES: tuple[Half, Half] = ("choosing", "held out")
_WINDOWS_A_FOLDER, _WINDOWS_A_SCAN = 12, 4
_OTHERS = 2  # other scans that a window is compared with
_IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


@dataclass(frozen=True)
class WindowPair:
    """Two windows to compare."""

    group: str
    half: Half
    units: tuple[str, str]  # what the bootstrap draws: works or scans
    a: Explained
    b: Explained
    twin: Twin | None = None  # of a window with itself scanned anew
    planted: Planted | None = None  # b with a row of a printed into it

    @property
    def is_kin(self) -> bool:
        """Whether both pages print the same work, or are the same scan."""
        return self.units[0] == self.units[1]

    @property
    def name(self) -> str:
        """Group and units."""
        return f"{self.group}: {' / '.join(self.units)}"


def _halves(count: int, rng: np.random.Generator) -> list[Half]:
    return [HALVES[place % 2] for place in rng.permutation(count)]


def pairs_of_scans(
    folder: Path, side: int, seed: int, cache: Cache, most: int
) -> Iterator[tuple[list[WindowPair], list[WindowPair]]]:
    """Pair the windows of every scan of a folder with themselves, scanned anew, and with those of another scan.

    A scan's windows are paired with those of the re-scans of the next two of its half; into the first a row is
    planted. Of a folder of more than ``most`` scans as many are taken, evenly.

    Yields
    ------
    tuple
        Pairs of a window with itself, and with another, of one scan after the other.
    """
    scans = sorted(path for path in folder.iterdir() if path.suffix.lower() in _IMAGES)
    scans = [scans[place] for place in np.unique(np.linspace(0, len(scans) - 1, most).round().astype(int))]
    halves = _halves(len(scans), np.random.default_rng(seed))
    count = min(_WINDOWS_A_SCAN, max(1, _WINDOWS_A_FOLDER // len(scans)))
    twins = [
        cache.get(
            f"twins {folder.name}/{path.name} {side} {count} {seed + number}",
            partial(explain_twins, path, side, count, seed + number),
        )
        for number, path in enumerate(scans)
    ]
    for number, (path, own) in enumerate(zip(scans, twins, strict=True)):
        half, unit = halves[number], f"{folder.name}/{path.name}"
        following = [other for other in (*range(number + 1, len(scans)), *range(number)) if twins[other]]
        others = [other for other in following if halves[other] == half]
        kin = [
            WindowPair(f"{folder.name}, scanned anew", half, (unit, unit), t.original, t.copy, twin=t)
            for t in own
        ]
        unlike = []
        for turn, other in enumerate(others[:_OTHERS]):
            units = (unit, f"{folder.name}/{scans[other].name}")
            for place, twin in enumerate(own):
                target = twins[other][place % len(twins[other])].copy
                planted = None
                if not turn:
                    name = f"planted row {unit} {place} {scans[other].name} {side} {seed}"
                    planted = cache.get(
                        name, partial(explain_planted, twin, target, seed + 1000 * place + number)
                    )
                group = f"{folder.name}, another page"
                unlike.append(WindowPair(group, half, units, twin.original, target, planted=planted))
        yield kin, unlike


def pairs_of_archive(folder: Path, count: int, side: int, seed: int, cache: Cache) -> list[WindowPair]:
    """Pair editions of works of a sample archive, and the first page of each such pair with the second of another."""
    editions = [pair for pair in choose_pairs(folder, count, seed) if pair.group == "editions"]
    halves = _halves(len(editions), np.random.default_rng(seed))
    pages: dict[Path, Explained] = {}
    for path in dict.fromkeys(path for pair in editions for path in (pair.a, pair.b)):
        page = cache.get(f"page {path.name} {side} {seed}", partial(explain_scan, path, side))
        if page is not None:
            pages[path] = page
    usable = [
        (pair, half)
        for pair, half in zip(editions, halves, strict=True)
        if pair.a in pages and pair.b in pages
    ]
    pairs = [WindowPair("editions", half, p.units, pages[p.a], pages[p.b]) for p, half in usable]
    for half in HALVES:
        own = [pair for pair, one in usable if one == half]
        if len(own) < 2:
            continue
        for pair, other in zip(own, own[1:] + own[:1], strict=True):
            units = (pair.units[0], other.units[1])
            pairs.append(WindowPair("unrelated works", half, units, pages[pair.a], pages[other.b]))
    return pairs


def hundred_pairs(
    archive: Path,
    folders: list[Path],
    count: int,
    of_archive: int,
    scans: int,
    side: int,
    seed: int,
    cache: Cache,
) -> tuple[list[WindowPair], list[WindowPair]]:
    """Choose the pairs: those of the archive, every window with itself, and unlike windows until there are enough.

    Unlike windows are taken from the folders in turn.

    Returns
    -------
    tuple
        ``count`` pairs, and all unlike windows of scans, for the pointing game.
    """
    pairs = pairs_of_archive(archive, of_archive, side, seed, cache)
    unlike = []
    for folder in folders:
        of_folder = list(pairs_of_scans(folder, side, seed, cache, scans))
        pairs += chain.from_iterable(kin for kin, _ in of_folder)
        unlike.append([pair for _, others in of_folder for pair in others])
    in_turn = [pair for group in zip_longest(*unlike) for pair in group if pair is not None]
    in_turn.sort(key=lambda pair: pair.planted is None)
    return pairs + in_turn[: max(0, count - len(pairs))], in_turn
