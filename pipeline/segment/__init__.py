"""Segment: tables, rows, columns and cells of a page, from its digits, rules and white space."""

from tablekin.segment.adjacency import DigitMetrics, half_widths, measure
from tablekin.segment.decimal_points import has_point, max_point_gap
from tablekin.segment.stage import TableCriteria, segment

__all__ = [
    "DigitMetrics",
    "TableCriteria",
    "half_widths",
    "has_point",
    "max_point_gap",
    "measure",
    "segment",
]
