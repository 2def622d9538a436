"""Find: the pages and cells where numbers stand, alone or in runs down a column or along a row, and those of words."""

from tablekin.find.cell_index import CellIndex, open_index
from tablekin.find.places import search
from tablekin.find.query import Along, Query, parse_query
from tablekin.find.words import are_words, search_words

__all__ = [
    "Along",
    "CellIndex",
    "Query",
    "are_words",
    "open_index",
    "parse_query",
    "search",
    "search_words",
]
