"""Recompute: what a table should say: its values, their function and parameters, and the cells that do not fit."""

from tablekin.recompute.stage import Recomputation, recompute, recompute_document

__all__ = ["Recomputation", "recompute", "recompute_document"]
