from typing import NamedTuple

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tablekin.explain.pooling import MATCH_KINDS, PLAIN, Leaves, PooledLevel, join, pool
from tablekin.explain.top_k import NAMED, Aside, best_matches
from tablekin.models.specific_similarity import load_specific_similarity
from tablekin.schemas import FEATURES

CELL, HEADER, ROW, COLUMN = range(len(MATCH_KINDS))
Document = tuple[
    np.ndarray, np.ndarray
]  # (regions: region_id, kind, table, row, column), (features, region_id)


def page(rng: np.random.Generator, rows: int, columns: int, draw) -> Document:
    """A table with a header; ``draw(size)`` gives the relevance of every feature in every leaf, with its bleeding."""
    regions = [(0, -1, -1, -1, -1), (1, HEADER, 0, -1, -1)]
    regions += [(2 + r, ROW, 0, r, -1) for r in range(rows)]
    regions += [(2 + rows + c, COLUMN, 0, -1, c) for c in range(columns)]
    cells = [(r, c) for r in range(rows) for c in range(columns)]
    rng.shuffle(cells)
    regions += [(2 + rows + columns + n, CELL, 0, r, c) for n, (r, c) in enumerate(cells)]
    table = np.array(regions, np.int32)
    relevance = np.zeros((len(FEATURES), len(table)), np.float32)
    for place in np.flatnonzero(table[:, 1] <= HEADER):
        relevance[:, place] = draw(len(FEATURES))
    return table, relevance


def bleeding(rng: np.random.Generator):
    """One to three strong features in a region, and a tail of weak ones, some negative, as neighbours leave."""

    def draw(size: int) -> np.ndarray:
        values = np.where(rng.random(size) < 0.3, rng.exponential(0.02, size), 0.0)
        values[rng.random(size) < 0.05] *= -0.5
        values[rng.choice(size, rng.integers(1, 4), replace=False)] += rng.uniform(0.2, 1.2)
        return values

    return draw


def counts(rng: np.random.Generator):
    """Small whole numbers of few features, so that many matches are equally strong."""

    def draw(size: int) -> np.ndarray:
        values = np.zeros(size)
        values[rng.integers(0, 6, 2)] = rng.integers(1, 3, 2)
        return values

    return draw


def leaves_of(documents: list[Document]) -> Leaves:
    """The same as flat arrays."""
    regions = np.concatenate([table for table, _ in documents])
    entries = [np.nonzero(relevance) for _, relevance in documents]
    return Leaves(
        np.cumsum([0, *(len(table) for table, _ in documents)]),
        np.ascontiguousarray(regions[:, 0]),
        regions[:, 1].astype(np.int8),
        *(np.ascontiguousarray(regions[:, column]) for column in (2, 3, 4)),
        np.cumsum([0, *(len(feature) for feature, _ in entries)]),
        np.concatenate([region for _, region in entries]).astype(np.int32),
        np.concatenate([feature for feature, _ in entries]).astype(np.uint8),
        np.concatenate([relevance[np.nonzero(relevance)] for _, relevance in documents]),
    )


def plain(documents: list[Document], level: int) -> PooledLevel:
    """A level by the paper's similarity."""
    return pool(leaves_of(documents), level, PLAIN, PLAIN, 1.0)


def beside(documents: list[Document]) -> Aside:
    """What tells the specific similarity of a level by the paper's."""
    model = load_specific_similarity()
    return Aside(model.scale(phi_of(documents)), model.metric)


def phi_of(documents: list[Document]) -> np.ndarray:
    """Features of documents, ``(documents, features)``."""
    return np.array([relevance.astype(np.float64).sum(1) for _, relevance in documents])


def pooled_by_hand(document: Document, level: int) -> dict[int, np.ndarray]:
    """Relevance of every region of a level in float32, by region_id."""
    table, relevance = document
    if level == 0:
        return {int(r[0]): relevance[:, r[0]] for r in table if 0 <= r[1] <= HEADER}
    column = 2 + level
    return {
        int(group[0]): relevance[:, [r[0] for r in table if r[1] == CELL and r[column] == group[column]]]
        .astype(np.float64)
        .sum(1)
        .astype(np.float32)
        for group in table
        if group[1] == level + 1
    }


