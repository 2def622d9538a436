"""Misprint: how probable it is that a compositor who should have set one number set another.

Habits after P. Gaskell, A New Introduction to Bibliography (1972), on foul case and eyeskip: a wrong sort, often of a
like figure; two sorts exchanged; a sort set twice or left out; the number of the line above or below, or of the column
beside.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

_LIKE = {  # figures whose sorts are mistaken for one another: turned, alike, or neighbours in the case
    **{"0": "69", "1": "74", "2": "37", "3": "258", "4": "19", "5": "36", "6": "095", "7": "12", "8": "369"},
    "9": "604",
}


@dataclass(frozen=True)
class Habits:
    """Shares of the misprints of a number; of a kind that cannot be, nothing is gained by the others."""

    wrong_sort: float = 0.5
    exchanged: float = 0.15
    repeated: float = 0.08  # a figure set in the place of its neighbour
    line: float = 0.1  # the number above or below
    column: float = 0.03  # the number beside it
    left_out: float = 0.06
    set_twice: float = 0.04
    other: float = 0.04
    shortened: float = 0.1  # of these, that have two digits more or fewer, or yet more
    like: float = 0.6  # share of wrong sorts that are like the right one


HABITS = Habits()


def misprint_probability(
    printed: str,
    due: str,
    lines: Sequence[str] = (),
    columns: Sequence[str] = (),
    habits: Habits = HABITS,
) -> tuple[float, str]:
    """Give the probability that a misprint of ``due`` is ``printed``, and the kind that it most likely is.

    Parameters
    ----------
    printed, due
        Figures only.
    lines
        What should stand above and below.
    columns
        What should stand beside it.
    habits
        Shares of the kinds of misprints.

    Returns
    -------
    probability, kind
        0 and "none" where both are equal.
    """
    if printed == due:
        return 0.0, "none"
    found = {
        "wrong sort": habits.wrong_sort * _wrong_sort(printed, due, habits.like),
        "exchanged": habits.exchanged * _among(printed, _exchanged(due)),
        "repeated": habits.repeated * _among(printed, _repeated(due)),
        "wrong line": habits.line * _among(printed, lines),
        "wrong column": habits.column * _among(printed, columns),
        "left out": habits.left_out * _among(printed, [due[:at] + due[at + 1 :] for at in range(len(due))]),
        "set twice": habits.set_twice
        * _among(printed, [due[:at] + due[at - 1 :] for at in range(1, len(due) + 1)]),
        "other": habits.other
        * 10.0 ** -len(printed)
        * habits.shortened ** (abs(len(printed) - len(due)) > 1),
    }
    return sum(found.values()), max(found, key=lambda kind: found[kind])


def _wrong_sort(printed: str, due: str, like: float) -> float:
    if len(printed) != len(due) or not due:
        return 0.0
    wrong = [at for at, (one, other) in enumerate(zip(printed, due, strict=True)) if one != other]
    if len(wrong) != 1:
        return 0.0
    set_, right = printed[wrong[0]], due[wrong[0]]
    alike = _LIKE[right]
    return ((set_ in alike) * like / len(alike) + (1 - like) / 9) / len(due)


def _among(printed: str, readings: Sequence[str]) -> float:
    return readings.count(printed) / len(readings) if readings else 0.0


def _exchanged(due: str) -> list[str]:
    return [due[:at] + due[at + 1] + due[at] + due[at + 2 :] for at in range(len(due) - 1)]


def _repeated(due: str) -> list[str]:
    forward = [due[: at + 1] + due[at] + due[at + 2 :] for at in range(len(due) - 1)]
    backward = [due[:at] + due[at + 1] + due[at + 1 :] for at in range(len(due) - 1)]
    return forward + backward
