"""Misfit words: what a cell that does not fit most likely is, in words."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pandas as pd


def verdict_in_words(misfit: Any) -> str:
    """Say what a cell that does not fit most likely is, and what others print there, from a row of table ``checks``."""
    return "; ".join([_likeliest(misfit), *_witnesses(misfit)])


def _witnesses(misfit: Any) -> Iterator[str]:
    """Say how many of the documents that were collated with a cell's own print the same, or what is due."""
    same, due = (getattr(misfit, f"witnesses_{name}", 0) for name in ("same", "due"))
    said = [(same, "the same"), (due, "what is due")]
    counts = [(int(count), what) for count, what in said if not pd.isna(count) and count > 0]
    if counts:
        others = [f"{count} {'prints' if count == 1 else 'print'} {what}" for count, what in counts]
        yield f"of other pages {' and '.join(others)}"


def _likeliest(misfit: Any) -> str:
    misprint, misreading = float(misfit.p_misprint), float(misfit.p_misreading)
    own = max(1 - misprint - misreading, 0.0)
    shares = {"misprint": misprint, "misreading": misreading, "as its author had it": own}
    verdict = max(shares, key=lambda name: shares[name])
    if verdict == "as its author had it":
        return verdict
    odds = shares[verdict] / max(1 - shares[verdict], 1e-3)
    return f"{verdict}, {odds:.0f} to 1" if odds >= 1.5 else f"{verdict}, about even odds"
