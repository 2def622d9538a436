"""Recompute: what a table should say: its values, their function and parameters, and the cells that do not fit."""
