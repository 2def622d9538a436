"""Memory that is freed and asked for again is not cleared by the system each time."""

import subprocess
import sys

import pytest

from tablekin.execution.malloc import keep_freed_memory, release_freed_memory

FAULTS = """
import resource
import numpy as np
from tablekin.execution.malloc import keep_freed_memory
if {keep}:
    assert keep_freed_memory()
for time in range(11):
    if time == 1:
        begin = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    np.ones(2**26, np.uint8)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - begin)
"""

RELEASED = """
from pathlib import Path
import numpy as np
from tablekin.execution.malloc import keep_freed_memory, release_freed_memory
resident = lambda: int(Path("/proc/self/statm").read_text().split()[1])
keep_freed_memory()
large = np.ones(2**26, np.uint8)
small = bytearray(2**16)  # lies above it, so that what is below cannot be cut off
del large
kept = resident()
assert release_freed_memory()
print((kept - resident()) * 4096)
"""


def page_faults(keep: bool) -> int:
    command = [sys.executable, "-c", FAULTS.format(keep=keep)]
    return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only the C library of Linux can be told so")
def test_freed_memory_is_used_again() -> None:
    assert page_faults(keep=True) < 0.1 * page_faults(keep=False)


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only the C library of Linux can be told so")
def test_freed_memory_is_given_back_when_it_is_too_much() -> None:
    command = [sys.executable, "-c", RELEASED]
    given_back = int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    assert given_back > 0.9 * 2**26


def test_other_systems_are_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    assert not keep_freed_memory()
    assert not release_freed_memory()
