import logging
import time

import pytest

from tablekin.execution import Progress
from tablekin.execution import progress as module


@pytest.fixture
def clock(monkeypatch):
    """A clock that stands until it is told to go on."""
    now = [0.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: now[0])
    return now


def lines(caplog):
    return [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]


def test_a_log_gets_a_line_every_ten_seconds_with_counts_and_the_time_that_remains(clock, caplog):
    caplog.set_level(logging.INFO, "tablekin")
    with Progress("analysing", 4, "documents") as progress:
        for seconds, done in ((9.0, 1), (20.0, 1), (21.0, 2), (29.0, 3), (40.0, 4)):
            clock[0] = seconds
            progress.reach(done)
    assert lines(caplog) == [
        "analysing: 1 of 4 documents in 20 s, about 60 s to go",
        "analysing: 4 of 4 documents in 40 s",
    ]


def test_a_stage_that_does_nothing_for_long_is_not_silent(monkeypatch, caplog):
    caplog.set_level(logging.INFO, "tablekin")
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_LINES", 0.2)
    monkeypatch.setattr(module, "_SECONDS_BETWEEN_STEPS", 0.01)
    with Progress("scoring"):
        time.sleep(0.7)
    found = lines(caplog)
    assert (
        2
        <= len([line for line in found if line == "scoring: 0 s so far" or line == "scoring: 1 s so far"])
        <= 3
    )
    assert found[-1] == "scoring: done in 1 s"


def test_a_short_stage_that_cannot_be_counted_says_nothing(caplog):
    caplog.set_level(logging.INFO, "tablekin")
    with Progress("scoring"):
        pass
    assert not lines(caplog)


def test_every_step_is_there_for_a_bar_and_the_last_one_says_so(caplog):
    caplog.set_level(module.STEP, "tablekin")
    with pytest.raises(ZeroDivisionError), Progress("reading", 3, "files") as progress:
        progress.advance()
        progress.advance(2)
        raise ZeroDivisionError
    steps = [record.step for record in caplog.records]
    assert [(step.done, step.ended) for step in steps] == [(1, False), (3, False), (3, True)]
    assert not progress._clock.is_alive()
