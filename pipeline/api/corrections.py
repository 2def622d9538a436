"""Correct: corrected readings are taken into a corpus, as with the command."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import nullcontext
from pathlib import Path

from tablekin.console import show_messages
from tablekin.orchestration import Corrected, take_corrections, undo_corrections
from tablekin.provenance import user_name


def correct(
    corpus: str | Path,
    files: str | Path | Iterable[str | Path],
    who: str | None = None,
    undo: bool = False,
    quiet: bool = False,
) -> Corrected:
    """Take corrected readings into a corpus, as ``tablekin correct`` does; all that is made of readings follows.

    Parameters
    ----------
    corpus
        Folder of the tables.
    files
        CSV files as ``tablekin read --csv`` writes them, edited, or PAGE-XML (``.xml``). To undo, names of such files
        or of documents.
    who
        Who corrected; by default your name on this computer.
    undo
        Take corrections back: those that came from these files, or are of these documents.
    quiet
        Say nothing. Otherwise what happens is shown on the standard error, unless the logger ``tablekin`` has a
        handler: then that gets it.

    Returns
    -------
    Corrected
        How many cells were corrected, of which documents, and what of the files could not be taken, and why.

    Raises
    ------
    TablekinError
        There is no such corpus, none of the files can be read, or another command is writing to the corpus.

    Examples
    --------
    >>> import tablekin
    >>> done = tablekin.correct("corpus", ["cells.csv"], who="Ada", quiet=True)
    >>> done.cells, done.documents
    (1, ['p053'])
    >>> corpus = tablekin.Corpus.open("corpus")
    >>> corpus.corrections.iloc[-1][["before", "after", "who"]].tolist()
    ['0 23 55', '0 23 56', 'Ada']
    >>> tablekin.correct("corpus", "p053", undo=True, quiet=True).cells
    1
    """
    named = [files] if isinstance(files, (str, Path)) else [*files]
    name = who or user_name()
    logger = logging.getLogger("tablekin")
    with nullcontext() if quiet or logger.hasHandlers() else show_messages():
        if undo:
            return undo_corrections(Path(corpus), [str(one) for one in named], name, logger.info)
        return take_corrections(Path(corpus), [Path(one) for one in named], name, logger.info)
