"""RankingStore: what a run has found out of which documents are nearest, kept until all of it is in a table."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from tablekin.corpus.atomic_file import replacing
from tablekin.corpus.layout import CorpusLayout

Arrays = dict[str, NDArray[Any]]


class RankingStore:
    """Arrays of some documents each, in a hidden folder of the corpus of this layout.

    A file is named after a digest of all that its numbers depend on, so that one which an interrupted run left is used
    only where it is still true.
    """

    def __init__(self, layout: CorpusLayout) -> None:
        self._layout = layout

    def load(self, digest: str, number: int) -> Arrays | None:
        """Load what was saved; None if nothing was, or it cannot be read."""
        try:
            with np.load(self._layout.ranking_file(digest, number), allow_pickle=False) as file:
                return dict(file)
        except (OSError, ValueError, EOFError, KeyError, zipfile.BadZipFile):
            return None

    def save(self, digest: str, number: int, arrays: Mapping[str, NDArray[Any]]) -> None:
        """Save arrays."""
        self._layout.ranking.mkdir(exist_ok=True)
        with replacing(self._layout.ranking_file(digest, number)) as file:
            np.savez(file, **dict[str, Any](arrays))

    def clear(self) -> None:
        """Delete everything."""
        if self._layout.ranking.is_dir():
            for path in self._layout.ranking.iterdir():
                path.unlink()
            self._layout.ranking.rmdir()
