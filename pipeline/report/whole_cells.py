"""Whole cells: variants of tables that split their columns differently, put together to what either says."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

WHO_ERRED = {"a": "A errs", "b": "B errs", "both": "both err"}  # the words of ``collations.error_in``
_SIDES = ("a", "b")


def whole_variants(cells: pd.DataFrame) -> pd.DataFrame:
    """List the variants, each once, with all that either document has there.

    Where one table has in one cell what the other has in two, the cells are rows of their own in table ``collations``,
    and one of them may say ``13`` beside ``13 35``: here it is ``13 35`` beside ``13 35``, with the part that differs.

    Parameters
    ----------
    cells
        Rows of ``collations`` of one pair.

    Returns
    -------
    DataFrame
        Rows of the variants, the surest first; the place of a value is that of its first cell.
    """
    both = cells[(cells["region_a"] >= 0) & (cells["region_b"] >= 0)]
    variants = both[both["relation"] == "variant"]
    if variants.empty:
        return variants
    codes = [pd.factorize(both[f"region_{side}"])[0] for side in _SIDES]
    size = int(codes[0].max()) + 1
    edges = coo_array(([1] * len(both), (codes[0], size + codes[1])), shape=(size + len(both),) * 2)
    _, component = connected_components(edges, directed=False)
    place = pd.Series(component[codes[0]], both.index)
    rows = [_join(both.loc[own.index]) for _, own in place[place.isin(place[variants.index])].groupby(place)]
    return pd.DataFrame(rows, columns=cells.columns).sort_values("confidence", ascending=False, kind="stable")


def _join(parts: pd.DataFrame) -> pd.Series:
    """Make one row of the cells that say one value."""
    if len(parts) == 1:
        return parts.iloc[0]
    parts = parts.sort_values(["row_a", "col_a", "row_b", "col_b"], kind="stable")
    variants = parts[parts["relation"] == "variant"]
    joined = parts.iloc[0].copy()
    joined["relation"], joined["confidence"] = "variant", variants["confidence"].max()
    joined["error_in"] = _who_erred(variants["error_in"].tolist())
    of_side = {side: parts.drop_duplicates(f"region_{side}") for side in _SIDES}
    for side, own in of_side.items():
        joined[f"text_{side}"] = " ".join(filter(None, own[f"text_{side}"]))
    finer = of_side["a"] if len(of_side["a"]) > 1 else of_side["b"]
    whole = len(of_side["a"]) == 1 and parts["computed"].nunique() == 1  # that due in the one cell of a
    joined["computed"] = parts["computed"].iloc[0] if whole else " ".join(filter(None, finer["computed"]))
    return joined


def _who_erred(parts: Sequence[str]) -> str:
    known = {part for part in parts if part in ("a", "b", "both")}
    if len(known) > 1:
        return "both"
    return known.pop() if known else "unknown"
