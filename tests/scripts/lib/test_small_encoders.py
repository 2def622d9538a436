"""What sentences and images mean, by loops over their places."""

from __future__ import annotations

import torch
from lib.small_encoders import (
    NAMES,
    NOT,
    OTHERS,
    TILE,
    TILES,
    draw_images,
    draw_sentences,
    shared,
    similarities,
)


def test_names_count_but_after_not() -> None:
    samples = draw_sentences(200, torch.Generator().manual_seed(0))
    assert samples.x.min() == 0 and samples.x.max() == 1 + OTHERS + NAMES
    for words, meaning in zip(samples.x.tolist(), samples.meaning.tolist(), strict=True):
        for place, word in enumerate(words):
            counts = word > 1 + OTHERS and (place == 0 or words[place - 1] != NOT)
            assert meaning[place] == (word - 1 - OTHERS if counts else 0)
    assert {*samples.meaning.unique().tolist()} == set(range(NAMES + 1))


def test_equal_marks_have_equal_meaning_and_empty_tiles_none() -> None:
    samples = draw_images(300, torch.Generator().manual_seed(0))
    tiles = samples.x.reshape(300, TILES, TILE, TILES, TILE).transpose(2, 3).reshape(300, TILES**2, -1)
    ink = tiles.amax(2)
    assert not samples.meaning[ink == 0].any()
    assert 0.25 < float((ink == 0).float().mean()) < 0.35
    marked = samples.meaning > 0
    shapes = (tiles / ink.clamp(min=0.1)[..., None]).round()
    bars = shapes[samples.meaning == 1].reshape(-1, TILE, TILE)[
        ..., 1:-1
    ]  # but for the pixel they are moved by
    assert bool((bars == bars[..., :1]).all())
    assert bool((bars[..., 0].sum(1) == 2).all())
    assert 0.45 < float(marked.float().mean()) < 0.55


def test_what_is_shared_is_counted_pair_by_pair() -> None:
    meaning = torch.tensor([[1, 0, 2, 1], [1, 2, 0, 0], [0, 0, 0, 0]])
    assert shared(meaning[0], meaning[1]).tolist() == [[1, 0, 0, 0], [0] * 4, [0, 1, 0, 0], [1, 0, 0, 0]]
    assert similarities(meaning).tolist() == [[5, 3, 0], [3, 2, 0], [0, 0, 0]]
