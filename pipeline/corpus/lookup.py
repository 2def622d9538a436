"""Lookup: the documents of a corpus that a user means by a name."""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Callable

import pandas as pd

from tablekin.corpus.corpus import CorpusStore
from tablekin.errors import UsageError

_SUGGESTED = 3  # names that are like one which is not there
_LIKE = 0.4  # least likeness of these, as difflib counts it: 0 nothing in common, 1 the same
_LISTED = 12  # documents that a name fits, in a message


def find_document(corpus: CorpusStore, name: str) -> str:
    """Find the doc_id that ``name`` stands for: itself, its scan with or without suffix, or a part of either.

    A name that is written in full goes before one of which it is a part: ``p1`` is ``p1.jpg`` beside ``p10.jpg``.

    Raises
    ------
    UsageError
        There is none, there are several, which are listed, or its analysis failed.
    """
    document = _find_row(corpus, name)
    if document["status"] != "ok":
        raise UsageError(f"{name} could not be analysed: {document['reason']}")
    return str(document["doc_id"])


def resolve_document(corpus: CorpusStore, name: str) -> str:
    """Find a document as `find_document` does, also one whose analysis failed.

    Raises
    ------
    UsageError
        There is none, or there are several, which are listed.
    """
    return str(_find_row(corpus, name)["doc_id"])


def _find_row(corpus: CorpusStore, name: str) -> pd.Series:
    columns = ["doc_id", "source", "status", "reason"]
    exact = corpus.read("documents", [name], columns)
    if len(exact) == 1:
        return exact.iloc[0]
    documents = corpus.read("documents", columns=columns)
    wanted = _plain(name).removeprefix("./")
    doc_ids, sources = documents["doc_id"].map(_plain), documents["source"].map(_plain)
    stems = sources.str.replace(r"\.[^./]*$", "", regex=True)

    def ends(paths: pd.Series) -> pd.Series:
        return (paths == wanted) | paths.str.endswith(f"/{wanted}")

    def holds(paths: pd.Series) -> pd.Series:
        return paths.str.contains(wanted, regex=False)

    ways: list[Callable[[], pd.Series]] = [
        lambda: documents["doc_id"] == name,  # twice in a damaged corpus
        lambda: doc_ids == wanted,
        lambda: ends(sources),
        lambda: ends(stems),
        lambda: holds(doc_ids) | holds(sources),
    ]
    for way in ways if wanted else ():
        found = documents[way()]
        if len(found) == 1:
            return found.iloc[0]
        if len(found):
            raise UsageError(_candidates(name, found))
    raise UsageError(suggest_documents(corpus, name))


def _plain(name: str) -> str:
    """Write a name without capitals, accents as one letter with what they stand on, and slashes forward."""
    return unicodedata.normalize("NFC", name.strip().replace("\\", "/")).casefold()


def _candidates(name: str, found: pd.DataFrame) -> str:
    listed = found["doc_id"].tolist()[:_LISTED]
    more = f" and {len(found) - len(listed)} more" if len(found) > len(listed) else ""
    return f"{name} fits several documents: {', '.join(listed)}{more}; name one of them"


def suggest_documents(corpus: CorpusStore, name: str) -> str:
    """Say that there is no such document, and which names are like it."""
    names = corpus.read("documents", columns=["doc_id"])["doc_id"].tolist()
    close = difflib.get_close_matches(name, names, _SUGGESTED, _LIKE)
    hint = (
        f"did you mean {', '.join(close)}?"
        if close
        else f"they are listed in {corpus.layout.table('documents')}"
    )
    return f"{corpus.root} has no document {name}; {hint}"


def find_pair(corpus: CorpusStore, first: str, second: str) -> tuple[str, str]:
    """Find the two documents of a pair, in the order in which they were named.

    Raises
    ------
    UsageError
        One of them cannot be found, or they are the same.
    """
    one, other = find_document(corpus, first), find_document(corpus, second)
    if one == other:
        raise UsageError(f"{first} and {second} are the same document; name two")
    return one, other
