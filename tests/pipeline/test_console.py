"""What is said is shown as lines in a log, and with one bar on a terminal."""

import io
import logging
import re
from pathlib import Path

import pytest

from tablekin.console import Console, show_messages
from tablekin.execution import Progress

LOGGER = logging.getLogger("tablekin")


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self):
        return True


@pytest.fixture
def shown(monkeypatch):
    """What a function says, as shown on a stream."""

    def shown(say, stream=None, threshold=logging.INFO):
        stream = stream or io.StringIO()
        monkeypatch.setattr("sys.stderr", stream)
        with show_messages(threshold):
            say()
        return stream.getvalue()

    return shown


def work():
    LOGGER.info("begin")
    with Progress("reading", 3, "files") as progress:
        progress.advance()
        LOGGER.warning("torn.jpg is torn")
        progress.advance(2)
    LOGGER.info("end")


def test_a_log_has_plain_lines(shown):
    assert shown(work).splitlines() == [
        "begin",
        "torn.jpg is torn",
        "reading: 3 of 3 files in 0 s",
        "end",
    ]


def test_a_terminal_has_one_bar_and_the_lines_above_it(shown):
    text = shown(work, Terminal())
    assert "reading:  33%" in text
    assert "3/3" in text
    assert "reading: 3 of 3 files" not in text
    lines = [re.split(r"\r|\x1b\[A", line)[-1] for line in text.splitlines()]
    assert "torn.jpg is torn" in lines
    assert lines[0] == "begin"
    assert lines[-1] == "end"


@pytest.mark.parametrize("stream", [io.StringIO, Terminal])
def test_who_wants_quiet_sees_only_what_went_wrong(shown, stream):
    assert shown(work, stream(), logging.WARNING) == "torn.jpg is torn\n"


def test_a_bar_without_a_count_shows_what_takes_long(monkeypatch):
    stream = Terminal()
    console = Console(stream, logging.INFO)
    monkeypatch.setattr("tablekin.execution.progress._SECONDS_BETWEEN_STEPS", 0.01)
    LOGGER.addHandler(console)
    LOGGER.setLevel(console.level)
    try:
        with Progress("scoring"):
            while "scoring" not in stream.getvalue():
                pass
    finally:
        LOGGER.removeHandler(console)
        LOGGER.setLevel(logging.NOTSET)
    assert stream.getvalue().endswith("\n")


def test_errors_bear_the_name_of_the_program_and_the_inside_that_of_its_module(shown):
    def say():
        LOGGER.error("no such scan")
        logging.getLogger("tablekin.check").debug("looking")

    assert shown(say, threshold=logging.DEBUG) == "tablekin: no such scan\n  tablekin.check: looking\n"
    assert shown(say) == "tablekin: no such scan\n"


def test_a_log_file_without_room_is_told_once_and_ends_nothing(capsys):
    with show_messages(log_file=Path("/dev/full")):
        for number in range(3):
            LOGGER.info("line %d", number)
    lines = capsys.readouterr().err.splitlines()
    assert [line for line in lines if line.startswith("line")] == ["line 0", "line 1", "line 2"]
    (told,) = (line for line in lines if not line.startswith("line"))
    assert "the log file /dev/full ends here" in told
    assert "No space left" in told
