"""Retry: when a server that has no answer now is asked again."""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import tenacity

from tablekin.errors import FetchError
from tablekin.iiif.thresholds import WebPatience

PASSING_STATUS = frozenset((408, 425, 429, 500, 502, 503, 504))  # that another request may not have


class PassingError(FetchError):
    """What was asked for cannot be had now; another time it may.

    Parameters
    ----------
    reason
        In words.
    wait
        Seconds that the server asks to wait, if it does.
    """

    def __init__(self, reason: str, wait: float | None = None) -> None:
        super().__init__(reason, passing=True)
        self.wait = wait


def read_wait(text: str | None, now: datetime | None = None) -> float | None:
    """Read the header Retry-After, seconds or a date (RFC 9110, 10.2.3), as seconds from now; None without one."""
    if not text:
        return None
    if text.strip().isascii() and text.strip().isdigit():
        return float(text.strip()[:9])
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):
        return None
    if until.tzinfo is None:
        until = until.replace(tzinfo=UTC)
    return max(0.0, (until - (now or datetime.now(UTC))).total_seconds())


def retrying(patience: WebPatience, sleep: Callable[[float], None]) -> tenacity.Retrying:
    """Make what asks again, with growing pauses or those that the server asks for.

    The pauses are lengthened by up to a quarter at random, so that several readers do not come back together.
    """

    def wait(state: tenacity.RetryCallState) -> float:
        own = min(patience.first_wait * 2.0 ** (state.attempt_number - 1), patience.max_wait)
        asked = _asked(state)
        return float(own * random.uniform(1, 1.25) if asked is None else max(asked, own))

    def is_worth_it(state: tenacity.RetryCallState) -> bool:
        error = state.outcome.exception() if state.outcome else None
        return isinstance(error, PassingError) and (_asked(state) or 0.0) <= patience.max_asked

    return tenacity.Retrying(
        stop=tenacity.stop_after_attempt(patience.attempts),
        wait=wait,
        retry=is_worth_it,
        sleep=sleep,
        reraise=True,
    )


def _asked(state: tenacity.RetryCallState) -> float | None:
    error = state.outcome.exception() if state.outcome else None
    return error.wait if isinstance(error, PassingError) else None
