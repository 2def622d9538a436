"""Kinship: families of tables, the readings they share, and the tree these tell of."""

from tablekin.kinship.descent import UNKNOWN
from tablekin.kinship.description import KINSHIP_TERMS, describe_families, describe_family
from tablekin.kinship.families import Family, find_families
from tablekin.kinship.stemma import Stemma, split_at
from tablekin.kinship.tables import tree_path, write_families

__all__ = [
    "KINSHIP_TERMS",
    "UNKNOWN",
    "Family",
    "Stemma",
    "describe_families",
    "describe_family",
    "find_families",
    "split_at",
    "tree_path",
    "write_families",
]