class Matches(NamedTuple):
    """Matches of pairs of documents."""

    named: list[tuple]  # pair, place among its best, region of either, features
    relevance: list[float]


def matches_by_hand(a: Document, b: Document, level: int, count: int) -> list[tuple]:
    """Sort the whole map, computed in float64."""
    left, right = pooled_by_hand(a, level), pooled_by_hand(b, level)
    matches = []
    for i, x in left.items():
        for j, y in right.items():
            products = x.astype(np.float64) * y.astype(np.float64)
            value = np.float32(products.sum())
            if value > 0:
                order = [
                    f for f in np.argsort(-products.astype(np.float32), kind="stable") if products[f] > 0
                ]
                matches.append((value, i, j, order[:NAMED]))
    return sorted(matches, key=lambda match: (-match[0], match[1], match[2]))[:count]


def found_and_expected(documents: list[Document], level: int, count: int) -> tuple[Matches, Matches]:
    """Find the matches of every pair of documents, by the kernel and by hand."""
    flat = plain(documents, level)
    b, a = np.tril_indices(len(documents), -1)
    found = best_matches(flat, a.astype(np.int64), b.astype(np.int64), count, beside(documents))
    kernel, hand = Matches([], []), Matches([], [])
    for pair in range(len(a)):
        for place in np.flatnonzero(found.relevance[pair] > 0):
            named = found.feature[pair, place]
            regions = int(found.region_a[pair, place]), int(found.region_b[pair, place])
            kernel.named.append((pair, int(place), *regions, named[named >= 0].tolist()))
            kernel.relevance.append(float(found.relevance[pair, place]))
        expected = matches_by_hand(documents[a[pair]], documents[b[pair]], level, count)
        for place, (value, i, j, features) in enumerate(expected):
            hand.named.append((pair, place, i, j, [int(feature) for feature in features]))
            hand.relevance.append(float(value))
    return kernel, hand


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("kind", [bleeding, counts])
@pytest.mark.parametrize("count", [1, 8])
@pytest.mark.parametrize("wide", [[], [(80, 3), (2, 70)]])  # where regions are many, bounds are used
def test_matches_are_those_of_the_whole_map(level, kind, count, wide):
    rng = np.random.default_rng(count + 10 * level)
    shapes = [(12, 5), (3, 9), (20, 2), (1, 1), *wide]
    found, expected = found_and_expected([page(rng, *shape, kind(rng)) for shape in shapes], level, count)
    assert found.named == expected.named
    assert found.relevance == pytest.approx(expected.relevance, rel=1e-6)


@settings(max_examples=60, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.integers(1, 9),
    st.sampled_from([0.02, 0.2, 0.9]),
    st.sampled_from([0.5, 1.0, 3.0]),
    st.booleans(),
    st.booleans(),
)
def test_matches_are_the_true_ones_whatever_the_density_and_the_skew(seed, count, density, skew, signs, wide):
    rng = np.random.default_rng(seed)

    def draw(size: int) -> np.ndarray:
        values = np.where(rng.random(size) < density, rng.lognormal(0, skew, size), 0)
        return values * np.where(signs & (rng.random(size) < 0.5), -1, 1)

    documents = [page(rng, *rng.integers(1, 7, 2), draw) for _ in range(2)]
    documents.append(page(rng, 13 if wide else 3, 5, draw))
    found, expected = found_and_expected(documents, 0 if wide else int(rng.integers(3)), count)
    assert found.named == expected.named
    assert found.relevance == pytest.approx(expected.relevance, rel=1e-6)


