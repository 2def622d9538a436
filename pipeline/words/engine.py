"""OcrEngine: the program that reads words, found on the PATH, with its version and its languages."""

from __future__ import annotations

import os
import shutil
import subprocess
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from tablekin.config import ReadConfig
from tablekin.errors import UsageError
from tablekin.threshold import threshold


@dataclass(frozen=True)
class EngineLimits:
    """What the engine may take, and what it is told about a page."""

    answer: float = threshold(20.0, "seconds", "to tell its version and languages")
    page: float = threshold(
        60.0,
        "seconds",
        "to read a page, after which its words are given up",
        chosen="the real scans: 7 at most",
    )
    resolution: int = threshold(
        250, "dots per inch", "that a working page is said to have: its digits are 20 pixels high, some 2 mm"
    )


LIMITS = EngineLimits()
_SPARSE = "11"  # of its ways to look at a page: text wherever it stands, in no order
_ONE_THREAD = {"OMP_THREAD_LIMIT": "1"}  # as all work on a page; and its answers do not depend on the machine
_NAME = "tesseract"


@dataclass(frozen=True)
class OcrEngine:
    """An engine that is there and has the languages it is asked for."""

    path: str
    version: str  # its name and version, as it says them
    languages: str  # joined by a plus

    def read(self, grey: NDArray[np.uint8]) -> str | None:
        """Read the words of an image.

        Parameters
        ----------
        grey
            ``(h, w)``, 0 black.

        Returns
        -------
        str or None
            What it prints, a table parted by tabs; None where it failed or took too long.
        """
        height, width = grey.shape
        image = b"P5 %d %d 255\n" % (width, height) + np.ascontiguousarray(grey).tobytes()
        options = ["-l", self.languages, "--psm", _SPARSE, "--dpi", str(LIMITS.resolution), "tsv"]
        try:
            done = _call([self.path, "stdin", "stdout", *options], LIMITS.page, image)
        except (OSError, subprocess.TimeoutExpired):
            return None
        return done.stdout.decode("utf-8", "replace") if done.returncode == 0 else None


def find_engine(config: ReadConfig) -> OcrEngine | None:
    """Find the engine that a config asks for; None where it asks for none.

    Raises
    ------
    UsageError
        It is not on the PATH, does not answer, or lacks a language. The message names the packages to install.
    """
    if config.words == "none":
        return None
    wanted = config.languages.split("+")
    path = shutil.which(_NAME)
    if path is None:
        raise UsageError(
            f"the OCR engine {_NAME} is not on the PATH; install it (on Debian and Ubuntu: apt-get install "
            f"{' '.join([f'{_NAME}-ocr', *map(_package, wanted)])}), or run with --words none"
        )
    version, known = _ask(path)
    if lacking := [language for language in wanted if language not in known]:
        raise UsageError(
            f"{path} has no data for {' and '.join(lacking)}; install it (on Debian and Ubuntu: apt-get install "
            f"{' '.join(map(_package, lacking))}), or name other languages in the config: read.languages"
        )
    return OcrEngine(path, version, config.languages)


def _package(language: str) -> str:
    return f"{_NAME}-ocr-{language.replace('_', '-').lower()}"


@lru_cache(maxsize=8)
def _ask(path: str) -> tuple[str, frozenset[str]]:
    """Ask an engine for its version and its languages."""
    try:
        version, languages = (
            _call([path, option], LIMITS.answer, b"").stdout.decode("utf-8", "replace").splitlines()
            for option in ("--version", "--list-langs")
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise UsageError(f"{path} does not answer ({error}); repair it, or run with --words none") from error
    if not version or not version[0].startswith(_NAME):
        raise UsageError(f"{path} does not tell its version; it is no {_NAME}, or it is damaged")
    return version[0].strip(), frozenset(line.strip() for line in languages[1:])


def _call(command: list[str], seconds: float, given: bytes) -> subprocess.CompletedProcess[bytes]:
    """Run the engine in a session of its own, so that Ctrl-C does not make it fail on a page."""
    return subprocess.run(
        command,
        input=given,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        timeout=seconds,
        env=os.environ | _ONE_THREAD,
        start_new_session=True,
        check=False,
    )
