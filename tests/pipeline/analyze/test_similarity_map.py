import numpy as np
import pytest

from tablekin.analyze.similarity_map import draw_map


@pytest.mark.parametrize("count", [0, 1, 2, 5, 40])
def test_a_map_keeps_like_documents_together(count):
    rng = np.random.default_rng(3)
    kinds = rng.random((2, 110)) ** 4
    phi = np.array([kinds[k % 2] * 100 + rng.random(110) for k in range(count)]).reshape(count, 110)
    place = draw_map(phi)
    assert place.shape == (count, 2)
    assert np.isfinite(place).all()
    if count > 2:
        distance = np.linalg.norm(place[:, None] - place[None], axis=2) + np.diag(np.full(count, np.inf))
        assert (distance.argmin(1) % 2 == np.arange(count) % 2).all()


def test_the_same_documents_lie_at_the_same_places():
    phi = np.random.default_rng(4).random((25, 110)) ** 3
    np.testing.assert_array_equal(draw_map(phi), draw_map(phi.copy()))
