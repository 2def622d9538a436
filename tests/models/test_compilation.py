"""The cache of compiled functions survives what happens to the sources, and to its files."""

import os
import subprocess
import sys

import pytest

from tablekin.models import compilation

KERNELS = """
from typing import NamedTuple

import numpy as np
from {home} import double

from tablekin.models.compilation import compiled


class {name}(NamedTuple):
    values: np.ndarray


@compiled
def total(numbers):
    result = 0.0
    for value in numbers.values:
        result += double(value)
    return result


def call():
    return total({name}(np.arange(4.0))), sum(total.stats.cache_hits.values())
"""
DOUBLE = """
from tablekin.models.compilation import compiled


@compiled
def double(value):
    return {factor} * value
"""
CALL = "import logging; logging.basicConfig(level=logging.INFO); import room.kernels; print(*room.kernels.call())"


@pytest.fixture
def room(tmp_path):
    """A room with two modules of compiled functions, and how to call them in a fresh process."""
    folder = tmp_path / "room"
    folder.mkdir()
    (folder / "__init__.py").write_text("")

    def write(name="Numbers", factor=2):
        (folder / "kernels.py").write_text(KERNELS.format(name=name, home="room.double"))
        (folder / "double.py").write_text(DOUBLE.format(factor=factor))

    def call():
        environment = os.environ | {
            "PYTHONPATH": os.pathsep.join([str(tmp_path), *filter(None, sys.path)]),
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        environment.pop("NUMBA_CACHE_DIR", None)
        done = subprocess.run(
            [sys.executable, "-c", CALL],
            env=environment,
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        said.append(done.stderr)
        result, hits = done.stdout.split()
        return float(result), int(hits)

    said = []
    call.said = said
    write()
    return folder, write, call


def test_what_was_compiled_is_kept_for_the_next_start(room):
    _, _, call = room
    assert call() == (12, 0)
    assert call() == (12, 1)


def test_that_something_is_compiled_is_said_once_when_it_is(room):
    _, _, call = room
    call()
    call()
    assert [said.count("compiling for this machine") for said in call.said] == [1, 0]


def test_a_class_that_was_renamed_does_not_end_the_program(room):
    _, write, call = room
    call()
    write(name="Values")
    assert call() == (12, 0)
    assert call() == (12, 1)


def test_a_function_that_is_compiled_into_another_is_not_used_when_it_has_changed(room):
    _, write, call = room
    call()
    write(factor=3)
    assert call() == (18, 0)


@pytest.mark.parametrize(
    ("suffix", "content"),
    [("nbi", b""), ("nbi", b"csome_module\nSomeClass\n."), ("nbc", b"\x80\x05nonsense")],
)
def test_a_damaged_file_is_made_anew(room, suffix, content):
    folder, _, call = room
    call()
    (damaged,) = (folder / "__pycache__").glob(f"kernels.total-*.{suffix}")
    damaged.write_bytes(content)
    assert call() == (12, 0)
    assert call() == (12, 1)


def test_where_nothing_can_be_written_functions_are_compiled_all_the_same(monkeypatch):
    def no_place(function):
        raise RuntimeError("no locator available")

    monkeypatch.setattr(compilation, "_Cache", no_place)

    @compilation.compiled_with(fastmath={"contract"})
    def double(value):
        return 2 * value

    assert double(21) == 42
