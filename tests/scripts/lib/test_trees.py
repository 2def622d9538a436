"""The branches of true trees."""

from __future__ import annotations

from lib.trees import true_branches


def test_an_edition_that_others_copied_stands_with_them():
    parents = {"a": None, "b": "a", "c": "b", "d": "b", "e": "a", "f": "e"}
    assert true_branches(parents, list("abcdef")) == {frozenset("bcd"), frozenset("ef")}
    assert true_branches(parents, list("acdef")) == {frozenset("cd"), frozenset("ef")}  # b is lost
    assert true_branches(parents, list("abe")) == set()
