"""Parts: what each region of a page is, in a historian's words, and what two pages have in common by these parts.

A cell is a part of its column, and that is an argument, a value, a difference or a text, as table ``columns`` has it,
with the function that table ``functions`` names for its number. What is no cell is a part by its kind: heading, page
number, margin, and what lies outside. Every region that divides a page is in exactly one part, so that shares of parts
add up.
"""

from __future__ import annotations

import pandas as pd

from tablekin.explain.region_map import joint_relevance
from tablekin.page import RegionKind

ARGUMENT, VALUE, DIFFERENCE, TEXT = "argument", "value", "difference", "text"
CELL, HEADING, PAGE_NUMBER, MARGIN, OUTSIDE = "cell", "heading", "page number", "margin", "outside"
PART_KINDS = (VALUE, ARGUMENT, DIFFERENCE, TEXT, CELL, HEADING, PAGE_NUMBER, MARGIN, OUTSIDE)
PART_COLUMNS = ("part", "function", "table_id", "col", "label")
_LINES = (RegionKind.ROW, RegionKind.COLUMN)  # unions of cells, which would count twice
_OF_KIND = {
    RegionKind.HEADER: HEADING,
    RegionKind.PAGE_NUMBER: PAGE_NUMBER,
    RegionKind.MARGIN: MARGIN,
    RegionKind.OUTSIDE: OUTSIDE,
    RegionKind.CELL: CELL,  # whose column nobody found out about
}
_PLACE = ["doc_id", "table_id", "col"]


def parts_of(regions: pd.DataFrame, columns: pd.DataFrame, functions: pd.DataFrame) -> pd.DataFrame:
    """Say of every region that divides a page which part of it that is.

    Parameters
    ----------
    regions
        Rows of table ``regions`` of any documents; rows and columns are left out.
    columns, functions
        Rows of the tables ``columns`` and ``functions`` of the same documents.

    Returns
    -------
    DataFrame
        ``doc_id``, ``region_id``, ``part`` (value, argument, difference, text; cell, where the role of a column is not
        known; heading, page number, margin, outside), ``function`` (empty where none is known), ``table_id``, ``col``
        (missing of what is no cell) and ``label`` (words over the column, empty where none were read).
    """
    leaves = regions[~regions["kind"].isin(_LINES)][["doc_id", "region_id", "kind", "table_id", "col"]]
    known = columns.sort_values([*_PLACE, "group"], kind="stable").drop_duplicates(_PLACE)
    named = functions.drop_duplicates(["doc_id", "group"])[["doc_id", "group", "function"]]
    known = known.merge(named, on=["doc_id", "group"], how="left")[[*_PLACE, "role", "function"]]
    heads = regions[regions["kind"] == RegionKind.COLUMN][
        [*_PLACE, *(["label"] if "label" in regions else [])]
    ]
    if "label" not in heads:
        heads = heads.assign(label=None)
    whole = {"table_id": "Int64", "col": "Int64"}
    found = leaves.astype(whole).merge(known.astype(whole), on=_PLACE, how="left")
    found = found.merge(heads.astype(whole).drop_duplicates(_PLACE), on=_PLACE, how="left")
    is_cell = found["kind"] == RegionKind.CELL
    kind = found["kind"].astype(str).map({str(name): part for name, part in _OF_KIND.items()})
    found["part"] = found["role"].where(is_cell & found["role"].notna(), kind)
    for name in ("function", "label"):
        found[name] = found[name].where(is_cell & found[name].notna(), "").astype(object)
    found.loc[~is_cell, ["table_id", "col"]] = pd.NA
    return found[["doc_id", "region_id", *PART_COLUMNS]]


def joint_parts(
    factors: tuple[pd.DataFrame, pd.DataFrame], parts: tuple[pd.DataFrame, pd.DataFrame]
) -> pd.DataFrame:
    """Say what every part of one page and every part of another add to their similarity.

    Parameters
    ----------
    factors
        Rows of table ``factors`` of one document each.
    parts
        As from `parts_of`, of the same.

    Returns
    -------
    DataFrame
        ``part_a``, ``function_a``, ``table_id_a``, ``col_a``, ``label_a``, the same of b, ``relevance``, and ``share``
        of the similarity; the shares add up to 1. The largest comes first.
    """
    pooled, names = [], []
    for factor, own in zip(factors, parts, strict=True):
        name = own[[*PART_COLUMNS]].drop_duplicates(ignore_index=True)
        number = own.merge(name.reset_index(names="number"), on=[*PART_COLUMNS]).set_index("region_id")[
            "number"
        ]
        relevance = factor.assign(region_id=factor["region_id"].map(number))
        relevance = relevance.astype({"relevance": "float64", "feature": object})
        pooled.append(relevance.groupby(["region_id", "feature"], as_index=False)["relevance"].sum())
        names.append(name)
    rows = joint_relevance(pooled[0], pooled[1]).rename_axis(index="a", columns="b").stack()
    found = rows.rename("relevance").reset_index()
    sides = [
        names[place].loc[found[side]].reset_index(drop=True).add_suffix(f"_{side}")
        for place, side in enumerate("ab")
    ]
    total = found["relevance"].sum()
    found["share"] = found["relevance"] / total if total else 0.0
    joined = pd.concat([*sides, found[["relevance", "share"]]], axis=1)
    return joined.sort_values("relevance", ascending=False, kind="stable", ignore_index=True)
