"""History: how various the tables of a time and of a place are, how long clusters live, and where they go.

After Eberle et al., "Historical insights at scale: a corpus-wide machine learning analysis of early modern astronomic
tables", Science Advances 10 (2024): the entropy of the histogram of clusters in a window that slides over the years,
and by place of print.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from tablekin.threshold import threshold


@dataclass(frozen=True)
class HistorySettings:
    """How entropies are estimated."""

    shuffles: int = threshold(
        200,
        "shuffles",
        "of clusters over documents, and draws of documents of a place: a band leaves out ten",
    )
    band: tuple[float, float] = threshold((2.5, 97.5), "percentiles", "of the shuffles, or of the draws")
    min_documents: float = threshold(
        5.0,
        "documents",
        "in a window (their effective number) or of a place: of fewer, an entropy says nothing",
    )
    step: float = threshold(5.0, "years", "from one place of the window to the next")


SETTINGS = HistorySettings()


def entropy(weights: NDArray[Any]) -> float:
    """Shannon's entropy in nats of a histogram, which need not sum to 1."""
    share = weights[weights > 0] / weights.sum()
    return float(-(share * np.log(share)).sum())


def entropy_corrected(counts: NDArray[np.integer]) -> float:
    """Estimate the entropy in nats of what a sample was drawn from, of which it has not seen everything.

    The estimator of Chao and Shen, "Nonparametric estimation of Shannon's index of diversity when there are unseen
    species in sample", Environmental and Ecological Statistics 10 (2003).

    Parameters
    ----------
    counts
        How often each cluster was seen.
    """
    seen = counts[counts > 0]
    total = seen.sum()
    once = int((seen == 1).sum())
    if total < 2:
        return 0.0
    coverage = 1 - min(once, total - 1) / total  # if all were seen once, none would be expected again
    share = coverage * seen / total
    return float(-(share * np.log(share) / (1 - (1 - share) ** total)).sum())


def entropy_over_time(
    documents: pd.DataFrame, window: float, step: float = SETTINGS.step, seed: int = 0
) -> pd.DataFrame:
    """Measure how various tables are in a window that slides over the years, against clusters dealt out at random.

    Parameters
    ----------
    documents
        Columns ``year`` and ``cluster``.
    window
        Standard deviation of the Gaussian window in years.
    step
        Years from one place of the window to the next.
    seed
        Of the shuffles.

    Returns
    -------
    DataFrame
        ``year``, ``documents`` (effective number in the window), ``entropy`` (nats), and ``shuffled``, ``low`` and
        ``high``: mean and band of the entropy with the clusters shuffled over the documents.
    """
    year = documents["year"].to_numpy(float)
    cluster = pd.factorize(documents["cluster"])[0]
    count = int(cluster.max(initial=-1)) + 1
    rng = np.random.default_rng(seed)
    dealt = [rng.permutation(cluster) for _ in range(SETTINGS.shuffles)]
    rows = []
    first, last = (step * np.floor(year.min() / step), year.max() + step) if len(year) else (0.0, 0.0)
    for middle in np.arange(first, last, step):
        weight = np.exp(-0.5 * ((year - middle) / window) ** 2)
        effective = weight.sum() ** 2 / (weight**2).sum()
        if weight.sum() < 1 or effective < SETTINGS.min_documents:
            continue
        shuffled = [entropy(np.bincount(one, weight, count)) for one in dealt]
        low, high = np.percentile(shuffled, SETTINGS.band)
        own = entropy(np.bincount(cluster, weight, count))
        rows.append((middle, effective, own, float(np.mean(shuffled)), float(low), float(high)))
    return pd.DataFrame(rows, columns=["year", "documents", "entropy", "shuffled", "low", "high"])


def entropy_by_place(documents: pd.DataFrame, seed: int = 0) -> pd.DataFrame:
    """Measure how various the tables of every place are, corrected for how few they are.

    Parameters
    ----------
    documents
        Columns ``place`` and ``cluster``.
    seed
        Of the samples.

    Returns
    -------
    DataFrame
        ``place``, ``documents``, ``clusters``, ``entropy`` (of Chao and Shen, nats), ``plain`` (of the histogram), and
        ``low`` and ``high``: how far the corrected entropy of samples drawn from the place's documents with replacement
        strays from their mean, around that of the place. Places with fewer than five documents are left out.
    """
    rng = np.random.default_rng(seed)
    rows = []
    for place, part in documents.groupby("place", sort=True):
        cluster = pd.factorize(part["cluster"])[0]
        if len(cluster) < SETTINGS.min_documents:
            continue
        counts = np.bincount(cluster)
        draws = [
            entropy_corrected(np.bincount(rng.choice(cluster, len(cluster)), minlength=len(counts)))
            for _ in range(SETTINGS.shuffles)
        ]
        corrected = entropy_corrected(counts)
        low, high = (
            corrected + np.percentile(draws, SETTINGS.band) - np.mean(draws)
        )  # fewer clusters are drawn than there are
        rows.append(
            (
                place,
                len(cluster),
                len(counts),
                entropy_corrected(counts),
                entropy(counts),
                float(low),
                float(high),
            )
        )
    columns = ["place", "documents", "clusters", "entropy", "plain", "low", "high"]
    return pd.DataFrame(rows, columns=columns).sort_values(["entropy", "place"], ascending=[False, True])


def lives_of_clusters(documents: pd.DataFrame) -> pd.DataFrame:
    """List the first and last year of every cluster, and where it was first printed.

    Parameters
    ----------
    documents
        Columns ``year``, ``cluster`` (-1 is none) and ``place``.

    Returns
    -------
    DataFrame
        ``cluster``, ``documents``, ``first_year``, ``last_year``, ``places`` (how many), ``first_place`` (missing where
        the earliest documents come from several).
    """
    rows = []
    for cluster, part in documents[documents["cluster"] >= 0].groupby("cluster"):
        first = part["year"].min()
        earliest = part.loc[part["year"] == first, "place"].dropna().unique()
        place = earliest[0] if len(earliest) == 1 else None
        rows.append((int(cluster), len(part), first, part["year"].max(), part["place"].nunique(), place))
    columns = ["cluster", "documents", "first_year", "last_year", "places", "first_place"]
    return pd.DataFrame(rows, columns=columns)


def flows(documents: pd.DataFrame) -> pd.DataFrame:
    """Count the clusters that went from one place to another: from where they were first printed.

    Parameters
    ----------
    documents
        Columns ``year``, ``cluster`` (-1 is none) and ``place``; a cluster that two places have in its first year has
        no known origin and is left out.

    Returns
    -------
    DataFrame
        ``place_from``, ``place_to``, ``clusters`` and ``first_year`` in which one of them was printed there.
    """
    known = documents[documents["cluster"] >= 0].dropna(subset=["year", "place"])
    arrivals = known.groupby(["cluster", "place"], as_index=False)["year"].min()
    origin = lives_of_clusters(known).set_index("cluster")["first_place"]
    arrivals["place_from"] = arrivals["cluster"].map(origin)
    moved = arrivals.dropna(subset=["place_from"])
    moved = moved[moved["place"] != moved["place_from"]]
    found = moved.groupby(["place_from", "place"]).agg(
        clusters=("cluster", "size"), first_year=("year", "min")
    )
    found = found.reset_index().rename(columns={"place": "place_to"})
    return found.sort_values(
        ["clusters", "place_from", "place_to"], ascending=[False, True, True], ignore_index=True
    )
