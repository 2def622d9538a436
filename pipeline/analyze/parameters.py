"""Parameters: what the tables of a corpus were computed with, over time and place."""

from __future__ import annotations

import pandas as pd

_COLUMNS = ["doc_id", "function", "parameter", "value", "low", "high", "known_as"]
_NUMBERS = ("name", "value", "low", "high")


def parameters_of(functions: pd.DataFrame, documents: pd.DataFrame) -> pd.DataFrame:
    """List the parameters of every function that a document prints, each once, with its year and place.

    Parameters
    ----------
    functions
        Rows of table ``functions``.
    documents
        ``doc_id`` and, as far as they are known, ``work``, ``year`` and ``place``.

    Returns
    -------
    DataFrame
        ``doc_id``, ``function``, ``parameter``, ``value``, ``low`` and ``high`` (ends of its 95 % interval),
        ``known_as``, and what is known of the document; by function, parameter and year.
    """
    rows = [
        (one.doc_id, one.function, *(found[name] for name in _NUMBERS), "; ".join(found["known_as"]))
        for one in functions.itertuples()
        for found in one.parameters
    ]
    known = [name for name in ("work", "year", "place") if name in documents]
    listed = pd.DataFrame(rows, columns=_COLUMNS).drop_duplicates(ignore_index=True)
    dated = listed.merge(documents[["doc_id", *known]], on="doc_id", how="left")
    order = ["function", "parameter", *(name for name in ("year",) if name in known), "doc_id", "value"]
    return dated.sort_values(order, ignore_index=True)
