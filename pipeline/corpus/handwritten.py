"""Handwritten documents of a corpus, of which nothing is claimed until someone has corrected their readings."""

from __future__ import annotations

from tablekin.corpus.corpus import CorpusStore
from tablekin.page import PageFlag


def uncorrected_handwriting(corpus: CorpusStore) -> frozenset[str]:
    """Name the documents that are written by hand and of which nobody has corrected a cell."""
    pages = corpus.read("pages", columns=["doc_id", "flags"])
    by_hand = [PageFlag.WRITTEN_BY_HAND in flags for flags in pages["flags"]]
    return frozenset(pages.loc[by_hand, "doc_id"]) - corpus.corrected_readings.documents().keys()
