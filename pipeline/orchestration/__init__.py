"""Orchestration: which stages run, over which documents, in which order."""
