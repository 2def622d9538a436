import numpy as np
import torch

from tablekin.models.networks.glyphs import CHANNELS, CLASSES, SIDE, GlyphReader, glyph_probabilities
from tablekin.models.networks.marks import LOOKALIKES, MARKS, mark_index, mark_of


def test_the_classifier_sees_the_cells_around_the_centre() -> None:
    torch.manual_seed(0)
    reader = GlyphReader().eval()
    fine = torch.randn(2, CHANNELS, 9, 12)
    page, row, col = torch.tensor([0, 1, 1]), torch.tensor([0, 4, 8]), torch.tensor([3, 0, 11])
    with torch.inference_mode():
        scores = reader.classify(fine, page, row, col)
    padded = np.pad(fine.numpy(), ((0, 0), (0, 0), (SIDE // 2,) * 2, (SIDE // 2,) * 2))
    weights = {name: values.numpy() for name, values in reader.state_dict().items()}
    for n in range(3):
        window = padded[page[n], :, row[n] : row[n] + SIDE, col[n] : col[n] + SIDE].transpose(1, 2, 0)
        hidden = np.maximum(weights["hidden.weight"] @ window.ravel() + weights["hidden.bias"], 0)
        expected = weights["out.weight"] @ hidden + weights["out.bias"]
        np.testing.assert_allclose(scores[n].numpy(), expected, rtol=1e-4, atol=1e-4)


def test_probabilities_add_up_for_any_number_of_places() -> None:
    reader, fine = GlyphReader().eval(), torch.randn(1, CHANNELS, 8, 8)
    for count in (0, 1, 9000):
        rows = np.arange(count) % 8
        found = glyph_probabilities(reader, fine, rows, rows)
        assert found.shape == (count, CLASSES)
        np.testing.assert_allclose(found.sum(1), 1, rtol=1e-4)


def test_every_mark_has_one_name() -> None:
    assert len(set(MARKS)) == len(MARKS)
    assert all(mark_of(mark) == mark and MARKS[mark_index(mark)] == mark for mark in MARKS)
    assert (mark_of("é"), mark_of("-"), mark_of("’")) == ("e", "–", "'")
    assert mark_of("7") == mark_of(" ") == mark_of("中") == ""
    assert mark_index("") == -1
    assert all(mark_index(letter) >= 0 for letters in LOOKALIKES.values() for letter in letters)
