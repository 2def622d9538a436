"""Interruption: Ctrl-C, and what else asks a process to end, waits while something is done that must be done whole."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

_ENDING = tuple(getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name))


class Terminated(KeyboardInterrupt):
    """The process was asked to end, as the scheduler of a cluster or a system that shuts down does it."""


def end_in_order_when_terminated() -> None:
    """Let SIGTERM end this process as Ctrl-C does: what is begun is cleared up."""
    signal.signal(signal.SIGTERM, _end)


def _end(number: int, frame: FrameType | None) -> None:
    raise Terminated


@contextmanager
def uninterrupted() -> Iterator[None]:
    """Let signals that ask this process to end wait until this is through; then they do what they would have done.

    It may stand within itself. In other threads than the main one, which alone hears signals, it does nothing.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    waiting: list[int] = []
    handlers = {number: signal.getsignal(number) for number in _ENDING}
    heard = [number for number, handler in handlers.items() if handler not in (None, signal.SIG_IGN)]
    try:
        for number in heard:
            signal.signal(number, lambda number, frame: waiting.append(number))
        yield
    finally:
        for number in heard:
            signal.signal(number, handlers[number])
        for number in dict.fromkeys(waiting):
            signal.raise_signal(number)
