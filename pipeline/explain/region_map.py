"""RegionMap: the joint relevance of every region of one document with every region of another."""

from __future__ import annotations

import pandas as pd

from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.page import Level, RegionKind
from tablekin.schemas import FEATURES

_OF_LEVEL = {  # what adds up to its regions
    Level.CELL: [RegionKind.CELL, RegionKind.HEADER],
    Level.ROW: [RegionKind.CELL],
    Level.COLUMN: [RegionKind.CELL],
}
_AXIS = {Level.ROW: "row", Level.COLUMN: "col"}


def joint_relevance(factor_a: pd.DataFrame, factor_b: pd.DataFrame) -> pd.DataFrame:
    """Joint relevance of every region of one document with every region of another, ``R = F_a^T F_b``.

    Parameters
    ----------
    factor_a, factor_b
        Rows of table ``factors`` of one document each.

    Returns
    -------
    DataFrame
        Regions of a as rows, regions of b as columns.
    """
    return _dense(factor_a) @ _dense(factor_b).T


def specific_factor(factor: pd.DataFrame) -> pd.DataFrame:
    """Multiply the relevance of a whole document by what the specific similarity makes of its features.

    Parameters
    ----------
    factor
        All its rows of table ``factors``; what they add up to are the document's features.

    Returns
    -------
    DataFrame
        The same rows; to be pooled and given to :func:`joint_specific`.
    """
    features = factor["feature"].astype(object)
    relevance = factor["relevance"].astype("float64")
    phi = relevance.groupby(features).sum().reindex(list(FEATURES), fill_value=0.0).to_numpy()
    scale = pd.Series(load_specific_similarity().scale(phi[None])[0], list(FEATURES))
    return factor.assign(relevance=relevance * features.map(scale))


def joint_specific(factor_a: pd.DataFrame, factor_b: pd.DataFrame) -> pd.DataFrame:
    """Compute what every region of one document and every region of another add to their specific similarity.

    Parameters
    ----------
    factor_a, factor_b
        As from :func:`specific_factor`, whole or pooled.

    Returns
    -------
    DataFrame
        Regions of a as rows, regions of b as columns; of whole factors it adds up to the similarity.
    """
    dense = [_dense(factor) for factor in (factor_a, factor_b)]
    metric = load_specific_similarity().metric
    values = dense[0].to_numpy(float) @ metric @ dense[1].to_numpy(float).T
    return pd.DataFrame(values, dense[0].index, dense[1].index)


def _dense(factor: pd.DataFrame) -> pd.DataFrame:
    wide = factor.pivot(index="region_id", columns="feature", values="relevance")
    return wide.reindex(columns=list(FEATURES)).fillna(0)


def pool_factor(factor: pd.DataFrame, regions: pd.DataFrame, level: str) -> pd.DataFrame:
    """Pool the factor of a document at a level of regions.

    Parameters
    ----------
    factor, regions
        Its rows of the tables ``factors`` and ``regions``.
    level
        ``cell``: cells and headers, each by itself; ``row`` and ``column``: sums over their cells.

    Returns
    -------
    DataFrame
        ``region_id``, ``feature`` and ``relevance``; a relevance of 0 is left out.
    """
    kinds = regions.set_index("region_id")["kind"]
    leaves = factor[factor["region_id"].map(kinds).isin(_OF_LEVEL[Level(level)])]
    if level in _AXIS:
        place = ["table_id", _AXIS[Level(level)]]
        unions = regions[regions["kind"] == level].set_index(place)["region_id"]
        owner = regions[regions["kind"] == RegionKind.CELL].set_index("region_id")[place]
        own = leaves["region_id"].map(owner.join(unions.rename("union"), on=place)["union"])
        leaves = leaves.assign(region_id=own).dropna(subset=["region_id"])
    pooled = leaves.astype({"relevance": "float64"}).groupby(["region_id", "feature"], as_index=False)
    found = pooled["relevance"].sum()
    return found[found["relevance"] != 0]
