"""Kinship: families of tables, the readings they share, and the tree these tell of."""
