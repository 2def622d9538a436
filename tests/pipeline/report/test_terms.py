"""The sentences that explain printed numbers."""

import pytest

from tablekin.collation import VARIANT_CRITERIA
from tablekin.report import terms

SENTENCES = {name: value for name, value in vars(terms).items() if name.isupper() and isinstance(value, str)}


@pytest.mark.parametrize("name", SENTENCES)
def test_each_begins_with_the_word_it_explains_and_has_no_word_of_ours(name):
    word, _, sentence = SENTENCES[name].partition(": ")
    assert word.split()[0].isalpha()
    assert len(sentence) > 40
    assert not {"figure", "figures", "phi", "robust", "kin"} & set(sentence.split())


def test_the_limit_is_that_of_the_code():
    assert f"{VARIANT_CRITERIA.min_confidence:.2f}" in terms.CONFIDENCE
