"""Execution: the only room that knows about processes, clusters and devices."""
