"""Analyze: the corpus as a whole: clusters, a map, drivers, and the history of its tables."""

from tablekin.analyze.stage import MetadataColumns, analyze

__all__ = ["MetadataColumns", "analyze"]
