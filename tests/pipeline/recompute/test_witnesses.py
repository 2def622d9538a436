import numpy as np
import pytest

from tablekin.recompute import WitnessCounts, weigh
from tablekin.recompute.witnesses import SHARES


def asked(*cells):
    """Counts of copies and of others, ``(same, due)`` each, of cells."""
    counts = np.array(cells, np.int64)
    return WitnessCounts(counts[:, 0], counts[:, 1])


def weighed(alone, *cells):
    misprint, misreading = (np.full(len(cells), share) for share in alone)
    return np.stack(weigh(misprint, misreading, asked(*cells)), axis=1)


def urn(same, due, shape):
    """Probability of witnesses in one order, each drawn from an urn to which those before him were added."""
    balls, likelihood = list(shape), 1.0
    for place in [0] * same + [1] * due:
        likelihood *= balls[place] / sum(balls)
        balls[place] += 1
    return likelihood


@pytest.mark.parametrize(("copies", "others"), [((2, 0), (0, 0)), ((1, 3), (0, 2)), ((0, 4), (3, 1))])
def test_the_odds_are_those_of_urns(copies, others):
    before = np.array([0.5, 0.3, 0.2])
    of_copies = [urn(*copies, shape) for shape in (SHARES.misprint, SHARES.misreading, SHARES.own)]
    of_others = [urn(*others, SHARES.error_elsewhere)] * 2 + [urn(*others, SHARES.own_elsewhere)]
    expected = before * of_copies * of_others
    expected /= expected.sum()
    assert weighed((0.5, 0.3), (copies, others))[0] == pytest.approx(expected[:2])


def test_copies_that_print_the_same_speak_for_a_misprint_and_those_that_print_what_is_due_for_a_misreading():
    """Nearly no two readings err alike, but copies share misprints; nobody's own value is put right by all."""
    same, due, none = weighed((0.5, 0.5), ((1, 0), (0, 0)), ((0, 3), (0, 0)), ((0, 0), (0, 0)))
    assert same[0] > 0.85 and due[1] > 0.7
    assert none.tolist() == [0.5, 0.5]
    own = weighed((0.3, 0.01), ((3, 0), (0, 0)), ((0, 3), (0, 0)), ((0, 0), (2, 0)))
    assert own[0, 0] < 0.3 < own[1, 0] and own[2, 0] < 0.3


def test_what_is_sure_remains_so():
    assert weighed((1.0, 0.0), ((0, 9), (0, 9)))[0].tolist() == [1.0, 0.0]
    assert weighed((0.0, 0.0), ((0, 9), (0, 9)))[0].tolist() == [0.0, 0.0]
