"""Bounds never fall below the relevance that they bound, computed here in float64 without them."""

import numpy as np
import pytest

from tablekin.config import Similarity
from tablekin.explain import bounds
from tablekin.explain.bounds import DenseDocument, RegionEntries, lay_out, upper_bounds
from tablekin.explain.pooling import PLAIN
from tablekin.explain.simd import LANES, pointer
from tablekin.models.compilation import compiled
from tests.support.random_factors import corpus, gathered


@pytest.fixture(scope="module", params=Similarity)
def level(request):
    features, factors, regions, _ = corpus(4)
    return gathered(features, factors, regions, request.param).levels[0]


@compiled
def bound_all(level, region, document, min_relevance):
    """The mask and the bounds of the first lanes of a document for a region."""
    table, norm = np.zeros(bounds.WIDTH * 64, np.float32), np.zeros(64, np.float32)
    stride = lay_out(level, document, PLAIN, level.metric, table, norm)
    scratch = np.full(LANES, -1, np.float32)
    other = DenseDocument(pointer(table, 0), stride, pointer(norm, 0), level.first[document])
    entries = RegionEntries(
        pointer(level.feature, 0),
        pointer(level.relevance, 0),
        level.begin[region],
        level.head[region],
        level.begin[region + 1],
        level.tail[region],
        bounds.ROUNDING * level.extent[region],
    )
    bits = upper_bounds(entries, other, 0, np.float32(min_relevance), pointer(scratch, 0))
    return bits, scratch.copy(), table[: bounds.WIDTH * stride].copy(), norm[:stride].copy()


def dense(level, region):
    values = np.zeros(bounds.WIDTH)
    for entry in range(level.begin[region], level.begin[region + 1]):
        values[level.feature[entry]] += level.relevance[entry]
    return values


def mixed(level, region):
    """The same, times the metric."""
    return level.metric @ dense(level, region) if len(level.metric) else dense(level, region)


def test_a_document_is_laid_out_feature_by_feature(level):
    _, _, table, norm = bound_all(level, 0, 1, 0.0)
    size = level.last[1] - level.first[1]
    assert len(norm) % LANES == 0
    whole = table.reshape(bounds.WIDTH, -1)
    for region in range(size):
        np.testing.assert_allclose(
            whole[:, region], mixed(level, level.first[1] + region), rtol=1e-6, atol=1e-9
        )
    assert not whole[:, size:].any()
    assert not norm[size:].any()


def test_no_bound_is_below_the_relevance_and_a_mask_names_all_that_reach_it(level):
    for region in range(level.first[0], level.last[0]):
        others = np.array([mixed(level, other) for other in range(level.first[1], level.last[1])])
        exact = others @ dense(level, region)
        for limit in (1e-30, float(np.median(exact)), float(exact.max())):
            bits, found, _, _ = bound_all(level, region, 1, limit)
            reached = [bool(bits >> lane & 1) for lane in range(len(exact))]
            assert all(reached[lane] for lane in np.flatnonzero(exact >= limit))
            if bits:
                assert (found[: len(exact)] >= exact).all()
                np.testing.assert_allclose(found[: len(exact)], exact, rtol=1e-3, atol=1e-3)


def test_where_nothing_can_reach_it_the_mask_is_empty(level):
    assert bound_all(level, level.first[0], 1, 1e9)[0] == 0
