import numpy as np
import pytest

from tablekin.config import Similarity
from tablekin.explain import device_nearest, nearest
from tablekin.explain.device_nearest import DeviceRanker, DeviceSizes
from tablekin.explain.kept_scores import KeptScores, errors_of
from tablekin.explain.nearest import RankingSizes, compared_by, rank_blocks
from tablekin.explain.order_statistics import NEVER, Compared, make_scratch
from tablekin.explain.ranking import Ranking
from tablekin.explain.row_statistics import summarize
from tablekin.explain.scores import CRITERIA, Scores
from tablekin.explain.simd import LANES

COUNT = 7


def made_features(count):
    """Documents of families, some of them the same, some without features, so that likeness is often equal."""
    rng = np.random.default_rng(count)
    families = rng.random((10, 110)) ** 4
    phi = families[rng.integers(0, 10, count)] * rng.lognormal(0, 0.3, (count, 110))
    phi[2] = phi[1]
    phi[3] = 0
    if count > 100:
        phi[20:60] = 0
        phi[60:90] = phi[60]
    return phi


def ranking_of(phi, similarity, device="cpu", count=COUNT):
    blocks = [range(begin, min(begin + 37, len(phi))) for begin in range(0, len(phi), 37)]
    return Ranking.join(list(rank_blocks(compared_by(phi, similarity), count, blocks, 2, device)))


@pytest.mark.parametrize("device", ["cpu", "cpu:0"])  # the second one goes the way of an accelerator
@pytest.mark.parametrize("similarity", Similarity)
@pytest.mark.parametrize(("count", "sample"), [(2, 8192), (5, 8192), (300, 8192), (300, 20), (300, 2)])
def test_the_nearest_and_what_is_usual_are_those_of_ranking_all(
    count, sample, similarity, device, monkeypatch
):
    monkeypatch.setattr(nearest, "SIZES", RankingSizes(rows=10, tile=64, sample=sample, tried=5))
    sizes = DeviceSizes(likeness=10 * count, exact=3 * count, sample=sample, few=count // 3)
    monkeypatch.setattr(device_nearest, "SIZES", sizes)
    phi = made_features(max(count, 4))[:count]
    found = ranking_of(phi, similarity, device)
    expected = Scores([f"doc{place:03d}" for place in range(count)], phi, phi, 1, similarity=similarity)
    if count >= CRITERIA.min_documents:
        np.testing.assert_array_equal(found.median, expected._median)
        np.testing.assert_array_equal(CRITERIA.mad_to_std * found.deviation, expected._deviation)
    assert found.nearest.shape == (count, min(COUNT, count - 1))
    ranks = np.take_along_axis(expected._rank.astype(int), found.nearest.astype(int), 1)
    assert (ranks == np.arange(1, 1 + found.nearest.shape[1])).all()


@pytest.mark.parametrize("similarity", Similarity)
def test_scores_of_some_pairs_are_those_of_all(similarity):
    phi = made_features(120)
    names = [f"doc{place:03d}" for place in range(120)]
    sums = phi * np.random.default_rng(0).normal(1, 0.01, phi.shape)
    whole = Scores(names, phi, sums, 1, similarity=similarity)
    rng = np.random.default_rng(1)
    pairs = np.sort(rng.integers(0, 120, (50, 2)), 1)
    a, b = np.unique(pairs[pairs[:, 0] < pairs[:, 1]], axis=0).T
    scores = KeptScores(whole._names, phi, ranking_of(phi, similarity), similarity, 120)
    found = scores.table(a, b, errors_of(sums, a, b, scores.dots(a, b))).to_pandas()
    expected = whole.table(a, b).to_pandas()
    for name in expected.columns.difference(["rank_a", "rank_b"]):
        assert found[name].tolist() == expected[name].tolist(), name
    for name in ("rank_a", "rank_b"):
        assert found[name].fillna(0).tolist() == expected[name].where(expected[name] <= COUNT, 0).tolist()


def test_no_rounding_within_the_error_changes_what_is_found():
    rng = np.random.default_rng(3)
    vectors = rng.normal(size=(200, 5))
    vectors[40:80] = vectors[40] + rng.normal(0, 1e-6, (40, 5))  # nearer to one another than float32 can tell
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    compared, error = Compared(vectors, np.ones(200)), 1e-3
    row = np.full(-(-200 // LANES) * LANES, NEVER, np.float32)
    likeness = vectors @ vectors[41]
    row[:200] = np.clip(likeness + rng.uniform(-error, error, 200), -1, 1)
    row[41] = NEVER
    others = np.delete(likeness, 41)
    median = np.median(others)
    found = np.zeros(COUNT, np.int32)
    own = len(row) - 199
    summary = summarize(
        compared, 41, row, np.sort(row[::3]), own, error, COUNT, make_scratch(len(row)), found
    )
    np.testing.assert_allclose(summary, (median, np.median(np.abs(others - median))), rtol=1e-12)
    order = np.argsort(-others, kind="stable")
    np.testing.assert_allclose(likeness[found], others[order[:COUNT]], rtol=1e-12)


def test_an_accelerator_ranks_few_documents_as_a_whole(monkeypatch):
    monkeypatch.setattr(device_nearest, "SIZES", DeviceSizes(sample=600))
    whole, ranked = [], device_nearest.order_partners

    def order(across, norms, own):
        whole.extend(own.tolist())
        return ranked(across, norms, own)

    monkeypatch.setattr(device_nearest, "order_partners", order)
    compared = compared_by(np.random.default_rng(0).random((1500, 110)) ** 4, Similarity.SPECIFIC)
    found = DeviceRanker(*compared, COUNT, "cpu").rank(range(200))
    assert len(whole) < 20
    others = np.sort(np.delete(compared.vectors @ compared.vectors[:200].T, [0], 0)[:, 0])
    assert found.median[0] == pytest.approx(np.median(others), rel=1e-12)


@pytest.mark.parametrize("similarity", Similarity)
def test_few_documents_are_ranked_as_a_whole(similarity, monkeypatch):
    """What is noted of tiles tells nearly all, with documents that are the same among them."""
    monkeypatch.setattr(nearest, "SIZES", RankingSizes(rows=64, tile=256, least=500, sample=500))
    whole, summarized = [], nearest.summarize

    def summarize_one(compared, document, *others):
        whole.append(document)
        return summarized(compared, document, *others)

    monkeypatch.setattr(nearest, "summarize", summarize_one)
    rng = np.random.default_rng(5)
    phi = rng.random((1500, 110)) ** 4
    phi[100:120] = phi[100]
    phi[1::10] = np.round(4 * phi[::10])
    found = next(iter(rank_blocks(compared_by(phi, similarity), COUNT, [range(300)], 1)))
    assert len(whole) < 15
    compared = compared_by(phi, similarity)
    for document in range(300):
        likeness = np.zeros(len(phi))
        for feature in compared.vectors.T:
            likeness += feature[document] * feature
        others = np.delete(likeness / (compared.norm[document] * compared.norm), document)
        order = np.argsort(-others, kind="stable")[:COUNT]
        assert found.nearest[document].tolist() == (order + (order >= document)).tolist()
        assert found.median[document] == np.median(others)
        assert found.deviation[document] == np.median(np.abs(others - found.median[document]))
