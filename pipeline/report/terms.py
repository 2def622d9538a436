"""Terms: what the numbers that are printed mean, a sentence each, said where they first stand."""

from __future__ import annotations

COSINE = (
    "cosine: how alike two pages are in their digits, from 0 to 1; 1 is the same pairs of digits in the same "
    "proportions"
)
Z = (
    "z: how far the cosine stands above those that these pages have with other pages, in standard deviations; near 0 "
    "it is nothing special"
)
SCORE = (
    "score: the same likeness before it is related to the size of the pages; the shares below are parts of it"
)
MATCH = "percentages: part of the likeness that two regions account for, and in brackets the digits that they share"
RELATED = (
    "related: the tables agree cell by cell in more than chance and a common column of arguments explain"
)


def confidence(limit: float) -> str:
    """Explain the confidence of a variant; below ``limit`` it is uncertain."""
    return (
        "confidence: probability that the prints differ, and not our reading of them; below "
        f"{limit:.2f} a difference is uncertain"
    )
