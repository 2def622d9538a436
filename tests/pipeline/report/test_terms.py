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
