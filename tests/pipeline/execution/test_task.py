import pytest

from tablekin.errors import ScanError
from tablekin.execution import Failure, attempt


def divide(number, by):
    return number / by


def raising(error):
    raise error


def test_a_result_is_passed_on_with_what_is_shared():
    assert attempt(divide, 6, 3) == 2


def test_what_is_wrong_with_a_scan_is_told_in_its_own_words():
    assert attempt(raising, ScanError("page.png is torn")) == Failure("page.png is torn")


def test_want_of_memory_is_told_with_its_remedy():
    failure = attempt(raising, MemoryError())
    assert "fewer --workers" in failure.reason
    assert failure.detail == ""


def test_a_bug_is_told_with_the_place_in_the_code():
    failure = attempt(divide, 1, 0)
    assert "please report it" in failure.reason
    assert "ZeroDivisionError: division by zero" in failure.detail
    assert "in divide" in failure.detail


def test_what_ends_a_run_is_not_a_failure_of_a_task():
    with pytest.raises(KeyboardInterrupt):
        attempt(raising, KeyboardInterrupt())
