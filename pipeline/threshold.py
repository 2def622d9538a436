"""Threshold: a number that decides, with its unit, what it was chosen on and how far it may be moved."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar

T = TypeVar("T")


@dataclass(frozen=True)
class Threshold:
    """What is known of one threshold."""

    name: str
    value: Any
    unit: str
    meaning: str
    chosen: str  # the pages it was chosen on; empty where that was not recorded
    alike: tuple[float, float] | None  # from and to where results stay as they are; None if not measured


def threshold(
    value: T, unit: str, meaning: str, alike: tuple[float, float] | None = None, chosen: str = ""
) -> T:
    """Make a field of a frozen dataclass of thresholds.

    Parameters
    ----------
    value
        The threshold.
    unit
        What it is counted in: pixels, digit heights, a share of something.
    meaning
        What it decides.
    alike
        Values from and to which the sample archive of ``docs/method/sensitivity.md`` is read as well.
    chosen
        The pages it was chosen on, where that is known.
    """
    return field(default=value, metadata={"unit": unit, "meaning": meaning, "alike": alike, "chosen": chosen})


def thresholds_of(criteria: Any) -> list[Threshold]:
    """List the thresholds of a dataclass whose fields were made by `threshold`, in their order."""
    found = []
    for each in fields(criteria):
        if each.metadata:
            found.append(Threshold(each.name, getattr(criteria, each.name), **each.metadata))
    return found
