"""Garbage: what is in memory to stay is left out when Python looks for objects that only hold one another.

It looks for them again and again while a task makes many small objects, and each time goes through all modules that are
imported, too.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


def leave_to_stay() -> None:
    """Leave all that is in memory now out of it; what nobody uses any more is given up first."""
    gc.collect()
    gc.freeze()


@contextmanager
def left_to_stay() -> Iterator[None]:
    """Leave it out for some time."""
    leave_to_stay()
    try:
        yield
    finally:
        gc.unfreeze()
