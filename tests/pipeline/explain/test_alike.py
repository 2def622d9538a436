import numpy as np

from tablekin.explain.alike import divide_alike, order_alike


def test_every_document_is_in_one_group():
    phi = np.random.default_rng(0).random((1001, 7))
    groups = list(divide_alike(phi, 8))
    assert max(map(len, groups)) == 8
    assert sorted(np.concatenate(groups).tolist()) == list(range(1001))


def test_families_stand_together():
    """More documents than tell a principal component, so that most are placed by others."""
    rng = np.random.default_rng(1)
    families = rng.normal(size=(100, 20))
    own = rng.integers(0, 100, 9000)
    order = order_alike(families[own] + rng.normal(0, 0.01, (9000, 20)))
    changes = np.count_nonzero(np.diff(own[order]))
    assert changes < 9000 / 20  # by chance it would be nearly as many as documents
