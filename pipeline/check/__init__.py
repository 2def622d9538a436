"""Check: what is wrong with a corpus on disk."""
