"""Arguments that several commands take."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated

import typer

from tablekin.errors import TablekinError


def _complete_documents(context: typer.Context, incomplete: str) -> Iterator[str]:
    """Name the documents of the corpus whose names begin so, for the completion of a shell."""
    from tablekin.corpus import CorpusStore

    try:
        documents = CorpusStore.open(Path(context.params["corpus"])).read("documents", columns=["doc_id"])
    except (TablekinError, KeyError, TypeError):
        return
    yield from sorted(name for name in documents["doc_id"] if name.startswith(incomplete))


# ``readable=False``: that it cannot be read is told later, and then with what to do
CorpusFolder = Annotated[
    Path, typer.Argument(metavar="CORPUS", readable=False, help="Folder that `tablekin run` wrote.")
]
_NAME = "A doc_id, the name of its scan with or without suffix, or a part that only it has."
DocumentName = Annotated[str, typer.Argument(metavar="DOC", help=_NAME, autocompletion=_complete_documents)]
DocumentA = Annotated[str, typer.Argument(metavar="DOC_A", help=_NAME, autocompletion=_complete_documents)]
DocumentB = Annotated[str, typer.Argument(metavar="DOC_B", help=_NAME, autocompletion=_complete_documents)]
DocumentNames = Annotated[
    list[str],
    typer.Argument(
        metavar="DOC...",
        help="A doc_id, the name of its scan, a part that only it has, or a pattern: 'kepler/*'.",
        autocompletion=_complete_documents,
    ),
]
DocumentIfAny = Annotated[
    str | None, typer.Argument(metavar="[DOC]", help=_NAME, autocompletion=_complete_documents)
]
DocumentsIfAny = Annotated[
    list[str] | None,
    typer.Argument(metavar="[DOC...]", help=_NAME, autocompletion=_complete_documents),
]
COUNTS = {"tables_rows_and_columns_count_from": 0}  # for who reads JSON
FROM_ZERO = "tables, rows and columns count from 0 in it, as in the corpus"
FROM_ONE = "tables, rows and columns count from 1 in it"
TO_EDIT = (
    "tables, rows and columns count from 1; edit the column reading and give the file to tablekin correct"
)
