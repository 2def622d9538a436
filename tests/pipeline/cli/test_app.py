"""The command as a process: how it ends where it has not begun."""

import signal
from importlib import import_module

import pytest

from tablekin.errors import ExitCode
from tablekin.interruption import Terminated

module = import_module("tablekin.cli.app")  # its package has the app itself under that name


@pytest.mark.parametrize(
    ("ending", "code"), [(Terminated, ExitCode.TERMINATED), (KeyboardInterrupt, ExitCode.INTERRUPTED)]
)
def test_a_command_that_is_ended_before_it_has_read_its_options_shows_no_traceback(monkeypatch, ending, code):
    def end():
        raise ending

    before = signal.getsignal(signal.SIGTERM)
    monkeypatch.setattr(module, "app", end)
    try:
        with pytest.raises(SystemExit) as found:
            module.main()
    finally:
        signal.signal(signal.SIGTERM, before)
    assert found.value.code == code
