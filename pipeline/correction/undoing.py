"""Undoing: which corrections of a history somebody wants to take back."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePath

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.corpus import CorpusStore, resolve_document
from tablekin.errors import UsageError


def find_undone(corpus: CorpusStore, history: pd.DataFrame, names: Sequence[str]) -> NDArray[np.bool_]:
    """Find the corrections of files or documents that are not undone yet.

    Parameters
    ----------
    corpus
        The corpus.
    history
        Its table of corrections, ``n`` rows.
    names
        Names of files that corrections came from, or of documents, also of those that are gone.

    Returns
    -------
    ndarray
        ``(n,)``: rows to be undone.

    Raises
    ------
    UsageError
        A name is neither.
    """
    chosen = np.zeros(len(history), bool)
    active = history["undone"].isna().to_numpy(bool)
    for name in names:
        found = (history["source"] == PurePath(name).name).to_numpy(bool)
        if not found.any():
            found = (history["doc_id"] == name).to_numpy(bool)
        if not found.any():
            found = (history["doc_id"] == _document(corpus, history, name)).to_numpy(bool)
        chosen |= found
    return chosen & active


def _document(corpus: CorpusStore, history: pd.DataFrame, name: str) -> str:
    try:
        return resolve_document(corpus, name)
    except UsageError as error:
        sources = ", ".join(dict.fromkeys(history.loc[history["undone"].isna(), "source"])) or "none"
        raise UsageError(
            f"no corrections came from a file {name}; they came from: {sources}. {error}"
        ) from error
