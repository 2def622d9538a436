import os

import pytest

from tablekin.errors import UsageError
from tablekin.execution import default_workers, resolve_device


def test_a_device_that_is_not_there_is_told():
    assert resolve_device("cpu") == "cpu"
    with pytest.raises(UsageError, match="--device cpu"):
        resolve_device("cuda:99")


def test_a_processor_gets_as_many_workers_as_it_may_use_and_an_accelerator_one(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 2, 5}, raising=False)
    assert default_workers("cpu") == 3
    assert default_workers("cuda:1") == 1
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert default_workers("cpu") == 7
