"""Recompute: what a table should say: its values, their function and parameters, and the cells that do not fit."""

from tablekin.recompute.finding import Finding
from tablekin.recompute.quantity import PrintedQuantity
from tablekin.recompute.stage import Recomputation, recompute, recompute_document
from tablekin.recompute.table_text import read_tables

__all__ = ["Finding", "PrintedQuantity", "Recomputation", "read_tables", "recompute", "recompute_document"]
