"""Check: what is wrong with a corpus on disk."""

from tablekin.check.problem import Problem
from tablekin.check.stage import check

__all__ = ["Problem", "check"]
