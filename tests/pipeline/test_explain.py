import numpy as np
import pandas as pd
import pytest

from models.bigram import FEATURES
from pipeline.explain import match_pairs, score_pairs

KINDS = ["outside", "header", "row", "row", "column", "column", "cell", "cell", "cell", "cell"]
ROWS = [None, None, 0, 1, None, None, 0, 0, 1, 1]
COLS = [None, None, None, None, 0, 1, 0, 1, 0, 1]


def corpus(count: int, seed: int = 0) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame, np.ndarray]:
    """Documents with random factors (documents, features, regions) and the tables that say the same."""
    rng = np.random.default_rng(seed)
    dense = rng.random((count, len(FEATURES), len(KINDS))) * (
        rng.random((count, len(FEATURES), len(KINDS))) < 0.2
    )
    dense[:, :, 2:6] = 0  # rows and columns are unions of cells
    names = [f"doc{i}" for i in range(count)]
    features = pd.DataFrame({"doc_id": names, "phi": list(dense.sum(2).astype(np.float32))})
    d, f, r = np.nonzero(dense)
    factors = pd.DataFrame(
        {
            "doc_id": np.array(names)[d],
            "region_id": r,
            "feature": np.array(FEATURES)[f],
            "relevance": dense[d, f, r],
        }
    )
    regions = pd.concat(
        pd.DataFrame(
            {
                "doc_id": name,
                "region_id": range(len(KINDS)),
                "kind": KINDS,
                "table_id": pd.array([None, *[0] * 9], dtype="Int32"),
                "row": pd.array(ROWS, dtype="Int32"),
                "col": pd.array(COLS, dtype="Int32"),
            }
        )
        for name in names
    )
    return features, factors, regions, dense


def test_scores_and_ranks_agree_with_sorting_by_hand() -> None:
    features, factors, _, dense = corpus(6)
    pairs = score_pairs(features, factors)
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
    features, factors, _, _ = corpus(3)
    lossy = factors.assign(relevance=np.where(factors["doc_id"] == "doc0", 0.9, 1.0) * factors["relevance"])
    error = score_pairs(features, lossy).set_index(["doc_a", "doc_b"])["conservation_error"]
    assert error["doc0", "doc1"] == pytest.approx(0.1, rel=1e-5)
    assert error["doc1", "doc2"] < 1e-6


def test_z_stands_out_for_the_one_close_pair() -> None:
    features, factors, _, _ = corpus(12)
    features.at[1, "phi"] = features.at[0, "phi"]
    pairs = score_pairs(features, factors).sort_values("z", ascending=False)
    assert tuple(pairs.iloc[0][["doc_a", "doc_b"]]) == ("doc0", "doc1")


@pytest.mark.parametrize("level", ["cell", "row", "column"])
def test_matches_are_the_largest_entries_of_the_map(level: str) -> None:
    features, factors, regions, dense = corpus(3)
    pairs = score_pairs(features, factors)
    matches = pd.concat(match_pairs(pairs, factors, regions, 3))
    owners = {
        "cell": {1: [1], 6: [6], 7: [7], 8: [8], 9: [9]},
        "row": {2: [6, 7], 3: [8, 9]},
        "column": {4: [6, 8], 5: [7, 9]},
    }[level]
    for (a, b), found in matches[matches["level"] == level].groupby(["doc_a", "doc_b"]):
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
