"""Shards: the data of an atlas as scripts, each of which registers itself, so that a browser reads them from a disk."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tablekin.faults import faults_described

REGISTER = "tablekin_shard"  # the function of the page that a shard calls
MAX_BYTES = 1_900_000  # of a shard of the whole corpus: browsers read scripts of this size without a pause
_LEVEL = 6  # of zlib


def to_script(name: str, content: Any) -> bytes:
    """Write a shard; no text in it can end a script or begin markup."""
    text = json.dumps(content, ensure_ascii=True, separators=(",", ":"), allow_nan=False)
    return f"{REGISTER}({json.dumps(name)},{text.replace('<', chr(92) + 'u003c')})\n".encode("ascii")


def pack(values: NDArray[np.generic] | Sequence[float], kind: str) -> str:
    """Write numbers as text: little-endian, compressed by zlib, in base 64.

    Parameters
    ----------
    values
        Numbers of any shape, read row by row.
    kind
        Type of numpy: ``i2``, ``u1``, ``f4`` ...
    """
    raw = np.ascontiguousarray(np.asarray(values), np.dtype(f"<{kind}")).tobytes()
    return base64.b64encode(zlib.compress(raw, _LEVEL)).decode("ascii")


@dataclass
class ShardFolder:
    """The folder ``data`` of an atlas.

    Attributes
    ----------
    root
        The folder.
    written
        Name and size in bytes of every shard.
    """

    root: Path
    written: dict[str, int] = field(default_factory=dict)

    def write(self, name: str, content: Any) -> None:
        """Write a shard; ``name`` is its place below the folder, made of our own words and numbers alone."""
        script = to_script(name, content)
        path = self.root / f"{name}.js"
        path.parent.mkdir(parents=True, exist_ok=True)
        with faults_described(
            path
        ):  # not forced to disk one by one: the next report writes anew what is not whole
            if not path.exists() or path.read_bytes() != script:
                path.write_bytes(script)
        self.written[name] = len(script)

    def write_columns(self, name: str, columns: dict[str, list[Any]]) -> list[str]:
        """Write a table, column by column, as one shard or several of at most about two megabytes.

        Returns
        -------
        list of str
            Names of the shards, in the order of the rows.
        """
        rows = len(next(iter(columns.values())))
        size = sum(len(json.dumps(values)) for values in columns.values())
        count = max(1, -(-size // MAX_BYTES))
        step = max(1, -(-rows // count))
        names = []
        for number, begin in enumerate(range(0, max(rows, 1), step)):
            part = {key: values[begin : begin + step] for key, values in columns.items()}
            names.append(f"{name}-{number:03d}")
            self.write(names[-1], part)
        return names
