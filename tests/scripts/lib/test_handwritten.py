"""Strips hold the scans they say, truth counts by hand, and training learns."""

from __future__ import annotations

import torch
from lib.handwritten import (
    Architecture,
    agreement,
    draw_strips,
    load_scans,
    similarities,
    split,
    start,
    train,
)


def test_agreement_of_known_digits() -> None:
    got = agreement(torch.tensor([1, 2, 1]), torch.tensor([2, 1, 3]))
    assert got.tolist() == [[0, 1, 0], [1, 0, 0], [0, 1, 0]]


def test_similarities_count_agreeing_positions() -> None:
    got = similarities(torch.tensor([[1, 1, 2], [1, 2, 2], [3, 4, 5]]))
    assert got.tolist() == [[5, 4, 0], [4, 5, 0], [0, 0, 3]]


def test_parts_are_disjoint_and_complete() -> None:
    scans = load_scans()
    parts = split(scans, torch.Generator().manual_seed(0))
    assert [len(part.digit) for part in parts] == [997, 400, 400]
    together = torch.cat([part.ink.flatten(1) for part in parts])
    assert len(together.unique(dim=0)) == len(scans.ink.flatten(1).unique(dim=0))
    assert 0 <= float(scans.ink.min()) < float(scans.ink.max()) <= 1


def test_strips_hold_scans_of_their_digits_in_order() -> None:
    scans = split(load_scans(), torch.Generator().manual_seed(0))[2]
    strips = draw_strips(scans, 3, torch.Generator().manual_seed(1))
    assert strips.ink.shape == (3, 1, 16, 96)
    for ink, digits in zip(strips.ink, strips.digits, strict=True):
        for place, digit in enumerate(digits):
            box = ink[0, :, 16 * place : 16 * (place + 1)]
            same = (scans.ink == box).flatten(1).all(1)
            assert same.any()
            assert (scans.digit[same] == digit).all()


def test_training_learns_the_number_of_shared_digits() -> None:
    architecture, scans = Architecture((8, 16, 32, 32)), load_scans()

    def correlation(network: torch.nn.Module) -> float:
        strips = draw_strips(scans, 100, torch.Generator().manual_seed(2))
        above = torch.ones(100, 100).triu(1).bool()
        with torch.no_grad():
            phi = network(strips.ink)
        found = (phi @ phi.T)[above]
        return float(torch.corrcoef(torch.stack([found, similarities(strips.digits)[above]]))[0, 1])

    before = start(architecture, scans, torch.Generator().manual_seed(0))
    after = train(architecture, scans, 300, torch.Generator().manual_seed(0))
    assert correlation(after) > correlation(before) + 0.2


def test_training_repeats_itself() -> None:
    architecture, scans = Architecture((4,), features=3), load_scans()
    once, again = (train(architecture, scans, 10, torch.Generator().manual_seed(0)) for _ in range(2))
    assert all(torch.equal(a, b) for a, b in zip(once.parameters(), again.parameters(), strict=True))
