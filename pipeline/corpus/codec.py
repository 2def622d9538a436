"""Codec: what a part was made from, as text in the metadata of its file."""

from __future__ import annotations

import base64
import json
import zlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, TypeVar

from tablekin.corpus.parts import part_metadata

Provenance = TypeVar("Provenance")


def encode(value: Any) -> str:
    """Encode lists, objects, texts and numbers, as JSON has them, into compressed text."""
    return base64.b64encode(zlib.compress(json.dumps(value).encode())).decode()


def decode(text: str) -> Any:
    """Decode what ``encode`` encoded; a tuple comes back as a list.

    Raises
    ------
    ValueError
        It is something else.
    """
    try:
        return json.loads(zlib.decompress(base64.b64decode(text)))
    except zlib.error as error:
        raise ValueError(f"not compressed as it should be: {error}") from error


def read_provenance(part: Path, decode: Callable[[Mapping[str, str]], Provenance]) -> Provenance | None:
    """Read what a part was made from; None if it cannot be told.

    Parameters
    ----------
    part
        A file of a table, be it damaged or of somebody else.
    decode
        Turns the metadata of the file into what is wanted.
    """
    try:
        return decode(part_metadata(part))
    except (KeyError, TypeError, ValueError, OSError):  # the errors of pyarrow and of json are ValueErrors
        return None
