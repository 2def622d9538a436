"""Explain: what every region of a page contributes to its features, and every pair's scores and matches."""
