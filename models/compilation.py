"""Compilation: functions compiled by numba, and the cache of what was compiled.

numba's own cache outlives what it was made from in two ways. It reads the types of a function's arguments before it
looks at the age of a file: where a class of such a type was renamed or moved, as at an upgrade, every later start of
the program ends in an ``AttributeError``. And it looks at the source of the function alone: where another function
that is compiled into it has changed, the old one goes on to be used. Here a file of the cache is of one state of all
compiled functions in a folder, and one that cannot be read counts as not there.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

from numba import njit
from numba.core.caching import FunctionCache, IndexDataCacheFile

Function = TypeVar("Function", bound=Callable[..., Any])

_log = logging.getLogger(__name__)
_MARKS = (b"compiled", b"numba")  # one of them stands in every source of compiled functions


def compiled(function: Function) -> Function:
    """Compile a function when it is first called, and keep what was compiled for the next start of the program.

    It does not hold Python's global lock while it runs.
    """
    return compiled_with()(function)


def compiled_with(**options: Any) -> Callable[[Function], Function]:
    """Compile as :func:`compiled`, with further options of numba, for instance ``fastmath``."""

    def compile_when_called(function: Function) -> Function:
        dispatcher: Any = njit(nogil=True, **options)(function)
        try:
            dispatcher._cache = _Cache(function)
        except RuntimeError as error:  # there is no folder to write to
            _log.info("%s is compiled at every start: %s", function.__qualname__, error)
        return dispatcher  # type: ignore[no-any-return]

    return compile_when_called


class _Cache(FunctionCache):
    """Cache of one function, in the place that numba chooses."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function)
        folder = Path(function.__code__.co_filename).parent
        self._cache_file = _CacheFile(
            self._cache_path, self._impl.filename_base, self._impl.locator.get_source_stamp(), folder
        )

    def load_overload(self, signature: Any, target_context: Any) -> Any:
        """Load what was compiled before; where nothing was, it is said, once a process, why the user waits."""
        found = super().load_overload(signature, target_context)
        if found is None:
            _say_once()
        return found


@cache
def _say_once() -> None:
    _log.info("compiling for this machine, which takes up to a minute; it is kept for the next start")


class _CacheFile(IndexDataCacheFile):
    """Files of the cache of one function."""

    def __init__(self, cache_path: str, filename_base: str, source_stamp: Any, folder: Path) -> None:
        super().__init__(cache_path, filename_base, source_stamp)
        self._version = f"{self._version} {digest_sources(folder)}"  # numba reads no further where it differs

    def _load_index(self) -> dict[Any, str]:
        try:
            return dict(super()._load_index())
        except Exception as error:  # of any kind: whatever was in the file is unpickled
            _log.info("%s is made anew: %s", self._index_path, error)
            return {}

    def _load_data(self, name: str) -> Any:
        try:
            return super()._load_data(name)
        except Exception as error:  # of any kind, as above
            raise OSError(f"{name} cannot be read: {error}") from error  # which numba takes for a lost file


@lru_cache
def digest_sources(folder: Path) -> str:
    """Digest of the sources of compiled functions in a folder."""
    sources = (path.read_bytes() for path in sorted(folder.glob("*.py")))
    digest = hashlib.sha256()
    for source in sources:
        if any(mark in source for mark in _MARKS):
            digest.update(hashlib.sha256(source).digest())
    return digest.hexdigest()[:16]
