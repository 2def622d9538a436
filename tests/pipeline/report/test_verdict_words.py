"""Verdicts in words: what is claimed, from which odds."""

import math

import pytest

from tablekin.collation import PairVerdict, Relation, Strength
from tablekin.collation.copying import CopyingEvidence
from tablekin.report.verdict_words import describe_verdict


@pytest.mark.parametrize(
    ("relation", "strength", "odds", "words"),
    [
        (Relation.COPIED, Strength.STRONG, 300.0, "copied, one from the other or both from a third"),
        (Relation.SAME_FUNCTION, Strength.FAIR, 1 / 12, "one function, computed by two authors"),
        (Relation.SAME_FUNCTION, Strength.WEAK, 1 / 5, "too little to say whether one was copied"),
        (Relation.SAME_FUNCTION, Strength.WEAK, 5.0, "too little to say whether one was copied"),
    ],
)
def test_only_what_is_sure_is_claimed(relation, strength, odds, words):
    verdict = PairVerdict(relation, strength, math.log(odds), CopyingEvidence(), 0.0)
    [line] = describe_verdict(verdict)
    assert words in line
    assert ("copied, one" in line) == (relation is Relation.COPIED)
