"""Stage: documents of a corpus are written in one of the formats."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tablekin.corpus import CorpusStore, find_document
from tablekin.errors import NothingUsableError, UsageError
from tablekin.execution import Progress
from tablekin.export.crate_metadata import Citation
from tablekin.export.formats import FORMATS
from tablekin.export.selection import Selection

BASE = "http://localhost:8000"  # where `python -m http.server` shows the folder


@dataclass(frozen=True)
class Exported:
    """What was written."""

    format: str
    out: Path
    documents: int
    files: tuple[str, ...]  # below out, with forward slashes, in the order in which they were written


def export_corpus(
    root: Path,
    format: str,
    out: Path,
    names: Sequence[str] = (),
    base: str = BASE,
    witness: str | None = None,
    citation: Citation | None = None,
) -> Exported:
    """Write documents of a corpus as files that other programs read.

    Parameters
    ----------
    root
        The corpus, which is only read.
    format
        A key of ``FORMATS``.
    out
        Folder for the files; files of the same names are replaced, others are left alone.
    names
        Documents: a doc_id or the name of a scan; all that could be analysed if none is given.
    base
        Address at which the folder will be found on the web, for formats that name themselves.
    witness
        Column of the metadata that says which documents are of one witness, for formats that show witnesses.
    citation
        How the corpus is to be cited, for formats that say so.

    Raises
    ------
    UsageError
        There is no such format or document, or the folder lies in the corpus.
    NothingUsableError
        No document of the corpus could be analysed.
    """
    if format not in FORMATS:
        raise UsageError(f"there is no format {format!r}; there are: {', '.join(FORMATS)}")
    corpus = CorpusStore.open(root)
    if out.resolve().is_relative_to(root.resolve()):
        raise UsageError(f"{out} lies in the corpus; name a folder outside for the files")
    if out.exists() and not out.is_dir():
        raise UsageError(f"{out} is a file; name a folder for the files")
    if not base.startswith(("http://", "https://")):
        raise UsageError(f"{base!r} is no address of the web: it has to begin with https:// or http://")
    documents = corpus.read("documents", columns=["doc_id", "source", "page_index", "status"])
    usable = documents[documents["status"] == "ok"]
    if names:
        wanted = {find_document(corpus, name) for name in names}
        usable = usable[usable["doc_id"].isin(wanted)]
    if usable.empty:
        raise NothingUsableError(
            f"no document of {root} could be analysed, so that there is nothing to export"
        )
    doc_ids = tuple(usable.sort_values(["source", "page_index"])["doc_id"])
    out.mkdir(parents=True, exist_ok=True)
    selection = Selection(corpus, doc_ids, out, base.rstrip("/"), witness, citation or Citation())
    files = []
    with Progress("exporting", unit="files"):
        for path in FORMATS[format].load()(selection):
            files.append(path.relative_to(out).as_posix())
    return Exported(format, out, len(doc_ids), tuple(files))
