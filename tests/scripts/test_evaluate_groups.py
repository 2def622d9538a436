from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from evaluate_groups import score_groups, share_of_like_neighbours, ways_of_grouping

WORK = ["a", "a", "a", "b", "b", "b"]
NAMES = [f"doc{number}" for number in range(6)]


def score(alignments, way):
    phi = np.repeat([[9.0, 0.0], [0.0, 9.0]], 3, axis=0)
    groups = dict(ways_of_grouping(pd.DataFrame(alignments), NAMES, phi, 2))
    return score_groups(WORK, groups[way])


def alignments(*rows):
    joined = [(f"doc{a}", f"doc{b}", agreement) for a, b, agreement in rows]
    return pd.DataFrame(joined, columns=["doc_a", "doc_b", "agreement"]).assign(is_kin=True)


ALL = alignments((0, 1, 0.9), (1, 2, 0.9), (0, 2, 0.9), (3, 4, 0.9), (4, 5, 0.9), (3, 5, 0.9), (2, 3, 0.6))


def test_a_bridge_joins_components_and_the_agreement_asked_for_cuts_it():
    assert score(ALL, "components, agreement 0.00")["groups"] == 1
    assert score(ALL, "components, agreement 0.00")["adjusted Rand index"] == 0
    for way in ("components, agreement 0.80", "communities, agreement 0.80", "k-means of features"):
        assert score(ALL, way)["adjusted Rand index"] == 1


def test_documents_without_kin_are_groups_of_their_own():
    alone = score(ALL, "communities, agreement 0.95")
    assert alone["groups"] == 6
    assert (alone["homogeneity"], alone["adjusted Rand index"]) == pytest.approx((1, 0))


def test_rand_index_counted_by_hand():
    # of 15 pairs works join 6, groups 7, both 4; by chance 6 * 7 / 15 = 2.8 would be in both
    found = score_groups(WORK, [0, 0, 0, 0, 1, 1])
    assert found["adjusted Rand index"] == pytest.approx((4 - 2.8) / ((6 + 7) / 2 - 2.8))


def test_neighbours_of_works_with_one_page_do_not_count():
    place = np.array([[0.0, 0], [1, 0], [10, 0], [11, 0], [9.8, 0]])
    assert share_of_like_neighbours(place, ["a", "a", "b", "b", "c"]) == pytest.approx(3 / 4)
