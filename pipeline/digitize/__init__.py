"""Digitize: a page is brought upright and to scale, and its digits are detected."""
