"""Complaints: what a library written in C says to standard error, past Python."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager

_STANDARD_ERROR = 2


@contextmanager
def no_complaints() -> Iterator[None]:
    """Keep libtiff from writing every fault of a damaged image to standard error meanwhile."""
    try:
        kept = os.dup(_STANDARD_ERROR)
    except OSError:  # there is none
        yield
        return
    nowhere = os.open(os.devnull, os.O_WRONLY)
    sys.stderr.flush()
    os.dup2(nowhere, _STANDARD_ERROR)
    try:
        yield
    finally:
        sys.stderr.flush()
        os.dup2(kept, _STANDARD_ERROR)
        os.close(kept)
        os.close(nowhere)