def test_documents_without_regions_or_features_have_no_matches():
    rng = np.random.default_rng(0)
    blank = page(rng, 2, 2, lambda size: np.zeros(size))
    bare = (np.array([[0, -1, -1, -1, -1]], np.int32), np.zeros((len(FEATURES), 1), np.float32))
    found, expected = found_and_expected([blank, page(rng, 3, 3, bleeding(rng)), bare], 0, 4)
    assert found.named == expected.named == []
    assert found.relevance == []


def test_levels_joined_are_the_level_of_all():
    rng = np.random.default_rng(1)
    documents = [page(rng, 4, 3, bleeding(rng)) for _ in range(4)]
    for level in range(3):
        whole = plain(documents, level)
        parts = [plain(part, level) for part in ([documents[2]], documents[:2], documents[3:])]
        joined = join(parts, np.array([1, 2, 0, 3]))
        b, a = (index.astype(np.int64) for index in np.tril_indices(4, -1))
        for one, other in zip(
            *(best_matches(each, a, b, 4, beside(documents)) for each in (whole, joined)), strict=True
        ):
            np.testing.assert_array_equal(one, other)


def test_a_pair_does_not_depend_on_its_company():
    rng = np.random.default_rng(2)
    documents = [page(rng, 9, 4, bleeding(rng)) for _ in range(5)]
    level, aside = plain(documents, 0), beside(documents)
    b, a = (index.astype(np.int64) for index in np.tril_indices(5, -1))
    whole = best_matches(level, a, b, 4, aside)
    order = rng.permutation(len(a))
    for name in whole._fields:
        shuffled = getattr(best_matches(level, a[order], b[order], 4, aside), name)
        np.testing.assert_array_equal(shuffled, getattr(whole, name)[order])


@pytest.mark.parametrize("level", range(3))
@pytest.mark.parametrize("wide", [[], [(80, 3), (2, 70)]])
def test_matches_by_the_specific_similarity_are_those_of_its_whole_map(level, wide):
    rng = np.random.default_rng(level)
    documents = [page(rng, *shape, bleeding(rng)) for shape in [(12, 5), (3, 9), (1, 1), *wide]]
    model, phi = load_specific_similarity(), phi_of(documents)
    stretch, scale = np.sqrt(np.linalg.eigvalsh(model.metric)[-1]), model.scale(phi)
    flat = pool(leaves_of(documents), level, scale, model.metric, stretch)
    b, a = (index.astype(np.int64) for index in np.tril_indices(len(documents), -1))
    found = best_matches(flat, a, b, 4, Aside(1 / scale, PLAIN))
    told = best_matches(plain(documents, level), a, b, 4, Aside(scale, model.metric))
    for pair in range(len(a)):
        by_region = [pooled_by_hand(documents[place[pair]], level) for place in (a, b)]
        factors = [np.array([*regions.values()]).T.astype(np.float64) for regions in by_region]
        left, right = (
            model.factor(one, phi[place[pair]]) for one, place in zip(factors, (a, b), strict=True)
        )
        whole, paper = left.T @ right, factors[0].T @ factors[1]
        names_a, names_b = ([*regions] for regions in by_region)
        error = 1e-5 * np.abs(whole).max()
        strongest = np.sort(whole[whole > 0])[::-1][:4]
        assert (found.relevance[pair] > 0).sum() == len(strongest)
        np.testing.assert_allclose(found.relevance[pair, : len(strongest)], strongest, atol=error)
        for best, own, other in ((found, whole, paper), (told, paper, whole)):
            for place in np.flatnonzero(best.relevance[pair] > 0):
                at = names_a.index(best.region_a[pair, place]), names_b.index(best.region_b[pair, place])
                assert best.relevance[pair, place] == pytest.approx(own[at], rel=1e-5, abs=error)
                assert best.aside[pair, place] == pytest.approx(other[at], rel=1e-5, abs=error)
                for feature in filter(lambda number: number >= 0, best.feature[pair, place]):
                    assert factors[0][feature, at[0]] != 0
                    assert factors[1][feature, at[1]] != 0
