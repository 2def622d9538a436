"""Progress: how much of a stage is done and how long the rest will take, for whoever waits."""

from __future__ import annotations

import sys
import time
from typing import TextIO

from tqdm import tqdm

_SECONDS_BETWEEN_LINES = 15.0


class Progress:
    """Count of what is done and the time that remains: a bar on a terminal, now and then a line in a log."""

    def __init__(self, label: str, total: int, unit: str, stream: TextIO | None = None) -> None:
        self._label, self._total, self._unit = label, total, unit
        self._stream = stream or sys.stderr
        self._done, self._begin, self._last = 0, time.monotonic(), time.monotonic()
        self._bar = (
            tqdm(total=total, desc=label, unit=unit, file=self._stream) if self._stream.isatty() else None
        )

    def advance(self, count: int = 1) -> None:
        """Add to what is done."""
        self.reach(self._done + count)

    def reach(self, done: int) -> None:
        """Set what is done."""
        count, self._done = done - self._done, done
        now = time.monotonic()
        if self._bar is not None:
            self._bar.update(count)
        elif now - self._last >= _SECONDS_BETWEEN_LINES or self._done >= self._total:
            self._last = now
            self._write(now - self._begin)

    def _write(self, seconds: float) -> None:
        rest = seconds / self._done * (self._total - self._done)
        ahead = f", about {_duration(rest)} to go" if self._done < self._total else ""
        print(
            f"{self._label}: {self._done} of {self._total} {self._unit} in {_duration(seconds)}{ahead}",
            file=self._stream,
            flush=True,
        )

    def close(self) -> None:
        """Take the bar from the terminal's hands."""
        if self._bar is not None:
            self._bar.close()


def _duration(seconds: float) -> str:
    whole = round(seconds)
    if whole < 90:
        return f"{whole} s"
    return f"{whole // 60} min" if whole < 5400 else f"{whole / 3600:.1f} h"
