"""Progress: how much of a stage is done and how long the rest will take, for whoever waits.

What is said goes to the logger ``tablekin.progress``: a line now and then at level INFO, and every step at level STEP,
which is below DEBUG, for whoever draws a bar.
"""

from __future__ import annotations

import logging
import threading
import time
from dataclasses import dataclass
from typing import Self

STEP = 5
_LOGGER = logging.getLogger("tablekin.progress")
_SECONDS_BETWEEN_LINES = 10.0
_SECONDS_BETWEEN_STEPS = 1.0  # so that the clock of a bar goes on where nothing else does


@dataclass(frozen=True)
class ProgressStep:
    """How far a stage is; the attribute ``step`` of its log records."""

    label: str
    unit: str
    done: int
    total: int | None  # None where it cannot be counted
    seconds: float
    ended: bool

    def __str__(self) -> str:
        """Say it in a line."""
        spent = _duration(self.seconds)
        if self.total is None:
            return f"{self.label}: done in {spent}" if self.ended else f"{self.label}: {spent} so far"
        ahead = ""
        if 0 < self.done < self.total:
            ahead = f", about {_duration(self.seconds / self.done * (self.total - self.done))} to go"
        return f"{self.label}: {self.done} of {self.total} {self.unit} in {spent}{ahead}"


class Progress:
    """Count of what is done and the time that remains; a context that ends with the stage.

    A line is said every ten seconds, whether or not anything was done in the meantime, and one at the end; where the
    stage cannot be counted, the latter only if it took as long.

    Parameters
    ----------
    label
        What is done: ``analysing``.
    total
        How many things; None where they cannot be counted.
    unit
        What they are: ``documents``.
    """

    def __init__(self, label: str, total: int | None = None, unit: str = "") -> None:
        self._label, self._total, self._unit = label, total, unit
        self._done, self._begin, self._ended = 0, time.monotonic(), threading.Event()
        self._last, self._said = self._begin, -1  # when a line was said, and what was done then
        self._lock = threading.Lock()
        self._clock = threading.Thread(target=self._tick, daemon=True)

    def __enter__(self) -> Self:
        """Begin."""
        self._clock.start()
        return self

    def __exit__(self, *_: object) -> None:
        """End; what was done is said."""
        self._ended.set()
        self._clock.join()
        self._say()

    def advance(self, count: int = 1) -> None:
        """Add to what is done."""
        self.reach(self._done + count)

    def reach(self, done: int) -> None:
        """Set what is done."""
        self._done = done
        self._say()

    def _tick(self) -> None:
        while not self._ended.wait(_SECONDS_BETWEEN_STEPS):
            self._say()

    def _say(self) -> None:
        with self._lock:
            now = time.monotonic()
            ended = self._ended.is_set()
            step = ProgressStep(self._label, self._unit, self._done, self._total, now - self._begin, ended)
            due = now - self._last >= _SECONDS_BETWEEN_LINES
            if ended:
                counted = self._total is not None and self._said != self._done
                due |= counted or (self._total is None and step.seconds >= _SECONDS_BETWEEN_LINES)
            if due:
                self._last, self._said = now, self._done
        _LOGGER.log(logging.INFO if due else STEP, "%s", step, extra={"step": step})


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 5400 else f"{whole / 3600:.1f} h"
