"""Segment: tables, rows, columns and cells of a page, from its digits, rules and white space."""

from tablekin.segment.adjacency import DigitMetrics, half_widths, measure
from tablekin.segment.decimal_points import CRITERIA as POINT_CRITERIA
from tablekin.segment.decimal_points import has_point
from tablekin.segment.stage import TableCriteria, segment

__all__ = [
    "POINT_CRITERIA",
    "DigitMetrics",
    "TableCriteria",
    "half_widths",
    "has_point",
    "measure",
    "segment",
]
