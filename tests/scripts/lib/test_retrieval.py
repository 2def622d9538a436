"""Lists of the nearest pages, scored against scikit-learn and by hand."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from lib.related_pages import RelatedPages
from lib.retrieval import _histogram, among_all, by_collation, found_by_change, score
from sklearn.metrics import average_precision_score

from tablekin.schemas import FEATURES


def made(related, neutral=None):
    count = len(related)
    return RelatedPages(
        tuple(f"page{k}" for k in range(count)),
        np.array(["sine"] * count, object),
        np.arange(count).astype(object),
        related,
        np.eye(count, dtype=bool) if neutral is None else neutral,
        {(f"page{a}", f"page{b}"): "same columns" for a, b in np.argwhere(np.triu(related)).tolist()},
    )


def test_average_precision_is_that_of_scikit_learn_without_the_neutral():
    rng = np.random.default_rng(4)
    related = np.triu(rng.random((12, 12)) < 0.3, 1)
    related |= related.T
    neutral = np.eye(12, dtype=bool) | (np.triu(rng.random((12, 12)) < 0.2, 1) & ~related)
    neutral |= neutral.T & ~related
    similarity = rng.random((12, 12))
    rows = score(similarity, made(related, neutral)).set_index("doc")
    for query in range(12):
        kept = ~neutral[query]
        if related[query, kept].any():
            expected = average_precision_score(related[query, kept], similarity[query, kept])
            assert rows.at[f"page{query}", "average_precision"] == pytest.approx(expected)
            nearest = np.flatnonzero(kept)[similarity[query, kept].argmax()]
            assert rows.at[f"page{query}", "nearest"] == related[query, nearest]
    assert len(rows) == sum(related[query, ~neutral[query]].any() for query in range(12))


def test_a_page_that_is_missing_from_the_corpus_is_missed():
    """Of three related pages two are compared: each finds one of its two, the third finds nothing."""
    related = np.zeros((4, 4), bool)
    related[:3, :3] = ~np.eye(3, dtype=bool)
    present = np.array([True, True, False, True])
    similarity = among_all(np.array([[1.0, 0.9, 0.2], [0.9, 1.0, 0.1], [0.2, 0.1, 1.0]]), present)
    rows = score(similarity, made(related)).set_index("doc")
    assert rows["average_precision"].to_dict() == {"page0": 0.5, "page1": 0.5, "page2": 0.0}
    assert rows["nearest"].to_dict() == {"page0": True, "page1": True, "page2": False}
    found = found_by_change(similarity, made(related))
    assert found["found"].tolist() == [True, True, False, False, False, False]


def test_related_pages_are_found_where_they_are_among_as_many_nearest_as_there_are():
    related = np.zeros((4, 4), bool)
    related[0, 1] = related[1, 0] = related[0, 2] = related[2, 0] = True
    similarity = np.array([[1, 0.9, 0.1, 0.5], [0.9, 1, 0, 0], [0.1, 0, 1, 0.6], [0.5, 0, 0.6, 1.0]])
    rows = found_by_change(similarity, made(related))
    assert rows["found"].tolist() == [
        True,
        True,
        False,
        False,
    ]  # 0 finds 1, 1 finds 0; 0 and 2 find page3 instead


def test_kin_come_before_all_others_and_those_that_agree_most_first():
    class Kin:
        def read(self, table, columns):
            rows = [
                ("a", "c", True, 60, 40, 0.0),
                ("a", "d", False, 9, 0, -9.0),
                ("a", "e", True, 99, 1, 0.0),
            ]
            frame = pd.DataFrame(
                rows, columns=["doc_a", "doc_b", "is_kin", "same", "variant", "log_odds_copied"]
            )
            return frame.assign(doubtful=0)

    similarity = np.eye(5)
    similarity[0, 1:] = similarity[1:, 0] = [0.9, 0.5, 0.3, 0.1]
    found = by_collation(Kin(), list("abcde"), similarity)
    assert np.argsort(-found[0, 1:]).tolist() == [3, 1, 0, 2]
    assert np.array_equal(found, found.T)


def test_what_was_surely_copied_comes_before_what_was_computed_alike():
    class Kin:
        def read(self, table, columns):
            rows = [("a", "b", True, 97, 3, -6.0), ("a", "c", True, 96, 4, 6.0)]
            frame = pd.DataFrame(
                rows, columns=["doc_a", "doc_b", "is_kin", "same", "variant", "log_odds_copied"]
            )
            return frame.assign(doubtful=0)

    found = by_collation(Kin(), list("abc"), np.full((3, 3), 0.5))
    assert found[0, 2] > found[0, 1] > 2


def test_digits_of_words_become_bigrams_and_single_ones_unigrams():
    found = _histogram("12 3 405\n7")
    named = {FEATURES[k]: int(found[k]) for k in np.flatnonzero(found)}
    assert named == {"12": 1, "40": 1, "05": 1, "3": 1, "7": 1}
