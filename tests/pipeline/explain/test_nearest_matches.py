"""The order in which pairs are explained, which decides how often factors are read."""

import numpy as np

from tablekin.explain.nearest_matches import place_together


def nearest_on_a_circle(documents, count):
    """Documents stand on a circle, in no order; the nearest of each are its neighbours."""
    where = np.random.default_rng(0).permutation(documents)  # of a document, its place on the circle
    who = np.argsort(where)
    offsets = [step for offset in range(1, count // 2 + 1) for step in (-offset, offset)]
    return where, np.stack([who[(where + step) % documents] for step in offsets], 1).astype(np.int32)


def test_every_document_has_a_place_of_its_own():
    _, nearest = nearest_on_a_circle(500, 10)
    place = place_together(np.random.default_rng(1).permutation(500), nearest)
    assert sorted(place.tolist()) == list(range(500))


def test_those_with_the_same_nearest_come_to_stand_together():
    where, nearest = nearest_on_a_circle(5000, 20)
    order = np.argsort(where + np.random.default_rng(2).normal(0, 300, 5000), kind="stable")
    before = np.argsort(order)
    apart = [
        np.median(np.abs(place[:, None] - place[nearest]))
        for place in (before, place_together(order, nearest))
    ]
    assert apart[1] < apart[0] / 3


def test_documents_without_others_stay():
    order = np.array([2, 0, 1])
    assert place_together(order, np.zeros((3, 0), np.int32)).tolist() == [1, 2, 0]
