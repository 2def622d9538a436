import numpy as np
import pytest
import torch

from tablekin.models.networks.digits import DigitNetwork, pad_to_grain
from tablekin.models.networks.sections import divide, finest_features

SIDES = (331, 475)
LARGEST = 300 * 400


@pytest.mark.parametrize("shape", [SIDES, (1, 7000), (4001, 3000), (100, 90)])
@pytest.mark.parametrize("largest", [LARGEST, 4_000_000])
def test_sections_make_up_the_page_and_are_as_small_as_they_should(
    shape: tuple[int, int], largest: int
) -> None:
    count = np.zeros(shape, np.int8)
    for section in divide(shape, largest):
        count[section.inner] += 1
        high, wide = (side.stop - side.start for side in section.outer)
        assert high * wide <= largest
        assert all(side.start % 16 == 0 for side in (*section.inner, *section.outer))
    assert (count == 1).all()


def test_a_page_that_is_small_enough_is_one_section() -> None:
    (section,) = divide(SIDES, SIDES[0] * SIDES[1])
    assert section.inner == section.outer == (slice(0, SIDES[0]), slice(0, SIDES[1]))


def test_features_by_sections_are_those_of_one_pass() -> None:
    torch.manual_seed(4)
    network = DigitNetwork().eval().requires_grad_(False).double()
    ink = torch.rand(SIDES, dtype=torch.float64)
    assert len(divide(SIDES, LARGEST)) > 2
    whole = network.trunk(pad_to_grain(ink[None, None]))[0]
    torch.testing.assert_close(finest_features(network, ink, LARGEST), whole, rtol=1e-12, atol=1e-15)
