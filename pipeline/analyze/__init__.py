"""Analyze: the corpus as a whole: clusters, a map, drivers, and the history of its tables."""

from tablekin.analyze.stage import MetadataColumns, analyze, study
from tablekin.analyze.works import describe_works

__all__ = ["MetadataColumns", "analyze", "describe_works", "study"]
