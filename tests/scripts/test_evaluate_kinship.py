import numpy as np
import pandas as pd
import pytest
from lib import related_pages
from lib.related_pages import RelatedPages, find_related_pages
from lib.retrieval import _histogram, by_collation, found_by_change, score
from lib.trees import true_branches
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
            rows = [("a", "c", True, 60, 40), ("a", "d", False, 9, 0), ("a", "e", True, 99, 1)]
            frame = pd.DataFrame(rows, columns=["doc_a", "doc_b", "is_kin", "same", "variant"])
            return frame.assign(doubtful=0)

    similarity = np.eye(5)
    similarity[0, 1:] = similarity[1:, 0] = [0.9, 0.5, 0.3, 0.1]
    found = by_collation(Kin(), list("abcde"), similarity)
    assert np.argsort(-found[0, 1:]).tolist() == [3, 1, 0, 2]
    assert np.array_equal(found, found.T)


def test_digits_of_words_become_bigrams_and_single_ones_unigrams():
    found = _histogram("12 3 405\n7")
    named = {FEATURES[k]: int(found[k]) for k in np.flatnonzero(found)}
    assert named == {"12": 1, "40": 1, "05": 1, "3": 1, "7": 1}


def test_an_edition_that_others_copied_stands_with_them():
    parents = {"a": None, "b": "a", "c": "b", "d": "b", "e": "a", "f": "e"}
    assert true_branches(parents, list("abcdef")) == {frozenset("bcd"), frozenset("ef")}
    assert true_branches(parents, list("acdef")) == {frozenset("cd"), frozenset("ef")}  # b is lost
    assert true_branches(parents, list("abe")) == set()


def cells(doc, work, rows, keys, turned=False):
    found = []
    for i, (key, values) in enumerate(rows.items()):
        for j, (column, text) in enumerate(zip(keys, values, strict=True)):
            row, col = (j, i) if turned else (i, j)
            found.append((doc, work, 0, row, col, "cell", text, key, column))
    names = ["doc", "work", "table", "row", "col", "kind", "text", "row_key", "column_keys"]
    return pd.DataFrame(found, columns=names)


def test_related_pages_print_the_same_values_and_equal_tables_of_two_works_are_neutral(monkeypatch, tmp_path):
    rng = np.random.default_rng(2)
    values = {str(k): [str(k), *rng.integers(100, 999, 2).astype(str)] for k in range(1, 31)}
    other = {key: [key, *rng.integers(100, 999, 2).astype(str)] for key in values}
    keys = ["argument", "x", "y"]
    late = dict(list(values.items())[20:])
    pages = {
        "a": ("one", "one_a", cells("a", "one", values, keys)),
        "b": ("one", "one_b", cells("b", "one", values, keys, turned=True)),
        "c": ("one", "one_b", cells("c", "one", dict(list(values.items())[:4]), keys)),
        "d": ("one", "one_c", cells("d", "one", late, keys)),
        "e": ("two", "two_a", cells("e", "two", values, keys)),
        "f": ("three", "three_a", cells("f", "three", other, keys)),
    }
    truth = {
        "documents": pd.DataFrame(
            [(doc, work, edition, "table") for doc, (work, edition, _) in pages.items()],
            columns=["doc", "work", "edition", "kind"],
        ),
        "cells": pd.concat([page[2] for page in pages.values()]),
        "works": pd.DataFrame({"work": ["one", "two", "three"], "family": ["sine"] * 3}),
    }
    monkeypatch.setattr(related_pages, "read_truth", lambda archive, table: truth[table])
    found = find_related_pages(tmp_path)
    place = {doc: k for k, doc in enumerate(found.docs)}
    assert found.change == {("a", "b"): "transposed", ("a", "d"): "same columns", ("b", "d"): "transposed"}
    assert found.neutral[place["a"], place["e"]]  # the same values, another work
    assert found.neutral[place["a"], place["c"]]  # too little in common
    assert found.neutral[place["b"], place["c"]]  # one edition
    assert not found.neutral[place["a"], place["f"]]
