"""Pooled levels against sums over dense factors."""

import numpy as np
import pytest

from tablekin.explain.pooling import LEVELS, PEAKS
from tests.support.random_factors import COLS, KINDS, ROWS, corpus, gathered


@pytest.fixture(scope="module")
def made():
    features, factors, regions, whole = corpus(5)
    return gathered(features, factors, regions), whole.astype(np.float32).astype(np.float64)


def expected(whole, level):
    """Relevance of the regions of a level, by region_id: ``(features,)`` each."""
    cells = [region for region, kind in enumerate(KINDS) if kind == "cell"]
    if level == "cell":
        return {region: whole[:, region] for region, kind in enumerate(KINDS) if kind in ("cell", "header")}
    place = ROWS if level == "row" else COLS
    return {
        region: whole[:, [cell for cell in cells if place[cell] == place[region]]].sum(1)
        for region, kind in enumerate(KINDS)
        if kind == level
    }


@pytest.mark.parametrize("number", range(len(LEVELS)))
def test_regions_have_the_sums_of_their_cells_the_largest_norm_first(made, number):
    factors, whole = made
    level = factors.levels[number]
    for document, dense in enumerate(whole):
        wanted = expected(dense, LEVELS[number])
        places = range(level.first[document], level.last[document])
        assert sorted(level.region_id[list(places)]) == sorted(r for r, v in wanted.items() if v.any())
        for place in places:
            values = np.zeros(len(dense))
            entries = range(level.begin[place], level.begin[place + 1])
            for entry in entries:
                values[level.feature[entry]] += level.relevance[entry]
            np.testing.assert_allclose(values, wanted[level.region_id[place]], rtol=1e-6)
            filled = np.abs(level.relevance[list(entries)])
            assert (np.diff(filled) <= 0).all()
        norms = level.norm[list(places)]
        assert (np.diff(norms) <= 0).all()


def test_norms_and_tails_are_no_smaller_than_they_are_in_float64(made):
    factors, _ = made
    for level in factors.levels:
        for place in range(len(level.region_id)):
            values = level.relevance[level.begin[place] : level.begin[place + 1]].astype(np.float64)
            assert level.norm[place] >= np.linalg.norm(values)
            tail = values[level.head[place] - level.begin[place] :]
            assert level.tail[place] >= np.linalg.norm(tail)
            assert np.linalg.norm(tail) ** 2 <= 0.0501 * np.linalg.norm(values) ** 2


def test_peaks_are_the_largest_relevance_of_each_feature(made):
    factors, whole = made
    level = factors.levels[0]
    for document, dense in enumerate(whole):
        regions = np.array([*expected(dense, "cell").values()])
        assert level.peak.shape[1] == PEAKS
        np.testing.assert_allclose(level.peak[document, : len(dense)], regions.max(0).clip(0), rtol=1e-6)
