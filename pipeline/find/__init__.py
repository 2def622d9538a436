"""Find: the pages and cells where given numbers stand, alone or in runs down a column or along a row."""

from tablekin.find.cell_index import CellIndex, open_index
from tablekin.find.places import search
from tablekin.find.query import Along, Query, parse_query

__all__ = ["Along", "CellIndex", "Query", "open_index", "parse_query", "search"]
