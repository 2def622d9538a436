"""Verdict: whether a cell that does not fit is misprinted, misread, or as its author computed it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from tablekin.recompute.misprint import HABITS, Habits, misprint_probability
from tablekin.recompute.table_text import Choices

_ALIKE = {  # digits that a reader takes for one another
    **{
        "0": "698",
        "1": "743",
        "2": "73",
        "3": "58",
        "4": "1",
        "5": "368",
        "6": "058",
        "7": "12",
        "8": "0356",
        "9": "0",
    },
}


@dataclass(frozen=True)
class VerdictRates:
    """What is known of errors before a cell is looked at."""

    misprint: float = 0.015  # share of cells; 0.007 to 0.03 hardly change the verdicts
    missed: float = 0.002  # share of cells of which a digit was not found
    invented: float = 0.001  # share of cells in which something was taken for a digit
    cut: float = 0.003  # share of cells of which the first or the last digits only were found
    garbled: float = 2e-4  # share of cells that hold digits of others beside their own
    parted: float = 0.01  # share of cells whose digits were parted otherwise than they are printed
    exchanged: float = 3e-4  # share of cells that hold as many digits of others as they have themselves
    alike: float = 0.6  # share of what is left of a digit's probability that goes to digits like it


@dataclass(frozen=True)
class SecondChoices:
    """How often a digit is what the network likes second best, or neither; logistic in logarithms of scores.

    Rounded from fits to sample archives of seeds 771901 and 91701; borne out by one of seed 771955, on which nothing
    was fitted (``scripts/evaluate_second_choices.py``). Scores are no probabilities: of digits to whose second choice
    the network gives 0.0003 to 0.001, 2.5 in a thousand are that one.
    """

    base: float = 0.6
    other: float = 0.8  # of the logarithm of the second score
    left: float = 0.2  # of the logarithm of what the first score lacks to 1
    third: float = -1.5  # for all digits but the two
    third_other: float = 0.3  # of the logarithm of the second score
    third_left: float = 0.7
    least: float = 1e-5  # that a score lacks to 1, at least


@dataclass(frozen=True)
class Verdict:
    """Probabilities that a cell is misprinted or misread; what is left is as its author had it."""

    p_misprint: float
    p_misreading: float
    kind: str  # of the misprint, if it is one


RATES = VerdictRates()
SECOND = SecondChoices()


def judge(
    read: str,
    due: str,
    choices: Choices | None,
    slip: float,
    lines: Sequence[str] = (),
    columns: Sequence[str] = (),
    rates: VerdictRates = RATES,
    habits: Habits = HABITS,
) -> Verdict:
    """Judge a cell whose reading is not what was due.

    Parameters
    ----------
    read, due
        Digits.
    choices
        Of every digit read, the probabilities of what it may be; None where the reading is certain.
    slip
        Probability that the author himself had this value.
    lines, columns
        What should stand above and below, and beside it.
    rates, habits
        What is known of errors.
    """
    if read == due:
        return Verdict(0.0, 0.0, "none")
    misprint, misreading, kind = error_probabilities(read, due, choices, lines, columns, rates, habits)
    total = misprint + misreading + slip
    if total <= 0:
        return Verdict(0.0, 0.0, kind)
    return Verdict(misprint / total, misreading / total, kind)


def error_probabilities(
    read: str,
    due: str,
    choices: Choices | None,
    lines: Sequence[str] = (),
    columns: Sequence[str] = (),
    rates: VerdictRates = RATES,
    habits: Habits = HABITS,
) -> tuple[float, float, str]:
    """Probability that ``due`` was misprinted as what is read, that it was misread so, and the kind of the misprint."""
    probability, kind = misprint_probability(read, due, lines, columns, habits)
    misreading = 0.0 if choices is None else misreading_probability(read, due, choices, rates)
    return rates.misprint * probability, misreading, kind


def misreading_probability(read: str, due: str, choices: Choices, rates: VerdictRates = RATES) -> float:
    """Probability that ``due`` was printed and ``read`` was read, over that of a right reading of ``read``."""
    garbled = rates.garbled * 10.0 ** -len(read)
    if len(choices) != len(
        read
    ):  # what was read was parted otherwise, and not all of it taken for the number
        return rates.parted
    if len(read) == len(due):
        odds = 1.0
        for choice, one, other in zip(choices, read, due, strict=True):
            if one != other:
                odds *= _odds(choice, int(one), int(other), rates)
        return odds + rates.exchanged * 10.0 ** -len(read)
    if len(due) == len(read) + 1 and _is_part(read, due):
        return rates.missed / len(due) + garbled
    if len(due) > len(read) + 1 and read and (due.startswith(read) or due.endswith(read)):
        return rates.cut / 2 + garbled
    if len(read) == len(due) + 1 and _is_part(due, read):
        weakest = min(choice.get(int(digit), 1.0) for choice, digit in zip(choices, read, strict=True))
        return rates.invented / len(read) + (1 - weakest) / len(read) + garbled
    return garbled


def _odds(
    choice: dict[int, float], read: int, due: int, rates: VerdictRates, second: SecondChoices = SECOND
) -> float:
    """Odds that a digit is ``due`` against its being what was read: as its second choice, or as none of the two."""
    left = np.log(max(1 - choice.get(read, 1.0), second.least))
    others = {digit: score for digit, score in choice.items() if digit != read}
    if due in others:
        return float(
            np.exp(second.base + second.other * np.log(max(others[due], 1e-12)) + second.left * left)
        )
    alike = _ALIKE[str(read)]
    share = (str(due) in alike) * rates.alike / len(alike) + (1 - rates.alike) / 9
    likest = np.log(max((*others.values(), second.least)))
    return float(np.exp(second.third + second.third_other * likest + second.third_left * left)) * share


def _is_part(short: str, long: str) -> bool:
    return any(long[:at] + long[at + 1 :] == short for at in range(len(long)))
