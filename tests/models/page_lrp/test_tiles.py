import torch

from tablekin.models.page_lrp.tiles import FeatureMap, embed, rows


def test_windows_across_the_edges_hold_nothing_outside() -> None:
    x = torch.arange(1.0, 2 * 5 * 7 + 1).reshape(1, 2, 5, 7)
    corner = torch.tensor([[-2, -1], [1, 2], [3, 5], [-9, 0], [4, 20]])
    windows = FeatureMap.of(x).cut(corner, 3)
    assert windows.shape == (5, 2, 3, 3)
    for (top, left), window in zip(corner.tolist(), windows, strict=True):
        for row in range(3):
            for col in range(3):
                y, z = top + row, left + col
                inside = 0 <= y < 5 and 0 <= z < 7
                expected = x[0, :, y, z] if inside else torch.zeros(2)
                assert torch.equal(window[:, row, col], expected)


def test_a_map_stays_as_it_was_cut_from() -> None:
    x = torch.rand(1, 3, 6, 6).contiguous(memory_format=torch.channels_last)
    before = x.clone()
    FeatureMap.of(x).cut(torch.tensor([[-1, -1], [5, 5]]), 4)
    assert torch.equal(x, before)


def test_embedded_windows_lie_at_their_offsets() -> None:
    small = torch.rand(3, 4, 2, 2)
    large = embed(small, torch.tensor([[0, 0], [1, 3], [3, 2]]), 5)
    assert large.shape == (3, 4, 5, 5)
    for window, found, (top, left) in zip(small, large, [(0, 0), (1, 3), (3, 2)], strict=True):
        assert torch.equal(found[:, top : top + 2, left : left + 2], window)
        assert torch.isclose(found.sum(), window.sum())


def test_rows_have_their_channels_last() -> None:
    x = torch.rand(2, 3, 4, 5)
    assert rows(x)[1, 3, 2].tolist() == x[1, :, 3, 2].tolist()
