from itertools import islice

import numpy as np
import pytest

from tablekin.sample.typesetting.headings import LANGUAGES, pick, read_lexicon
from tablekin.sample.works.catalogue import draw_works


def test_titles_and_headings_exist_in_every_language():
    works = [chosen.work for chosen in islice(draw_works(np.random.default_rng(5)), 160)]
    for lexicon in map(read_lexicon, LANGUAGES):
        for work in works:
            for printer in range(6):
                names = [lexicon.translate(quantity.name, printer) for quantity in work.quantities]
                words = [lexicon.title(work, printer), *names]
                words += [lexicon.terms[unit][0] for q in work.quantities for unit in q.units if unit]
                assert not set("".join(words)) & set("@{}")
                assert words[0]


def test_a_printer_keeps_to_his_words() -> None:
    words = ["Gradus", "G.", "Gr."]
    assert [pick(words, printer) for printer in range(6)] == [*words, *words]


@pytest.mark.parametrize("language", LANGUAGES)
def test_prose_has_numbers_and_no_field_left_open(language: str) -> None:
    text = read_lexicon(language).sentences(np.random.default_rng(1), 12, 1600)
    assert not set(text) & set("{}@")
    assert any(letter.isdecimal() for letter in text)
