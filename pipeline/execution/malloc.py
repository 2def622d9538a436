"""Memory: keep what is freed for the next page, unless it is too much."""

from __future__ import annotations

import ctypes
import sys

# Parameters of mallopt (malloc.h of the GNU C library).
_TRIM_THRESHOLD, _TOP_PAD, _MMAP_MAX = -1, -2, -4
_NEVER = 2**31 - 1


def keep_freed_memory() -> bool:
    """Tell the C library of this process not to give freed memory back to the system.

    The maps of a page's convolutions take some hundred megabytes. Returned at every step and asked for again, they
    would be cleared by the system each time; ``docs/method/reading.md`` says what that costs. Peak memory is a
    little higher.

    Returns
    -------
    bool
        Whether the C library is one that can be told so: that of GNU, on Linux.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except AttributeError:
        return False
    options = ((_MMAP_MAX, 0), (_TRIM_THRESHOLD, _NEVER), (_TOP_PAD, 64 * 2**20))
    return all([mallopt(name, value) == 1 for name, value in options])


def release_freed_memory() -> bool:
    """Let the C library of this process give what is freed back to the system after all, as after a large page.

    Returns
    -------
    bool
        Whether the C library is that of GNU, on Linux.
    """
    if not sys.platform.startswith("linux"):
        return False
    try:
        trim = ctypes.CDLL(None).malloc_trim
    except AttributeError:
        return False
    trim(0)
    return True
