"""Analyze: clusters, drivers and the history of a whole corpus."""
