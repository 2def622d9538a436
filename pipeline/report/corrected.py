"""Corrected: what is said wherever scores are shown of pages whose readings people corrected."""

from __future__ import annotations

from collections.abc import Iterator, Mapping


def describe_corrected(cells: Mapping[str, int]) -> Iterator[str]:
    """Say of which documents readings were corrected, and what is still of what the network saw.

    Parameters
    ----------
    cells
        Number of corrected cells by doc_id.

    Yields
    ------
    str
        Lines.
    """
    for doc, count in cells.items():
        if count:
            were = "1 cell was" if count == 1 else f"{count} cells were"
            yield (
                f"  {doc}: {were} corrected; readings and collation follow, scores, matches and digits are of what "
                "the network saw"
            )
