"""What a command takes is watched to its end, or to a limit."""

import sys
import threading

from lib.process_tree import watch

WAIT = "import signal, time; signal.signal(signal.SIGINT, signal.default_int_handler); time.sleep({})"


def test_a_command_is_interrupted_at_its_limit_and_nothing_of_the_watch_is_left(tmp_path):
    threads = threading.active_count()
    seen = watch([sys.executable, "-c", WAIT.format(60)], tmp_path / "log", limit=1.0)
    assert seen.code != 0
    assert "KeyboardInterrupt" in (tmp_path / "log").read_text()
    assert 1.0 <= seen.whole()["seconds"] < 30
    assert threading.active_count() == threads


def test_a_command_that_ends_by_itself_is_left_alone(tmp_path):
    seen = watch([sys.executable, "-c", WAIT.format(0)], tmp_path / "log", limit=60.0)
    assert seen.code == 0
    assert seen.whole()["core_seconds"] > 0
