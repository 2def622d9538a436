"""Kinship: families of tables, the readings they share, and the tree these tell of."""

from tablekin.kinship.description import describe_families
from tablekin.kinship.families import Family, find_families
from tablekin.kinship.tables import tree_path, write_families

__all__ = ["Family", "describe_families", "find_families", "tree_path", "write_families"]
