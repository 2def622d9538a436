"""ChosenFamilies: the families that documents of a selection are of, for formats that show witnesses."""

from __future__ import annotations

from collections.abc import Iterator

from tablekin.dating import year_column
from tablekin.export.selection import Selection
from tablekin.export.written_file import one_line
from tablekin.kinship import Family, describe_family, find_families


def chosen_families(selection: Selection) -> Iterator[Family]:
    """Yield the families that have one of the documents, numbered as ``tablekin kinship`` numbers them.

    Raises
    ------
    UsageError
        The metadata have no column for witnesses by that name, or no two documents are kin.
    """
    chosen = {*selection.doc_ids}
    dated = year_column([*selection.documents.columns])
    for family in find_families(selection.corpus, selection.witness, dated):
        if chosen & family.witness_of.keys():
            yield family


def family_in_words(family: Family) -> Iterator[str]:
    """Say what is told of a family, each line one that may stand in a comment of any format.

    Yields
    ------
    str
        Lines.
    """
    for line in describe_family(family):
        yield one_line(line)
