"""Relation: the words for what two documents are to one another, and for how sure that is."""

from __future__ import annotations

from enum import StrEnum


class Relation(StrEnum):
    """What two documents are to one another."""

    COPIED = "copied"
    SAME_FUNCTION = "same function"
    UNRELATED = "unrelated"
    TOO_LITTLE = "too little"


class Strength(StrEnum):
    """How sure a verdict is."""

    STRONG = "strong"
    FAIR = "fair"
    WEAK = "weak"
