"""The branches of true trees."""

from __future__ import annotations

from lib.trees import by_probability, true_branches


def test_an_edition_that_others_copied_stands_with_them():
    parents = {"a": None, "b": "a", "c": "b", "d": "b", "e": "a", "f": "e"}
    assert true_branches(parents, list("abcdef")) == {frozenset("bcd"), frozenset("ef")}
    assert true_branches(parents, list("acdef")) == {frozenset("cd"), frozenset("ef")}  # b is lost
    assert true_branches(parents, list("abe")) == set()


def test_branches_are_counted_from_each_probability_upwards():
    table = by_probability([(0.95, True), (0.91, False), (0.6, True), (0.2, False)])
    assert table.loc[[0.3, 0.5, 0.7, 0.9, 0.95, 0.99], "branches"].tolist() == [3, 3, 2, 2, 1, 0]
    assert table.loc[[0.3, 0.5, 0.7, 0.9, 0.95, 0.99], "right"].tolist() == [2, 2, 1, 1, 1, 0]
