"""Lookup: the documents of a corpus that a user means by a name."""

from __future__ import annotations

import difflib

from tablekin.corpus.corpus import CorpusStore
from tablekin.errors import UsageError

_SUGGESTED = 3  # names that are like one which is not there
_LIKE = 0.4  # least likeness of these, as difflib counts it: 0 nothing in common, 1 the same


def find_document(corpus: CorpusStore, name: str) -> str:
    """Find the doc_id that ``name`` stands for: itself, or the name of its scan.

    Raises
    ------
    UsageError
        There is none, there are several, or its analysis failed.
    """
    documents = corpus.read("documents")
    found = documents[documents["doc_id"] == name]
    if found.empty:
        found = documents[(documents["source"] == name) | documents["source"].str.endswith(f"/{name}")]
    if found.empty:
        raise UsageError(suggest_documents(corpus, name))
    if len(found) > 1:
        raise UsageError(f"{name} fits several documents: {', '.join(found['doc_id'])}")
    document = found.iloc[0]
    if document["status"] != "ok":
        raise UsageError(f"{name} could not be analysed: {document['reason']}")
    return str(document["doc_id"])


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
    """Find the two documents of a pair, in the order of the tables.

    Raises
    ------
    UsageError
        One of them cannot be found, or they are the same.
    """
    doc_a, doc_b = sorted((find_document(corpus, first), find_document(corpus, second)))
    if doc_a == doc_b:
        raise UsageError(f"{first} and {second} are the same document; name two")
    return doc_a, doc_b
