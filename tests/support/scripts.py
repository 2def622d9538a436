"""Scripts of the repository as a user starts them, without a process for each: imports are shared."""

from __future__ import annotations

import contextlib
import io
import runpy
import sys
from functools import cache
from unittest.mock import patch

from tests.support.places import ROOT

NAMES = sorted(path.name for path in (ROOT / "scripts").glob("*.py"))


@cache
def help_of(name: str) -> str:
    """What ``python scripts/NAME --help`` prints; it must end with exit code 0."""
    printed = io.StringIO()
    with patch.object(sys, "argv", [name, "--help"]), contextlib.redirect_stdout(printed):
        try:
            runpy.run_path(str(ROOT / "scripts" / name), run_name="__main__")
        except SystemExit as end:
            assert end.code in (0, None), f"{name} --help ends with {end.code}"
    return printed.getvalue()
