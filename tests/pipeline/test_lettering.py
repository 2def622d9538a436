import json

import pytest

from tablekin.lettering import counted, in_json, on_drawing, on_terminal

NASTY = "\x1b]0;gotcha\x07\x1b[2Ja\x9b31mb\u202ecod\u2066.png\x7f\u2028\udcff"


@pytest.mark.parametrize("write", [on_terminal, on_drawing, in_json])
def test_nothing_that_steers_a_terminal_is_left(write):
    text = NASTY if write is not in_json else json.dumps(NASTY, ensure_ascii=False)
    written = write(text)
    written.encode()
    assert written.isprintable()
    for part in ("gotcha", "cod", ".png"):
        assert part in written


def test_letters_of_any_script_lines_and_tabs_stay():
    text = "Köln Λέων בזל 北京 $x^2$\n\tnext"
    assert on_terminal(text) == text
    assert on_drawing(text) == "Köln Λέων בזל 北京 $x^2$\\n\\tnext"


def test_json_stays_json():
    value = {"source": NASTY.replace("\udcff", ""), "work": "Köln\n"}
    assert json.loads(in_json(json.dumps(value, ensure_ascii=False))) == value


@pytest.mark.parametrize(
    ("number", "noun", "words"),
    [
        (1, "family", "1 family"),
        (2, "family", "2 families"),
        (0, "day", "0 days"),
        (2, "witness", "2 witnesses"),
        (3, "batch", "3 batches"),
        (2, "corrected cell", "2 corrected cells"),
        (1, "batch", "1 batch"),
    ],
)
def test_numbers_are_written_with_their_nouns(number, noun, words):
    assert counted(number, noun) == words
