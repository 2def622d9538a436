"""Pairing: which scans ``scripts/evaluate_faithfulness.py`` compares."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd

_IMAGES = (".jpg", ".jpeg", ".png", ".tif", ".tiff")


@dataclass(frozen=True)
class Pair:
    """Two scans to compare."""

    group: str
    a: Path
    b: Path
    units: tuple[str, str]  # what the bootstrap draws: works or documents


def choose_pairs(folder: Path, count: int, seed: int) -> list[Pair]:
    """Choose pairs of a sample archive or of a folder of scans.

    An archive gives ``count // 2`` pairs of editions, each of another work, and as many of unrelated tables, the first
    page of one such pair with the second of the next. A folder gives ``count`` pages, evenly chosen, each with the
    next and the last with the first.
    """
    if not (folder / "metadata.csv").is_file():
        scans = sorted(path for path in folder.iterdir() if path.suffix.lower() in _IMAGES)
        places = np.unique(np.linspace(0, len(scans) - 1, count).round().astype(int))
        chosen = [scans[place] for place in places]
        following = chosen[1:] + chosen[:1] if len(chosen) > 2 else chosen[1:]
        return [Pair(folder.name, a, b, (a.name, b.name)) for a, b in zip(chosen, following, strict=False)]
    rng = np.random.default_rng(seed)
    metadata = pd.read_csv(folder / "metadata.csv").query("kind == 'table'")
    editions = []
    for work, rows in metadata.groupby("work"):
        names = sorted(rows["edition"].unique())
        if len(names) > 1:
            two = rng.choice(names, 2, replace=False)
            a, b = (rng.choice(rows.loc[rows["edition"] == name, "file"].to_numpy()) for name in two)
            editions.append((str(work), folder / "scans" / str(a), folder / "scans" / str(b)))
    editions = [editions[i] for i in rng.permutation(len(editions))[: count // 2]]
    pairs = [Pair("editions", a, b, (work, work)) for work, a, b in editions]
    if len(editions) > 1:
        for (work, a, _), (other, _, b) in zip(editions, editions[1:] + editions[:1], strict=True):
            pairs.append(Pair("unrelated", a, b, (work, other)))
    return pairs
