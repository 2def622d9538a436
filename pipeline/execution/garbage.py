"""Garbage: what is in memory to stay is left out when Python looks for objects that only hold one another.

It looks for them again and again while many small objects are made, and each time goes through all modules that are
imported, too: a command that imports for half of its time spends a fifth of all on it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

# made and not given up between two looks, of looks between those at older objects, and of these between those at all;
# Python's own are 700, 10 and 10
_RARELY = (100_000, 50, 100)


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


@contextmanager
def looked_for_less() -> Iterator[None]:
    """Let Python look rarely for some time: for commands that answer soon, whose memory cannot grow by much."""
    usual = gc.get_threshold()
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*usual)


def left_out_at_the_end() -> None:
    """Let Python not look for any at the end of the program, when the system takes all memory back anyway."""
    gc.freeze()
