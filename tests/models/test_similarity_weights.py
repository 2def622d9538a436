"""The weights that ship, on what the pages of a planned archive print."""

from __future__ import annotations

import re

import numpy as np

from tablekin.models.networks.features import FEATURES
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.sample.plan import PlannedPage, plan_archive

PLACE = {name: place for place, name in enumerate(FEATURES)}


def features_of(page: PlannedPage) -> np.ndarray:
    """Count digits that stand alone and pairs of digits side by side in the cells of a page."""
    counts = np.zeros(len(FEATURES))
    cells = [cell for table in page.content.tables for row in table.cells for cell in row]
    for run in re.findall(r"\d+", " ".join(cells)):
        for name in [run[k : k + 2] for k in range(len(run) - 1)] or [run]:
            counts[PLACE[name]] += 1
    return counts


def mean_average_precision(likeness: np.ndarray, related: np.ndarray) -> float:
    """Of every page that has related ones, in the order of all other pages."""
    found = []
    for query in np.flatnonzero(related.any(1)):
        order = np.argsort(-np.delete(likeness[query], query), kind="stable")
        hits = np.delete(related[query], query)[order]
        found.append((np.cumsum(hits) / np.arange(1, len(hits) + 1))[hits].mean())
    return float(np.mean(found))


def test_editions_of_a_work_are_found_better_than_by_the_cosine() -> None:
    pages = [page for page in plan_archive(80, 5).pages if page.content.kind == "table"]
    phi = np.stack([features_of(page) for page in pages])
    works, editions = (np.array([page.metadata[name] for page in pages]) for name in ("work", "edition"))
    related = (works[:, None] == works) & (editions[:, None] != editions)
    unit = phi / np.maximum(np.linalg.norm(phi, axis=1, keepdims=True), 1e-9)
    compared = load_specific_similarity().features(phi)
    by_cosine, specific = (mean_average_precision(one @ one.T, related) for one in (unit, compared))
    assert specific > by_cosine + 0.05
    assert specific > 0.8


def test_the_weights_leave_out_what_all_pages_share() -> None:
    model = load_specific_similarity()
    assert abs(model.mean.sum() - 1) < 1e-12
    # the features whose damped proportions are the mean are compared by zeros
    phi = model.constant * np.expm1(7 * model.mean)
    assert not model.features(phi[None]).any()
