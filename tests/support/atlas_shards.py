"""Shards of an atlas as another program reads them: by what ``data/README`` says."""

import base64
import json
import zlib
from pathlib import Path

import numpy as np


def read_shard(out: Path, name: str):
    """Read what a shard registers."""
    text = (out / "data" / f"{name}.js").read_text("ascii")
    return json.loads(text[text.index(",") + 1 : text.rindex(")")])


def unpack(text: str, kind: str) -> np.ndarray:
    """Read packed numbers."""
    return np.frombuffer(zlib.decompress(base64.b64decode(text)), f"<{kind}")


def read_columns(out: Path, name: str):
    """Read a table of the whole corpus, all its shards."""
    parts = [read_shard(out, part) for part in read_shard(out, "corpus")["shards"][name]]
    return {key: [value for part in parts for value in part[key]] for key in parts[0]}
