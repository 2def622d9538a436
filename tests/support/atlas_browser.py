"""A browser without a network that opens atlases from the disk: Debian's Chromium, driven by playwright-core."""

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.places import ROOT

PAGE = ROOT / "pipeline/report/atlas/page"
_REQUIRED = "TABLEKIN_BROWSER"  # .ci/run sets it, so that there a missing browser is a failure


def require(name: str) -> str:
    """Find a program, and the packages that ``npm ci`` installs; skip, or fail where they have to be there."""
    found = shutil.which(name)
    there = (PAGE / "node_modules" / "playwright-core").is_dir() and (PAGE / "node_modules" / "vite").is_dir()
    if found and there:
        return found
    missing = f"no {name}" if not found else f"no packages in {PAGE.relative_to(ROOT)}: run npm ci there"
    reason = f"{missing}; Debian has chromium, nodejs and npm"
    if os.environ.get(_REQUIRED):
        pytest.fail(f"{reason} ({_REQUIRED} is set)")
    pytest.skip(reason)


class Browser:
    """What a test does with the page."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def __getattr__(self, act: str):
        """Give an act of ``browse.mjs`` as a function."""

        def do(**arguments):
            assert self._process.stdin is not None and self._process.stdout is not None
            self._process.stdin.write(json.dumps({"act": act, **arguments}) + "\n")
            self._process.stdin.flush()
            answer = json.loads(self._process.stdout.readline())
            if "error" in answer:
                raise AssertionError(f"{act} {arguments}: {answer['error']}")
            return answer["answer"]

        return do

    def visit(self, out: Path, hash: str = "") -> None:
        """Open an atlas anew."""
        self.open(url=f"{(out / 'index.html' if out.is_dir() else out).as_uri()}{hash}")

    def text(self, selector: str = "main") -> str:
        """Give what is written in the first element that fits."""
        return str(self.run(script=f"document.querySelector({json.dumps(selector)})?.innerText ?? ''"))

    def count(self, selector: str) -> int:
        """Count the elements that fit."""
        return int(self.run(script=f"document.querySelectorAll({json.dumps(selector)}).length"))


@contextmanager
def browser() -> Iterator[Browser]:
    """Start a browser."""
    node, chromium = require("node"), require("chromium")
    script = ROOT / "tests/support/browse.mjs"
    command = [node, str(script), str(PAGE / "node_modules"), chromium]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        opened = Browser(process)
        opened.fresh()
        yield opened
        assert process.stdin is not None
        process.stdin.close()
        process.wait(20)
