"""XMLNames: documents as identifiers of XML, which are more restricted than names of files."""

from __future__ import annotations

import re
from collections.abc import Iterable

_START = re.compile(
    r"[^\W\d]"
)  # a letter or _; all that Python calls letters are, but for a few in no doc_id
_OTHER = re.compile(r"[^\w.-]")


def xml_names(doc_ids: Iterable[str]) -> dict[str, str]:
    """Give each document a name that XML takes as an identifier: its own if that is one, else one like it.

    Parameters
    ----------
    doc_ids
        In any order; the same ones get the same names.
    """
    found: dict[str, str] = {}
    taken: set[str] = set()
    for doc_id in sorted(doc_ids, key=lambda name: (not _is_name(name), name)):
        name = _OTHER.sub("_", doc_id)
        if not _START.match(name):
            name = f"_{name}"
        number, free = 1, name
        while free in taken:
            number += 1
            free = f"{name}_{number}"
        taken.add(free)
        found[doc_id] = free
    return found


def _is_name(name: str) -> bool:
    return bool(_START.match(name)) and not _OTHER.search(name)
