"""What looks at a page or two does not wait for libraries that only make or compare pages."""

import re
import subprocess
import sys

import pytest

MAKING = {
    "torch",
    "numba",
    "cv2",
    "scipy",
    "sklearn",
    "matplotlib",
    "networkx",
    "distributed",
    "PIL",
    "requests",
}
READING = {"numpy", "pandas", "pyarrow", "pydantic"}


def imported_by(*arguments):
    """Run a command in a process of its own; the packages that it imports."""
    command = [sys.executable, "-X", "importtime", "-m", "tablekin", *map(str, arguments)]
    found = subprocess.run(command, capture_output=True, text=True, check=True)
    assert found.stdout
    return {*re.findall(r"^import time:[^|]*\|[^|]*\| *(\w+)", found.stderr, re.MULTILINE)}


@pytest.mark.parametrize(
    "arguments",
    [("similar", "page1"), ("show", "page1", "page3"), ("read", "page1"), ("recompute", "page1")],
    ids=lambda arguments: arguments[0],
)
def test_looking_at_pages_imports_nothing_that_makes_them(editions, arguments):
    imported = imported_by(arguments[0], editions, *arguments[1:])
    assert {*READING} <= imported
    assert not MAKING & imported


def test_help_imports_nothing_that_reads_tables():
    imported = imported_by("--help")
    assert "typer" in imported
    assert not (MAKING | READING | {"multiprocessing"}) & imported
