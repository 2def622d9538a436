import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path

import pytest

from tablekin.errors import ScanError
from tablekin.execution import Failure, Workers, more_time, run_in_order


def work(number):
    if number == 3:
        raise ScanError("three is torn")
    if number == 5:
        os._exit(1)
    if number == 6:
        raise ZeroDivisionError("by six")
    time.sleep(0.05 * (number % 2))  # so that neighbours overtake one another
    return number * number


def misbehave(how):
    if how == "sleep":
        time.sleep(100)
    if how == "hoard":
        return len(bytearray(1 << 30))
    if how == "crash":
        os.kill(os.getpid(), signal.SIGSEGV)
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "ended":
        os.kill(os.getpid(), signal.SIGTERM)
    if how == "ask":
        more_time(20)
        time.sleep(1.2)
    return how


def threads(_):
    import cv2

    return os.environ["OMP_NUM_THREADS"], os.environ["NUMBA_NUM_THREADS"], cv2.getNumThreads()


@pytest.mark.parametrize("workers", [1, 3])
def test_results_come_in_order_and_each_failure_stays_with_its_task(workers):
    found = list(run_in_order(work, list(range(1, 9)), workers))
    reasons = {index: result.reason for index, result in enumerate(found, 1) if isinstance(result, Failure)}
    assert [result for result in found if not isinstance(result, Failure)] == [1, 4, 16, 49, 64]
    assert reasons[3] == "three is torn"
    assert "memory" in reasons[5]
    assert "please report it" in reasons[6]
    assert "ZeroDivisionError" not in reasons[6]
    assert set(reasons) == {3, 5, 6}


@pytest.mark.skipif(sys.platform != "linux", reason="bounds the address space")
def test_a_task_that_takes_too_much_fails_alone_and_at_once():
    tasks = ["sleep", "good", "hoard", "ask", "crash", "good", "killed", "good", "ended"]
    begin = time.monotonic()
    found = list(run_in_order(misbehave, tasks, Workers(2, seconds=1, memory=1 << 29)))
    assert time.monotonic() - begin < 60
    assert [one for one in found if not isinstance(one, Failure)] == ["good", "ask", "good", "good"]
    slow, large, crashed, killed, ended = (one for one in found if isinstance(one, Failure))
    assert "too long" in slow.reason
    assert "memory" in large.reason
    assert "crash" in crashed.reason
    assert [one.may_succeed for one in (slow, large, crashed, killed)] == [False, False, False, True]
    assert ended.may_succeed  # by whom a job ends, or the system


@pytest.mark.parametrize("moment", ["before", "after"])
def test_a_worker_that_dies_while_another_starts_leaves_none_behind(monkeypatch, moment):
    start = BaseProcess.start
    started = []

    def kill_first():
        started[0].kill()
        time.sleep(0.5)  # so that the pool notices, and ends the processes it knows of

    def start_slowly(process):
        started.append(process)
        if len(started) == 2 and moment == "before":
            kill_first()
        start(process)
        if len(started) == 2 and moment == "after":
            kill_first()

    monkeypatch.setattr(BaseProcess, "start", start_slowly)
    found = []
    running = threading.Thread(target=lambda: found.extend(run_in_order(work, [1, 2, 4], 2)), daemon=True)
    running.start()
    running.join(60)
    survivors = active_children()
    for process in survivors:
        process.kill()  # or a failure of this test would end in waiting
    assert survivors == []
    assert found == [1, 4, 16]


def test_workers_have_one_thread_and_the_parent_keeps_its_own(monkeypatch):
    monkeypatch.delenv("OMP_NUM_THREADS", raising=False)
    assert list(run_in_order(threads, [0], 1)) == [("1", "1", 1)]
    assert "OMP_NUM_THREADS" not in os.environ


def test_nothing_to_do_starts_no_process():
    assert list(run_in_order(work, [], 2)) == []


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize(("end", "code"), [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_the_end_of_the_parent_ends_the_workers_too(tmp_path, end, code):
    script = tmp_path / "long.py"
    script.write_text(
        textwrap.dedent(
            """
            import os, signal, sys, time
            from tablekin.execution import run_in_order

            def sleep(number):
                os.write(1, f"{os.getpid()}\\n".encode())  # in one piece, also where Python does not buffer
                time.sleep(100)

            if __name__ == "__main__":
                signal.signal(signal.SIGINT, signal.default_int_handler)  # a background job starts without
                try:
                    list(run_in_order(sleep, [1, 2, 3], 2))
                except KeyboardInterrupt:
                    sys.exit(130)
            """
        )
    )
    environment = os.environ | {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
    with subprocess.Popen(
        [sys.executable, script], stdout=subprocess.PIPE, env=environment, start_new_session=True
    ) as process:
        assert process.stdout is not None
        children = [int(process.stdout.readline()) for _ in range(2)]
        if end == signal.SIGINT:
            os.killpg(process.pid, end)  # as a terminal does
        else:
            process.send_signal(end)
        assert process.wait(20) == code
    deadline = time.monotonic() + 20
    while any(_lives(child) for child in children):
        assert time.monotonic() < deadline
        time.sleep(0.1)


def _lives(process):
    """Whether a process runs; one that nobody has waited for does not."""
    try:
        return Path(f"/proc/{process}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


@pytest.mark.parametrize("function", ["math.factorial", "own"])
def test_a_script_without_a_guard_is_not_begun_anew_in_its_workers(tmp_path, function):
    guard = "if True:" if function == "math.factorial" else 'if __name__ == "__main__":'
    script = tmp_path / "script.py"
    script.write_text(
        textwrap.dedent(
            f"""
            import math
            from tablekin.execution import run_in_order

            print("begun")
            def own(number):
                return math.factorial(number)

            {guard}
                print(*run_in_order({function}, [3, 4], 1))
            """
        )
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, check=True)
    begun = (
        1 if function == "math.factorial" else 2
    )  # what is defined in the script must be there in the worker
    assert done.stdout.split() == ["begun"] * begun + ["6", "24"]
