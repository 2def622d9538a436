"""Terms: what the numbers that are printed mean, a sentence each, said where they first stand."""

from __future__ import annotations

COSINE = (
    "cosine: how alike two pages are in their digits, from 0 to 1; 1 is the same pairs of digits in the same "
    "proportions"
)
SPECIFIC = (
    "specific: how alike they are in what sets pages apart, from -1 to 1; what most tables have in common, such as an "
    "argument from 1 to 90, adds nothing to it"
)
Z = (
    "z: how far the likeness that pages are ranked by stands above those that these pages have with other pages, in "
    "standard deviations; near 0 it is nothing special"
)
DECIDED = (
    "regions: which these are is decided by the digits that were found in them; the network decides which pixels make "
    "the digits"
)
SCORE = (
    "score: the same likeness before it is related to the size of the pages; the shares below are parts of it"
)
MATCH = "percentages: part of the likeness that two regions account for, and in brackets the digits that they share"
RELATED = (
    "related: the tables agree cell by cell in more than chance and a common column of arguments explain"
)


_MAX_Z = 1000.0  # standard deviations: likenesses that do not differ from one another are no measure


def z_in_words(z: float) -> str:
    """Write how far a likeness stands above others; where these are too few, or all the same, that they do not tell."""
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
