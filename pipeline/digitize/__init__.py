"""Digitize: a page is brought upright and to scale, and its digits are detected."""

from tablekin.digitize.false_positives import drop_false_positives
from tablekin.digitize.normalization import extract_ink
from tablekin.digitize.stage import digitize, find_glyphs, load_readers
from tablekin.digitize.transform import to_original

__all__ = ["digitize", "drop_false_positives", "extract_ink", "find_glyphs", "load_readers", "to_original"]
