import numpy as np
import pytest
import torch

from tablekin.models.networks.glyphs import CHANNELS, SIDE, features_around
from tablekin.models.networks.handwriting import HandwritingReader, handwriting_probability


def test_features_lie_around_their_cell_and_are_nothing_beyond_the_page() -> None:
    fine = torch.rand(2, CHANNELS, 9, 11, generator=torch.Generator().manual_seed(0))
    page, row, col = torch.tensor([0, 1, 1]), torch.tensor([4, 0, 8]), torch.tensor([5, 10, 0])
    found = features_around(fine, page, row, col).numpy().reshape(3, SIDE, SIDE, CHANNELS)
    padded = np.pad(fine.numpy(), ((0, 0), (0, 0), (SIDE // 2,) * 2, (SIDE // 2,) * 2))
    for own, one, r, c in zip(found, page.tolist(), row.tolist(), col.tolist(), strict=True):
        np.testing.assert_array_equal(own, padded[one, :, r : r + SIDE, c : c + SIDE].transpose(1, 2, 0))


@pytest.mark.parametrize("count", [0, 1, 7])
def test_every_digit_gets_a_probability(count: int) -> None:
    torch.manual_seed(2)
    reader, fine = HandwritingReader().eval().requires_grad_(False), torch.rand(1, CHANNELS, 8, 8)
    rows, cols = np.full(count, 4), np.arange(count)
    found = handwriting_probability(reader, fine, rows, cols)
    assert found.shape == (count,)
    weights = {name: values.double().numpy() for name, values in reader.state_dict().items()}
    for col, probability in enumerate(found):
        place = (torch.tensor([number]) for number in (0, 4, col))
        around = features_around(fine, *place)[0].double().numpy()
        hidden = np.maximum(weights["hidden.weight"] @ around + weights["hidden.bias"], 0)
        log_odds = (weights["out.weight"] @ hidden + weights["out.bias"]).item()
        assert probability == pytest.approx(1 / (1 + np.exp(-log_odds)), abs=1e-5)
