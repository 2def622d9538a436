from collections import Counter

import numpy as np
import pytest

from tablekin.sample.typesetting.faces import FACES, has_character
from tablekin.sample.typesetting.style import random_style


@pytest.mark.parametrize("modern", [True, False])
def test_every_style_names_faces_that_there_are_and_sizes_that_can_be_set(modern: bool) -> None:
    rng = np.random.default_rng(0)
    for _ in range(200):
        style = random_style(rng, modern)
        assert {style.digits, style.text, style.emphasis} <= FACES.keys()
        assert FACES[style.digits].kind != "blackletter"
        assert 12 <= style.digit_height <= 40
        assert has_character(FACES[style.digits], style.one)


def test_printers_of_the_nineteenth_century_use_its_types_and_spelling() -> None:
    rng = np.random.default_rng(1)
    late, early = ([random_style(rng, modern) for _ in range(200)] for modern in (True, False))
    kinds = [Counter(FACES[style.digits].kind for style in styles) for styles in (late, early)]
    assert kinds[0]["lining"] > 0.85 * 200
    assert kinds[1]["old-style"] > 0.85 * 200
    assert not any(style.long_s or style.v_for_u for style in late)
    assert sum(style.long_s for style in early) > 100
