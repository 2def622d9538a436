"""PairLog: what was measured of pairs of pages, a line each in a file: a measurement that was stopped goes on."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

Pair = tuple[str, str]


class PairLog:
    """Rows of pairs, by their two names; kept in a file of JSON lines if there is one."""

    def __init__(self, path: Path | None, about: Mapping[str, object]) -> None:
        """Read the rows that are there.

        Parameters
        ----------
        path
            File, made if it is not there.
        about
            What is measured, which the first line of the file says: rows of another measurement are not mixed in.

        Raises
        ------
        SystemExit
            The file holds the rows of another measurement.
        """
        self._path = path
        self.rows: dict[Pair, dict[str, Any]] = {}
        if path is None:
            return
        if not path.exists():
            path.write_text(json.dumps(dict(about)) + "\n", encoding="utf-8")
        text = path.read_text(encoding="utf-8")
        if not text.endswith("\n"):  # the last line was cut off
            text = text[: text.rfind("\n") + 1]
            path.write_text(text, encoding="utf-8")
        first, *lines = text.splitlines()
        if json.loads(first) != json.loads(json.dumps(dict(about))):
            raise SystemExit(f"{path} holds another measurement, {first}: name another file")
        for row in map(json.loads, lines):
            self.rows[row["a"], row["b"]] = row

    def measure(
        self, pairs: Sequence[Pair], measure: Callable[[str, str], Mapping[str, Any]], seconds: float
    ) -> bool:
        """Measure the pairs that have no row yet, as long as there is time.

        Returns
        -------
        bool
            Whether all pairs have rows now.
        """
        end = time.monotonic() + seconds
        left = [pair for pair in pairs if pair not in self.rows]
        for number, (a, b) in enumerate(left):
            if time.monotonic() > end:
                print(
                    f"{len(left) - number} of {len(pairs)} pairs are left: the same command goes on with them"
                )
                return False
            row = {"a": a, "b": b, **measure(a, b)}
            self.rows[a, b] = row
            if self._path is not None:
                with self._path.open("a", encoding="utf-8") as file:
                    file.write(json.dumps(row, default=_plain) + "\n")
        return True


def _plain(value: object) -> object:
    """Write what NumPy counts with as JSON knows it."""
    if isinstance(value, np.generic):
        return value.item()
    raise TypeError(f"{value!r} cannot be written")
