"""Every script says what it is for."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.support.places import ROOT
from tests.support.scripts import NAMES, help_of


@pytest.mark.parametrize("name", NAMES)
def test_help_names_the_script_and_says_what_it_does(name: str) -> None:
    text = help_of(name)
    assert text.startswith(f"usage: {name}")
    assert f"python scripts/{name}" in text  # the docstring, which has the command


def test_a_script_starts_from_any_folder(tmp_path) -> None:
    script = ROOT / "scripts" / "run_notebook.py"
    done = subprocess.run([sys.executable, script, "--help"], cwd=tmp_path, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("usage: run_notebook.py")
