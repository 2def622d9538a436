from itertools import combinations

import pandas as pd

from tablekin.analyze.clusters import find_clusters


def alignments(*rows):
    return pd.DataFrame(rows, columns=["doc_a", "doc_b", "agreement"]).assign(is_kin=True)


def test_tables_that_agree_too_little_and_bridges_make_no_cluster():
    rows = [("a", "b", 0.95), ("b", "c", 0.95), ("a", "c", 0.9), ("c", "d", 0.7), ("d", "e", 0.9)]
    assert find_clusters(alignments(*rows)) == {"a": 0, "b": 0, "c": 0, "d": 1, "e": 1}
    assert find_clusters(alignments(*rows).assign(is_kin=False)) == {}


def test_clusters_are_numbered_by_size_and_do_not_depend_on_the_order_of_rows():
    groups = ["ab", "cdef", "ghi"]
    rows = alignments(*((a, b, 0.95) for group in groups for a, b in combinations(group, 2)))
    expected = {doc: number for number, group in enumerate(["cdef", "ghi", "ab"]) for doc in group}
    assert find_clusters(rows) == expected
    assert find_clusters(rows.sample(frac=1, random_state=0)) == expected


def test_a_bridge_joins_a_family_and_no_cluster():
    """Kin of kin are one family; communities that a single pair joins stay two clusters."""
    rows = [(a, b, 0.95) for group in ("abcd", "efgh") for a, b in combinations(group, 2)]
    found = find_clusters(alignments(*rows, ("d", "e", 0.95)))
    assert {found[doc] for doc in "abcd"} | {found[doc] for doc in "efgh"} == {0, 1}
    assert found["d"] != found["e"]


def test_less_agreement_may_be_asked_for():
    rows = alignments(("a", "b", 0.6))
    assert find_clusters(rows) == {}
    assert find_clusters(rows, 0.5) == {"a": 0, "b": 0}
