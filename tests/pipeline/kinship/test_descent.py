"""Trees drawn in proportion to their weight, and descent told by errors, against trees that are known."""

from collections import Counter
from itertools import product

import numpy as np
import pytest

from tablekin.dating import Years
from tablekin.kinship.descent import UNKNOWN, draw_tree, infer_descent


def is_tree(parents, count):
    for child in range(count):
        seen, at = set(), child
        while at < count:
            if at in seen:
                return False
            seen.add(at)
            at = parents[at]
    return True


def test_trees_are_drawn_as_often_as_the_product_of_their_steps_says():
    rng, count = np.random.default_rng(0), 3
    weights = np.exp(rng.normal(0, 2, (count + 1, count)))
    weights[range(count), range(count)] = 0
    exact = {
        parents: np.prod([weights[parent, child] for child, parent in enumerate(parents)])
        for parents in product(range(count + 1), repeat=count)
        if is_tree(parents, count)
    }
    total = sum(exact.values())
    drawn = Counter(tuple(draw_tree(weights, rng).tolist()) for _ in range(4000))
    assert set(drawn) <= set(exact)
    for parents, weight in exact.items():
        assert drawn[parents] / 4000 == pytest.approx(weight / total, abs=0.035)


def test_two_that_point_at_one_another_are_left_by_the_likelier_way_however_unlikely():
    weights = np.array([[0.0, 1.0], [1.0, 0.0], [1e-40, 1e-43]])
    rng = np.random.default_rng(1)
    drawn = Counter(tuple(draw_tree(weights, rng).tolist()) for _ in range(300))
    assert drawn[(2, 0)] > 290  # the first from the archetype, the second from the first


def inherited(parents, own, places=120):
    """Readings of witnesses, 0 what is due; each has ``own`` errors more than its parent, in places of its own."""
    readings, first = {}, 0
    for child, parent in parents.items():
        readings[child] = readings[parent].copy() if parent else np.zeros(places, int)
        readings[child][first : first + own] = 1
        first += own
    return tuple(sorted(parents)), np.array([readings[name] for name in sorted(parents)]).T


PARENTS = {"a": None, "b": "a", "c": "b", "d": "b", "e": "a", "f": "e"}


def test_every_step_and_its_direction_is_told_where_each_copy_erred():
    names, readings = inherited(PARENTS, 3)
    everywhere = np.ones(readings.shape, bool)
    descent = infer_descent(names, readings, np.zeros(len(readings), int), everywhere, {})
    for child, name in enumerate(names):
        parent = names.index(PARENTS[name]) if PARENTS[name] else len(names)
        assert descent.parent[parent, child] > 0.95
    assert not descent.outdone.any()  # a copy is nearer to its parent than its grandparent is: no rival
    assert descent.groups[frozenset("bcd")] > 0.95


def test_without_what_is_due_the_direction_is_open_and_years_tell_it():
    names, readings = inherited({"a": None, "b": "a"}, 4)
    everywhere, unknown = np.ones(readings.shape, bool), np.full(len(readings), UNKNOWN)
    descent = infer_descent(names, readings, unknown, everywhere, {})
    assert 0.3 < descent.parent[0, 1] < 0.7
    dated = infer_descent(
        names, readings, unknown, everywhere, {"a": Years(1600, 1600), "b": Years(1548, 1550)}
    )
    assert dated.parent[0, 1] == 0


def test_nobody_copies_what_the_other_lacks():
    names, readings = inherited({"a": None, "b": "a"}, 0)
    present = np.ones(readings.shape, bool)
    present[:60, 0], readings[:60, 0] = False, -1
    descent = infer_descent(names, readings, np.zeros(len(readings), int), present, {})
    assert descent.parent[0, 1] < 0.02 < 0.6 < descent.parent[1, 0]


def test_a_parent_of_which_a_part_is_lost_is_not_passed_over_for_its_own_parent_unnoticed():
    names, readings = inherited({"a": None, "b": "a", "c": "b"}, 2)
    lost = slice(40, 120)
    present = np.ones(readings.shape, bool)
    present[lost, 1], readings[lost, 1] = False, -1
    readings[lost, 2] = 0
    readings[50:56, 2] = readings[50:56, 0] = 1  # errors of the first that the last has, too
    years = {name: Years(year, year) for name, year in zip(names, (1500, 1510, 1520), strict=True)}
    descent = infer_descent(names, readings, np.zeros(len(readings), int), present, years)
    assert descent.parent[0, 2] > 0.9  # of what the second lacks, the first has the errors
    assert descent.outdone[0, 2]  # but what all three have says otherwise
    assert not descent.outdone[0, 1]


def test_where_nobody_knows_what_is_due_a_reading_that_one_witness_has_alone_may_be_put_right():
    names, readings = inherited({"a": None, "b": "a", "c": "b", "d": "a"}, 1)
    due = np.zeros(len(readings), int)
    due[100:] = UNKNOWN
    readings[100, 1] = 1  # of the second alone: its copy has not got it
    years = {name: Years(year, year) for name, year in zip(names, (1500, 1510, 1520, 1530), strict=True)}
    descent = infer_descent(names, readings, due, np.ones(readings.shape, bool), years)
    assert descent.parent[1, 2] > 0.95


def test_what_a_parent_lacks_and_most_have_alike_does_not_speak_against_it():
    names, readings = inherited({"a": None, "b": "a", "c": "b", "d": "a"}, 3)
    due, present = np.zeros(len(readings), int), np.ones(readings.shape, bool)
    due[60:] = UNKNOWN
    present[60:, 1], readings[60:, 1] = False, -1
    years = {name: Years(year, year) for name, year in zip(names, (1500, 1510, 1520, 1530), strict=True)}
    descent = infer_descent(names, readings, due, present, years)
    assert descent.parent[1, 2] > 0.9
