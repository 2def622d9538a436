"""Corpus: the only room that knows how tables lie on disk."""
