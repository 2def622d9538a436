"""Segment: tables, rows, columns and cells of a page, from its digits, rules and white space."""
