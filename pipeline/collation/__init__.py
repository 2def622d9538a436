"""Collate: the tables of two documents side by side, cell by cell."""
