import os
import signal
import threading

import pytest

from tablekin.interruption import Terminated, end_in_order_when_terminated, uninterrupted


@pytest.fixture(autouse=True)
def handlers():
    """Handlers as those of a command; as they were afterwards."""
    before = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)}
    signal.signal(signal.SIGINT, signal.default_int_handler)
    end_in_order_when_terminated()
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize(
    ("number", "raised"), [(signal.SIGINT, KeyboardInterrupt), (signal.SIGTERM, Terminated)]
)
def test_a_signal_waits_until_all_is_done_and_is_then_heard(number, raised):
    done = []
    with pytest.raises(raised):
        with uninterrupted():
            with uninterrupted():
                os.kill(os.getpid(), number)
                done.append("inner")
            done.append("outer")
        done.append("never")
    assert done == ["inner", "outer"]
    with pytest.raises(raised):  # a second one finds its way at once
        os.kill(os.getpid(), number)
        done.append("never")
    assert done == ["inner", "outer"]


def test_it_waits_also_where_what_is_done_fails():
    with pytest.raises(KeyboardInterrupt) as error, uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
        raise ZeroDivisionError
    assert isinstance(error.value.__context__, ZeroDivisionError)


def test_a_signal_that_is_ignored_stays_so_and_other_threads_do_not_ask():
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with uninterrupted():
        os.kill(os.getpid(), signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    done = []

    def work():
        with uninterrupted():
            done.append(True)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert done == [True]
