"""Verdict in words: whether two tables were copied or computed alike, and what tells so."""

from __future__ import annotations

from collections.abc import Iterator
from math import exp

from tablekin.collation import MAX_LOG_ODDS, PairVerdict, Relation, Strength
from tablekin.lettering import counted


def describe_verdict(verdict: PairVerdict) -> Iterator[str]:
    """Say what two related documents are to one another, how surely, and by what evidence.

    Yields
    ------
    str
        Lines.
    """
    odds = exp(abs(verdict.log_odds_copied))
    towards = "copied" if verdict.log_odds_copied > 0 else "computed alike"
    how = "open"
    if odds >= 2:
        stated = stated_odds(verdict.log_odds_copied)
        how = f"{verdict.strength}; odds {stated} to 1 that they were {towards}"
    if verdict.relation is Relation.COPIED:
        yield f"copied, one from the other or both from a third ({how})"
    elif verdict.relation is Relation.SAME_FUNCTION and verdict.strength is not Strength.WEAK:
        yield f"one function, computed by two authors ({how})"
    elif verdict.relation is Relation.SAME_FUNCTION:
        yield (
            "the same numbers; it is too little to say whether one was copied from the other: whoever computed them "
            "rightly would have them"
        )
    evidence = verdict.evidence
    if evidence.values:
        entered = f"and {counted(evidence.arguments, 'argument')} " if evidence.arguments else ""
        yield (
            f"  of {counted(evidence.values, 'value')} of a known function ({', '.join(evidence.functions)}) {entered}"
            f"both share {counted(evidence.shared_errors, 'error')} and "
            f"{counted(evidence.shared_deviations, 'deviation')} in the last place; "
            f"{evidence.differing} {'of the values ' if entered else ''}differ"
        )
    if verdict.rough:
        yield (
            f"  values that no function explains and their neighbours do not foretell: {verdict.rough:+.0f} nats for a "
            "copy"
        )


def stated_odds(log_odds: float) -> str:
    """Write odds in round numbers; beyond what is borne out, only that they are greater."""
    at_most = abs(log_odds) >= MAX_LOG_ODDS
    odds = exp(min(abs(log_odds), MAX_LOG_ODDS))
    rounded = int(odds) if odds < 20 else int(odds / 10) * 10
    return f"more than {rounded}" if at_most else f"{rounded}"
