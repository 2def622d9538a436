import math

import numpy as np
import pandas as pd
import pytest
from scipy.stats import entropy as scipy_entropy

from tablekin.analyze.history import (
    entropy,
    entropy_by_place,
    entropy_corrected,
    entropy_over_time,
    flows,
    lives_of_clusters,
)


def test_entropy_is_that_of_scipy():
    counts = np.random.default_rng(0).integers(0, 9, 30)
    assert entropy(counts) == pytest.approx(scipy_entropy(counts))
    assert entropy(np.array([4])) == 0


def test_corrected_entropy_is_near_the_truth_where_the_plain_one_is_too_small():
    rng = np.random.default_rng(1)
    share = rng.dirichlet(np.full(60, 0.7))
    samples = [np.bincount(rng.choice(60, 40, p=share), minlength=60) for _ in range(300)]
    truth = scipy_entropy(share)
    plain, corrected = (
        np.mean([measure(one) for one in samples]) for measure in (entropy, entropy_corrected)
    )
    assert truth - plain > 0.35
    assert abs(truth - corrected) < 0.12


def test_corrected_entropy_of_a_small_sample_counted_by_hand():
    # 5, 2, 1: one of eight was seen once, so that 7/8 of all is thought to be seen
    shares = [7 / 8 * count / 8 for count in (5, 2, 1)]
    expected = -sum(share * math.log(share) / (1 - (1 - share) ** 8) for share in shares)
    assert entropy_corrected(np.array([5, 2, 0, 1])) == pytest.approx(expected)
    assert entropy_corrected(np.array([1])) == 0
    assert np.isfinite(entropy_corrected(np.array([1, 1, 1])))


def test_a_time_of_one_cluster_stands_below_the_shuffled_band_and_one_of_many_above():
    rng = np.random.default_rng(2)
    year = np.repeat([1500, 1600], 40) + rng.integers(-10, 10, 80)
    documents = pd.DataFrame({"year": year, "cluster": [*[0] * 40, *range(1, 41)]})
    found = entropy_over_time(documents, window=10).set_index("year")
    early, late = found.loc[1500], found.loc[1600]
    assert early["entropy"] == pytest.approx(0, abs=1e-6)
    assert early["entropy"] < early["low"] < early["shuffled"] < early["high"]
    assert late["entropy"] > late["high"]
    weight = np.exp(-0.5 * ((year - 1600) / 10) ** 2)
    expected = scipy_entropy([weight[:40].sum(), *weight[40:]])
    assert late["entropy"] == pytest.approx(expected)
    assert late["documents"] == pytest.approx(weight.sum() ** 2 / (weight**2).sum())
    assert 1550 not in found.index  # nothing is printed then
    assert entropy_over_time(documents.iloc[:0], window=10).empty


def test_places_with_few_tables_are_left_out_and_bands_hold_the_estimate():
    documents = pd.DataFrame(
        {
            "place": ["Paris"] * 20 + ["Rome"] * 20 + ["Basel"] * 4,
            "cluster": [*range(20), *[0] * 20, *range(4)],
        }
    )
    found = entropy_by_place(documents).set_index("place")
    assert list(found.index) == ["Paris", "Rome"]
    assert found.at["Rome", "entropy"] == 0
    assert found.at["Paris", "plain"] == pytest.approx(math.log(20))
    assert found.at["Paris", "entropy"] > found.at["Paris", "plain"]
    assert (found["low"] <= found["entropy"]).all()
    assert (found["entropy"] <= found["high"]).all()


PRINTED = pd.DataFrame(
    [
        (0, 1500, "Venice"),
        (0, 1510, "Paris"),
        (0, 1505, "Basel"),
        (0, 1530, "Paris"),
        (1, 1520, "Venice"),
        (1, 1540, "Paris"),
        (2, 1500, "Paris"),
        (2, 1500, "Rome"),
        (2, 1600, "Basel"),
        (-1, 1400, "Ulm"),
    ],
    columns=["cluster", "year", "place"],
)


def test_clusters_live_from_their_first_to_their_last_year():
    found = lives_of_clusters(PRINTED).set_index("cluster")
    assert found.loc[0].tolist() == [4, 1500, 1530, 3, "Venice"]
    assert found.loc[1].tolist() == [2, 1520, 1540, 2, "Venice"]
    assert pd.isna(found.at[2, "first_place"])  # two places have it in its first year
    assert -1 not in found.index


def test_clusters_flow_from_where_they_were_first():
    found = flows(PRINTED)
    assert found.to_numpy().tolist() == [["Venice", "Paris", 2, 1510.0], ["Venice", "Basel", 1, 1505.0]]
