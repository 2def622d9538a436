"""Complaints: what a library written in C says to standard error, past Python."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager

_STANDARD_ERROR = 2


@contextmanager
def complaints() -> Iterator[list[str]]:
    """Keep libtiff from writing every fault of a damaged image to standard error meanwhile.

    Yields
    ------
    list of str
        Has the lines that it would have written, once this is through.
    """
    lines: list[str] = []
    try:
        kept = os.dup(_STANDARD_ERROR)
    except OSError:  # there is none
        yield lines
        return
    with tempfile.TemporaryFile() as said:
        sys.stderr.flush()
        os.dup2(said.fileno(), _STANDARD_ERROR)
        try:
            yield lines
        finally:
            sys.stderr.flush()
            os.dup2(kept, _STANDARD_ERROR)
            os.close(kept)
            said.seek(0)
            lines += said.read().decode(errors="replace").splitlines()
