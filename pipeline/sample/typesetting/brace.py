"""Brace: the curved sign that joins columns under one heading."""

from __future__ import annotations

import numpy as np

from tablekin.sample.typesetting.sheet import Sheet


def draw_brace(sheet: Sheet, left: float, right: float, top: float, bottom: float, unit: float) -> None:
    """Draw a lying brace that opens downwards."""
    t = np.linspace(-1, 1, 61)
    bump = np.exp(-np.abs(t) * 14) - np.exp(-(1 - np.abs(t)) * 14)
    x = (left + right) / 2 + t * (right - left) / 2
    y = (top + bottom) / 2 - bump * (bottom - top) / 2
    thick = (0.5 + 0.05 * unit) * (0.4 + np.sin(np.pi * (np.abs(t) * 0.9 + 0.05)))
    outline = np.concatenate([np.stack([x, y - thick], 1), np.stack([x, y + thick], 1)[::-1]])
    sheet.fill(outline)
