import numpy as np
import pandas as pd
import pytest

from tablekin.config import Similarity
from tablekin.explain import FactorIndex, match_pairs, score_pairs
from tablekin.models.networks.bigram import FEATURES
from tablekin.models.specific_similarity import load_specific_similarity
from tests.support.random_factors import KINDS, corpus, gathered


def places(factors: FactorIndex) -> tuple[np.ndarray, np.ndarray]:
    b, a = np.tril_indices(len(factors.documents), -1)
    return a.astype(np.int64), b.astype(np.int64)


def scores(features: pd.DataFrame, factors: pd.DataFrame, regions: pd.DataFrame) -> pd.DataFrame:
    flat = gathered(features, factors, regions)
    return score_pairs(flat, 2).table(*places(flat)).to_pandas()


def test_scores_and_ranks_agree_with_sorting_by_hand() -> None:
    features, factors, regions, dense = corpus(6)
    pairs = scores(features, factors, regions)
    phi = dense.sum(2)
    assert len(pairs) == 15
    for pair in pairs.itertuples():
        a, b = int(pair.doc_a[3:]), int(pair.doc_b[3:])
        cosines = [phi[a] @ phi[k] / np.linalg.norm(phi[a]) / np.linalg.norm(phi[k]) for k in range(6)]
        assert pair.dot == pytest.approx(phi[a] @ phi[b], rel=1e-6)
        assert pair.cosine == pytest.approx(cosines[b], rel=1e-6)
        assert pair.rank_a == 1 + sum(cosines[k] > cosines[b] for k in range(6) if k != a)
        assert pair.conservation_error < 1e-6


def test_lost_relevance_shows_in_the_conservation_error() -> None:
    features, factors, regions, _ = corpus(3)
    lossy = factors.assign(relevance=np.where(factors["doc_id"] == "doc0", 0.9, 1.0) * factors["relevance"])
    pairs = scores(features, lossy, regions).astype({"doc_a": str, "doc_b": str})
    error = pairs.set_index(["doc_a", "doc_b"])["conservation_error"]
    assert error["doc0", "doc1"] == pytest.approx(0.1, rel=1e-5)
    assert error["doc1", "doc2"] < 1e-6


def test_z_stands_out_for_the_one_close_pair() -> None:
    features, factors, regions, _ = corpus(12)
    features.at[1, "phi"] = features.at[0, "phi"]
    pairs = scores(features, factors, regions).sort_values("z", ascending=False)
    assert tuple(pairs.iloc[0][["doc_a", "doc_b"]]) == ("doc0", "doc1")


@pytest.mark.parametrize("level", ["cell", "row", "column"])
def test_matches_are_the_largest_entries_of_the_map(level: str) -> None:
    features, factors, regions, dense = corpus(3)
    flat = gathered(features, factors, regions)
    a, b = places(flat)
    dot = score_pairs(flat, 1).table(a, b)["dot"].to_numpy()
    matches = match_pairs(flat, a, b, dot, 3).to_pandas()
    owners = {
        "cell": {1: [1], 6: [6], 7: [7], 8: [8], 9: [9]},
        "row": {2: [6, 7], 3: [8, 9]},
        "column": {4: [6, 8], 5: [7, 9]},
    }[level]
    for (a, b), found in matches[matches["level"] == level].groupby(["doc_a", "doc_b"], observed=True):
        fa, fb = dense[int(a[3:])], dense[int(b[3:])]
        full = fa.T @ fb
        by_hand = {(i, j): full[np.ix_(owners[i], owners[j])].sum() for i in owners for j in owners}
        strongest = sorted(by_hand, key=lambda key: -by_hand[key])[:3]
        assert list(zip(found["region_a"], found["region_b"], strict=True)) == strongest
        np.testing.assert_allclose(found["relevance"], [by_hand[key] for key in strongest], rtol=1e-5)
        np.testing.assert_allclose(found["share"], found["relevance"] / full.sum(), rtol=1e-5)
        i, j = strongest[0]
        products = fa[:, owners[i]].sum(1) * fb[:, owners[j]].sum(1)
        assert found["features"].iloc[0][0] == FEATURES[int(products.argmax())]


def test_the_map_of_the_specific_similarity_adds_up_to_it_and_its_matches_are_the_largest_entries() -> None:
    features, factors, regions, dense = corpus(3)
    flat = gathered(features, factors, regions, Similarity.SPECIFIC)
    a, b = places(flat)
    pairs = score_pairs(flat, 1).table(a, b).to_pandas()
    matches = match_pairs(flat, a, b, pairs["dot"].to_numpy(), 3).to_pandas().astype({"level": str})
    model = load_specific_similarity()
    for place, pair in enumerate(pairs.itertuples()):
        left, right = (model.factor(dense[one], dense[one].sum(1)) for one in (a[place], b[place]))
        whole = left.T @ right
        assert whole.sum() == pytest.approx(pair.specific, abs=1e-5)
        cells = [region for region, kind in enumerate(KINDS) if kind in ("cell", "header")]
        by_hand = sorted(((whole[i, j], i, j) for i in cells for j in cells if whole[i, j] > 0), reverse=True)
        own = matches[(matches["doc_a"] == pair.doc_a) & (matches["doc_b"] == pair.doc_b)]
        found = own[own["level"] == "cell"].sort_values("rank")
        np.testing.assert_allclose(found["specific"], [value for value, _, _ in by_hand[:3]], atol=1e-6)
        regions_found = list(zip(found["region_a"], found["region_b"], strict=True))
        assert regions_found == [(i, j) for _, i, j in by_hand[:3]]
        paper = (dense[a[place]].T @ dense[b[place]])[tuple(zip(*regions_found, strict=True))]
        np.testing.assert_allclose(found["relevance"], paper, rtol=1e-5)
        np.testing.assert_allclose(found["share"], paper / pair.dot, rtol=1e-5)
