from __future__ import annotations

import numpy as np

from tablekin.segment.observations import observe_page
from tests.support.printed_table import Printed, print_table


def test_rules_digits_and_letters_are_told_apart() -> None:
    page = Printed(np.random.default_rng(0), (900, 900))
    right, bottom = print_table(page, 120, 150, 14, ["99", "99"], rules="full", label=6)
    page.word(6, right + 60, 300)
    working, _ = page.page()
    seen = observe_page(working)
    ink = working.ink > 0.4
    for x0, y0, x1, y1 in working.digits.boxes.round().astype(int):
        assert not seen.letters[y0:y1, x0:x1].any()
    assert seen.ruling.vertical[200 : int(bottom) - 20].any(0).sum() > 4
    word = (slice(284, 302), slice(round(right) + 58, round(right) + 130))
    assert seen.letters[word].sum() > 0.9 * ink[word].sum() > 100
    assert len(seen.numbers) == 28
    assert not seen.embedded.any()


def test_a_number_in_a_word_is_embedded_and_one_beside_a_word_is_crowded() -> None:
    page = Printed(np.random.default_rng(1), (300, 900))
    for x, gap in ((200, 3), (450, 22), (700, 100)):
        page.number("47", x, 150, (0, 0, 0))
        page.word(4, x + gap, 150)
    seen = observe_page(page.page()[0])
    order = np.argsort(seen.numbers[:, 0])
    assert seen.embedded[order].tolist() == [True, False, False]
    digits = np.argsort(seen.digits.centres[:, 0])
    assert seen.crowded[digits].tolist() == [True, True, True, True, False, False]
