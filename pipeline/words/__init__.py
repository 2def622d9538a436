"""Words: headings, row labels and running heads, read by an OCR engine that the user has."""

from tablekin.words.engine import OcrEngine, find_engine
from tablekin.words.stage import PageWords, read_words

__all__ = ["OcrEngine", "PageWords", "find_engine", "read_words"]
