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


_MAX_Z = 1000.0  # standard deviations: cosines that do not differ from one another are no measure


def z_in_words(z: float) -> str:
    """Write how far a cosine stands above others; where these are too few, or all the same, that they do not tell."""
    return f"z {z:.1f}" if abs(z) < _MAX_Z else "z not told: too few other pages to tell, or all alike"


def differing(variants: int) -> str:
    """Say how many cells differ in print."""
    return f"{variants} {'differs' if variants == 1 else 'differ'} in print"


def confidence(limit: float) -> str:
    """Explain the confidence of a variant; below ``limit`` it is uncertain."""
    return (
        "confidence: probability that the prints differ, and not our reading of them; below "
        f"{limit:.2f} a difference is uncertain"
    )
