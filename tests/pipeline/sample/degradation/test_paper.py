import numpy as np
import pytest

from tablekin.sample.degradation.paper import Paper, shade_paper, spot_paper

CLEAN = Paper((0.95, 0.93, 0.9), texture=0.0, clouds=0.0)


def test_a_flawless_sheet_is_evenly_bright() -> None:
    light = shade_paper(CLEAN, (60, 80), 20.0, True, np.random.default_rng(0))
    np.testing.assert_allclose(light, 1, atol=1e-6)


@pytest.mark.parametrize("gutter_left", [True, False])
def test_the_gutter_is_dark_on_its_side(gutter_left: bool) -> None:
    shaded = Paper(CLEAN.colour, texture=0.0, clouds=0.0, gutter=0.5)
    columns = shade_paper(shaded, (60, 400), 20.0, gutter_left, np.random.default_rng(1)).mean(0)
    inner, outer = (columns[0], columns[-1]) if gutter_left else (columns[-1], columns[0])
    assert inner == pytest.approx(0.5, abs=0.01)  # 1 less the depth of the shadow
    assert outer > 0.99


def test_edges_are_darker_than_the_middle_by_their_depth() -> None:
    light = shade_paper(
        Paper(CLEAN.colour, texture=0.0, clouds=0.0, edge=0.3),
        (201, 201),
        20.0,
        True,
        np.random.default_rng(2),
    )
    assert light[100, 0] == pytest.approx(0.7, abs=1e-3)
    assert light[100, 100] > 0.99


def test_spots_come_as_often_as_asked_and_only_darken() -> None:
    counts = []
    for seed in range(30):
        light = np.ones((500, 1000), np.float32)
        spot_paper(light, Paper(CLEAN.colour, foxing=6.0), 8.0, np.random.default_rng(seed))
        assert light.max() <= 1
        assert light.min() > 0.2
        counts.append(light.min() < 0.95)
    # half a megapixel with six spots a megapixel: Poisson with mean 3, none in one sheet of twenty
    assert sum(counts) > 22
