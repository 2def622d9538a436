import os
import sys
from types import SimpleNamespace

import pytest
import torch

from tablekin.errors import UsageError
from tablekin.execution import default_workers, device, page_workers, resolve_device, room_for_workers
from tablekin.execution.device import available_memory


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


@pytest.mark.parametrize(("free", "workers"), [(None, 8), (1 << 30, 1), (6 << 30, 3), (64 << 30, 8)])
def test_no_more_workers_analyse_pages_than_there_is_memory_for(monkeypatch, free, workers):
    monkeypatch.setattr(os, "sched_getaffinity", lambda process: set(range(8)), raising=False)
    monkeypatch.setattr(device, "available_memory", lambda: free)
    assert page_workers("cpu") == workers
    assert default_workers("cpu") == 8
    assert room_for_workers() == (
        "8 cores"
        if free is None
        else f"8 cores; {free >> 30}.0 GiB of memory are free, enough for {42 if free >> 30 == 64 else workers}"
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells")
def test_memory_that_a_group_may_not_take_is_not_free(monkeypatch, tmp_path):
    free = available_memory()
    assert 0 < free <= os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for name, content in (
        ("max", "300000000"),
        ("current", "250000000"),
        ("stat", "anon 5\ninactive_file 1000"),
    ):
        (tmp_path / f"memory.{name}").write_text(content)
    monkeypatch.setattr(device, "_GROUP", tmp_path)
    assert available_memory() == 50001000
    (tmp_path / "memory.max").write_text("max")
    assert available_memory() > 50001000
