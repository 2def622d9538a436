"""Images of two facing pages."""

from __future__ import annotations

import numpy as np


def opening(gutter: str, across: bool = False, right: bool = True) -> np.ndarray:
    """Draw facing pages ``(700, 1000)`` of lines of text; ``gutter`` is what lies between them."""
    rng = np.random.default_rng(3)
    grey = np.full((700, 1000), 225.0)
    for y in range(80, 620, 22):
        for begin, end in ((70, 450), (550, 930 if right else 550)):
            for x in range(begin, end, 14):
                grey[y : y + 10, x : x + int(rng.integers(5, 11))] = 50
        if across:
            grey[y : y + 10, 440:560] = 50
    x = np.arange(1000)
    if gutter == "shadow":
        grey *= 1 - 0.35 * np.exp(-(((x - 503) / 14) ** 2))
    elif gutter == "bed":
        grey[:, 494:512] = 30
    elif gutter == "edge":
        grey[:, 500:] *= 0.88
    elif gutter == "rule":
        grey[60:640, 500:502] = 40
    return np.clip(grey + rng.normal(0, 3, grey.shape), 0, 255).astype(np.uint8)
