"""The sentences that explain printed numbers."""

import pytest

from tablekin.report import terms

SENTENCES = {name: value for name, value in vars(terms).items() if name.isupper() and isinstance(value, str)}
SENTENCES["confidence"] = terms.confidence(0.3)


@pytest.mark.parametrize("name", SENTENCES)
def test_each_begins_with_the_word_it_explains_and_has_no_word_of_ours(name):
    word, _, sentence = SENTENCES[name].partition(": ")
    assert word.split()[0].isalpha()
    assert len(sentence) > 40
    assert not {"figure", "figures", "phi", "robust", "kin"} & set(sentence.split())


def test_a_z_that_is_measured_by_nothing_is_not_told():
    assert terms.z_in_words(3.42) == "z 3.4" and terms.z_in_words(-0.04) == "z -0.0"
    assert "too few" in terms.z_in_words(6.3e5) and "6" not in terms.z_in_words(6.3e5)


@pytest.mark.parametrize("number, words", [(0, "0 differ"), (1, "1 differs"), (2, "2 differ")])
def test_one_cell_differs_and_several_differ(number, words):
    assert terms.differing(number) == f"{words} in print"
