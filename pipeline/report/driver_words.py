"""DriverWords: what makes pages alike, in sentences whose percentages add up."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pandas as pd

_NAMED = 3  # columns of a document that are named one by one
_MIN_SHARE = 0.005  # of a part that is said at all; the others are said together
_PLURAL = {
    "value": "values",
    "argument": "arguments",
    "difference": "differences",
    "text": "texts",
    "cell": "cells of unknown columns",
}
_BESIDE = "headings, page numbers and what stands outside of tables"
_MIN_COLUMNS = 2  # percent of two columns that are named


def pair_sentence(joint: pd.DataFrame) -> str:
    """Say which parts of two pages make them alike, and in which columns most of it lies.

    Parameters
    ----------
    joint
        As from ``tablekin.explain.joint_parts``.
    """
    if joint.empty or not joint["relevance"].sum() > 0:
        return ""
    shares = joint.groupby(joint.apply(_meeting, axis=1))["share"].sum().sort_values(ascending=False)
    parts = _listed([(_with_functions(str(name), joint), float(share)) for name, share in shares.items()])
    columns = joint[joint["col_a"].notna() & joint["col_b"].notna()]
    if columns.empty:
        return parts
    best = columns.iloc[0]
    percent = round(100 * best["share"])
    if percent < _MIN_COLUMNS:
        return f"{parts}; no two columns have more than {percent} % of it" if percent else parts
    one, other = (column_name(best, side, joint) for side in "ab")
    return f"{parts}; above all {one} of the first page and {other} of the second, {_percent(percent)}"


def _meeting(row: pd.Series) -> str:
    """Name what meets in two parts, whichever page has which."""
    one, other = sorted((row["part_a"], row["part_b"]), key=_order)
    if other not in _PLURAL:
        return _BESIDE
    return f"{_PLURAL[one]} of both" if one == other else f"{_PLURAL[one]} with {_PLURAL[other]}"


def _order(part: str) -> int:
    return [*_PLURAL].index(part) if part in _PLURAL else len(_PLURAL)


def _with_functions(name: str, joint: pd.DataFrame) -> str:
    """Add the functions of values that meet, if most of it lies in those of two."""
    if name != f"{_PLURAL['value']} of both":
        return name
    values = joint[(joint["part_a"] == "value") & (joint["part_b"] == "value")]
    by_function = values.groupby(["function_a", "function_b"])["share"].sum()
    function_a, function_b = by_function.idxmax()  # type: ignore[misc]
    if not function_a or not function_b or by_function.max() < 0.5 * by_function.sum():
        return name
    return f"{name} ({function_a if function_a == function_b else f'{function_a}, {function_b}'})"


def document_sentence(parts: pd.DataFrame) -> str:
    """Say which parts of a page make it like others: its strongest columns one by one, the rest by what it is.

    Parameters
    ----------
    parts
        Of one document, as ``tablekin.explain.parts_of`` gives them, with ``share`` of its similarity to others.
    """
    if not parts["share"].sum() > 0:
        return ""
    columns = parts[parts["col"].notna()].groupby(["table_id", "col"])["share"].sum()
    named = columns[columns >= _MIN_SHARE].nlargest(_NAMED)
    told = []
    for (table, col), share in named.items():
        row = parts[(parts["table_id"] == table) & (parts["col"] == col)].iloc[0]
        told.append((column_name(row, "", parts), float(share)))
    rest = parts[~pd.MultiIndex.from_frame(parts[["table_id", "col"]]).isin(named.index)]
    kinds = rest["part"].map(lambda part: f"other {_PLURAL[part]}" if part in _PLURAL else _BESIDE)
    for kind, share in rest.groupby(kinds)["share"].sum().sort_values(ascending=False).items():
        told.append((str(kind), float(share)))
    return _listed(told)


def column_name(row: pd.Series, side: str, parts: pd.DataFrame) -> str:
    """Name a column, counted from 1, by its heading if one was read, and by what it has: ``column 6 (declination)``."""
    end = f"_{side}" if side else ""
    name = f"column {int(row[f'col{end}']) + 1}"
    if parts[f"table_id{end}"].nunique() > 1:
        name += f" of table {int(row[f'table_id{end}']) + 1}"
    if row[f"label{end}"]:
        name += f' "{row[f"label{end}"]}"'
    what = row[f"function{end}"] or (row[f"part{end}"] if row[f"part{end}"] != "cell" else "")
    return f"{name} ({what})" if what else name


def _listed(told: Sequence[tuple[str, float]]) -> str:
    """List names with whole percentages that add up to 100; what is too small to be said is left to the last."""
    rounded = whole_percentages([share for _, share in told])
    return ", ".join(
        f"{name} {_percent(percent)}" for (name, _), percent in zip(told, rounded, strict=True) if percent
    )


def whole_percentages(shares: Sequence[float]) -> list[int]:
    """Round shares to whole percentages that add up as the shares do: the largest remainders are rounded up."""
    exact = 100 * np.asarray(shares, float)
    down = np.floor(exact + 1e-9)
    up = round(float(exact.sum())) - int(down.sum())
    for place in np.argsort(-(exact - down), kind="stable")[:up]:
        down[place] += 1
    return [int(value) for value in down]


def _percent(percent: int) -> str:
    return f"{percent} %"


def told_by_column(
    matches: pd.DataFrame, joint: pd.DataFrame, parts: tuple[pd.DataFrame, pd.DataFrame]
) -> list[dict[str, Any]]:
    """Replace matches of cells that lie in one column of either page by these columns.

    Parameters
    ----------
    matches
        Of cells: ``region_a``, ``region_b`` and ``share``, the strongest first.
    joint
        What the parts of the pages add to their similarity.
    parts
        Of the pages.

    Returns
    -------
    list
        The matches, in their order; where several lie in one column of a and one of b, in place of the first a
        dictionary of ``columns`` (their names), ``share`` (of all cells of these columns) and ``first`` (the match).
    """
    place = [own.set_index("region_id")[["table_id", "col"]].to_dict("index") for own in parts]

    def lines(match: dict[str, Any]) -> tuple[Any, ...] | None:
        found = [place[side].get(match[f"region_{letter}"], {}) for side, letter in enumerate("ab")]
        key = tuple(one.get(name, pd.NA) for one in found for name in ("table_id", "col"))
        return None if any(pd.isna(value) for value in key) else key

    rows = matches.to_dict("records")
    keys = [lines(row) for row in rows]  # type: ignore[arg-type]
    several = {key for key in keys if key is not None and keys.count(key) > 1}
    told: list[dict[str, Any]] = []
    seen = set()
    for row, key in zip(rows, keys, strict=True):
        if key not in several:
            told.append(row)  # type: ignore[arg-type]
        elif key not in seen:
            seen.add(key)
            own = joint[
                (joint["table_id_a"] == key[0])
                & (joint["col_a"] == key[1])
                & (joint["table_id_b"] == key[2])
                & (joint["col_b"] == key[3])
            ]
            names = tuple(column_name(own.iloc[0], side, joint) for side in "ab")
            told.append({"columns": names, "share": float(own["share"].sum()), "first": row})
    return sorted(told, key=lambda one: -float(one["share"])) if several else told
