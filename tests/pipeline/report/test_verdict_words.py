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


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            30,
            "(sine) and 30 arguments both share 2 errors and 0 deviations in the last place; 1 of the values differ",
        ),
        (0, "(sine) both share 2 errors and 0 deviations in the last place; 1 differ"),
    ],
)
def test_arguments_are_named_beside_the_values(arguments, said):
    evidence = CopyingEvidence(9.0, 60, arguments, 2, 0, 1, ("sine",))
    _, line = describe_verdict(PairVerdict(Relation.COPIED, Strength.STRONG, 6.0, evidence, 0.0))
    assert line.strip() == f"of 60 values of a known function {said}"
