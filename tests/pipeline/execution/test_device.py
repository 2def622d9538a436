import os
from types import SimpleNamespace

import pytest
import torch

from tablekin.errors import UsageError
from tablekin.execution import default_workers, resolve_device


def test_a_device_that_is_not_there_is_told():
    assert resolve_device("cpu") == "cpu"
    with pytest.raises(UsageError, match="--device cpu"):
        resolve_device("cuda:99")


def test_a_processor_gets_as_many_workers_as_it_may_use(monkeypatch):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: {0, 2, 5}, raising=False)
    assert default_workers("cpu") == 3
    monkeypatch.delattr(os, "sched_getaffinity")  # as on macOS
    monkeypatch.setattr(os, "cpu_count", lambda: 7)
    assert default_workers("cpu") == 7


@pytest.mark.parametrize(("gigabytes", "workers"), [(2, 1), (33, 4), (800, 6)])
def test_an_accelerator_gets_as_many_workers_as_its_memory_holds_and_there_are_cores(
    monkeypatch, gigabytes, workers
):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(6)), raising=False)
    card = SimpleNamespace(total_memory=gigabytes << 30)
    monkeypatch.setattr(torch.cuda, "get_device_properties", {"cuda:1": card}.__getitem__)
    assert default_workers("cuda:1") == workers
