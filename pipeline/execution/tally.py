"""Tally: what the stages did, counted for the record of a run."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass, field

_LOGGER = logging.getLogger(__name__)

Say = Callable[[str], None]  # takes a line for the user
Count = Callable[[str, int, int, float], None]  # (stage, rows in, rows out, seconds)


@dataclass
class Tally:
    """Counts and seconds of the stages, in their order."""

    stages: dict[str, dict[str, float]] = field(default_factory=dict)

    def add(self, stage: str, into: int, out: int, seconds: float) -> None:
        """Add rows in, rows out and seconds to a stage."""
        counts = self.stages.setdefault(stage, {"in": 0, "out": 0, "seconds": 0.0})
        counts["in"] += into
        counts["out"] += out
        counts["seconds"] = round(counts["seconds"] + seconds, 3)
        _LOGGER.debug("%s: %d in, %d out, %.3f s", stage, into, out, seconds)
