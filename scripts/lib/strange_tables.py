"""Strange tables: registers and made tables that print no function of the library."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.recompute.table_text import TableText, from_rows

Column = Callable[[NDArray[np.float64], float, np.random.Generator], NDArray[np.float64]]


def _walk(x: NDArray[np.float64], size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return size + np.cumsum(rng.normal(0, size / 50, len(x)))


def _waves(x: NDArray[np.float64], size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    waves = [rng.normal() * np.sin(x * rng.uniform(0.02, 0.4) + rng.uniform(0, 6)) for _ in range(3)]
    return size * (1 + np.sum(waves, 0) / 3)


def _prices(x: NDArray[np.float64], size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return np.exp(rng.normal(np.log(size), 1, len(x)))


def _deaths(x: NDArray[np.float64], size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    ages = rng.uniform(0.5, 3) * x
    return size * np.exp(-0.01 * ages - np.exp((ages - 60) * rng.uniform(0.05, 0.1)))


def _numbers(x: NDArray[np.float64], size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return rng.uniform(0, size, len(x))


def _parabola(x: NDArray[np.float64], size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    share = x / len(x)
    return size * (rng.uniform(0.1, 1) + rng.uniform(-1, 1) * share + rng.uniform(-1, 1) * share**2)


def _growth(x: NDArray[np.float64], size: float, rng: np.random.Generator) -> NDArray[np.float64]:
    return size * (rng.uniform(0.1, 1) + rng.uniform(0.1, 1) * np.exp(x / len(x) * rng.uniform(-3, 3)))


_COLUMNS: dict[str, Column] = {
    "walk": _walk,
    "waves": _waves,
    "prices": _prices,
    "deaths": _deaths,
    "numbers": _numbers,
    "parabola": _parabola,
    "growth": _growth,
}


def strange_tables(count: int, seed: int) -> Iterator[tuple[str, TableText]]:
    """Yield made tables: random walks, waves, prices, deaths by age, parabolas, in whole numbers or sixtieths."""
    rng = np.random.default_rng([seed, 17])
    for number in range(count):
        kind = str(rng.choice(list(_COLUMNS)))
        rows, columns = int(rng.integers(12, 45)), int(rng.integers(1, 9))
        x = np.arange(rows, dtype=float)
        size = 10 ** rng.uniform(1.5, 6)
        values = [np.abs(_COLUMNS[kind](x, size, rng)) for _ in range(columns)]
        sixtieths = bool(rng.random() < 0.5)
        first = int(rng.choice([0, 1, 1, 10, 1650]))
        table = [
            [str(first + row), *(_write(float(column[row]), sixtieths) for column in values)]
            for row in range(rows)
        ]
        yield f"{kind} {'in sixtieths' if sixtieths else 'in numbers'} {number}", from_rows(table)


def _write(value: float, sixtieths: bool) -> str:
    return f"{int(value)} {int(value * 60) % 60}" if sixtieths else str(round(value))


def registers(folder: Path) -> Iterator[tuple[str, TableText]]:
    """Yield transcribed registers, without the means that were computed from them."""
    for path in sorted(folder.glob("*.csv")):
        frame = pd.read_csv(path, quotechar="'", skipinitialspace=True, dtype=str)
        frame.columns = [str(name).strip() for name in frame.columns]
        frame = frame[[name for name in frame.columns if name != "Mean"]]
        frame = frame[~frame.iloc[:, 0].astype(str).str.contains("Mean")]
        rows = [
            [str(day), *("" if pd.isna(cell) else str(cell).strip() for cell in row)]
            for day, row in enumerate(frame.iloc[:, 1:].itertuples(index=False, name=None), 1)
        ]
        yield path.stem, from_rows(rows)
