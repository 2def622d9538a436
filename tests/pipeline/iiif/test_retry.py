from datetime import UTC, datetime

import pytest

from tablekin.errors import FetchError
from tablekin.iiif.retry import PassingError, read_wait, retrying
from tablekin.iiif.thresholds import WebPatience

NOW = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("120", 120),
        (" 0 ", 0),
        ("Thu, 01 Jan 2026 12:02:00 GMT", 120),
        ("Thu, 01 Jan 2026 11:00:00 GMT", 0),
        ("Thu, 01 Jan 2026 13:02:00 +0100", 120),
        ("soon", None),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_the_wait_that_a_server_asks_for(text, seconds):
    assert read_wait(text, NOW) == seconds


def waits(errors, patience):
    slept, left = [], list(errors)

    def ask():
        if left:
            raise left.pop(0)
        return "answer"

    try:
        return retrying(patience, slept.append)(ask), slept
    except FetchError as error:
        return error, slept


def test_pauses_grow_and_end():
    patience = WebPatience(attempts=6, first_wait=2, max_wait=10)
    answer, slept = waits([PassingError("busy")] * 5, patience)
    assert answer == "answer"
    for pause, least in zip(slept, [2, 4, 8, 10, 10], strict=True):
        assert least <= pause <= 1.25 * least
    answer, slept = waits([PassingError("busy")] * 6, patience)
    assert isinstance(answer, PassingError)
    assert len(slept) == 5


def test_the_pause_that_a_server_asks_for_is_kept():
    answer, slept = waits([PassingError("busy", 30.0), PassingError("busy", 0.0)], WebPatience())
    assert answer == "answer"
    assert slept == [30.0, 4.0]


def test_a_server_that_asks_for_an_hour_is_not_waited_for():
    answer, slept = waits([PassingError("busy", 3600.0)], WebPatience())
    assert isinstance(answer, PassingError)
    assert slept == []


def test_what_does_not_pass_is_not_asked_again():
    answer, slept = waits([FetchError("gone")], WebPatience())
    assert str(answer) == "gone"
    assert slept == []
