"""OCR engines for tests: Debian's Tesseract where it is installed, and a script that says what a test tells it to."""

import os
import shutil
import sys
from pathlib import Path

import pytest

_REQUIRED = "TABLEKIN_TESSERACT"  # .ci/run sets it, so that there a missing engine is a failure
HEAD = "level page_num block_num par_num line_num word_num left top width height conf text".replace(" ", "\t")

_SCRIPT = """#!{python}
import pathlib, sys, time
here = pathlib.Path(__file__).parent
if "--version" in sys.argv:
    print({version!r})
elif "--list-langs" in sys.argv:
    print("List of available languages:", *{languages!r}, sep="\\n")
else:
    (here / "asked").open("ab").write(repr(sys.argv[1:]).encode() + b"\\n")
    (here / "shown").write_bytes(sys.stdin.buffer.read())
    time.sleep({seconds})
    sys.stdout.buffer.write((here / "answer").read_bytes())
    sys.exit({code})
"""


def find_tesseract():
    """Skip where there is no Tesseract; fail where it has to be there."""
    if found := shutil.which("tesseract"):
        return found
    reason = "no Tesseract; Debian has one: apt-get install tesseract-ocr tesseract-ocr-lat"
    if os.environ.get(_REQUIRED):
        pytest.fail(f"{reason} ({_REQUIRED} is set)")
    pytest.skip(reason)


def printout(*words):
    """Print words as Tesseract does: each a text, its box, and a confidence in per cent."""
    lines = [HEAD, "1\t1\t0\t0\t0\t0\t0\t0\t100\t100\t-1\t"]
    for number, (text, (x0, y0, x1, y1), confidence) in enumerate(words, 1):
        place = ["5", "1", "1", "1", "1", number, x0, y0, x1 - x0, y1 - y0, confidence, text]
        lines.append("\t".join(map(str, place)))
    return "\n".join(lines) + "\n"


def fake_engine(
    folder,
    monkeypatch,
    answer="",
    version="tesseract 9.9",
    languages=("lat", "osd"),
    code=0,
    seconds=0.0,
):
    """Put a script in the place of Tesseract, first on the PATH; gives its folder, where it notes what it is shown."""
    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    script = folder / "tesseract"
    settings = {"version": version, "languages": languages, "code": code, "seconds": seconds}
    script.write_text(_SCRIPT.format(python=sys.executable, **settings))
    script.chmod(0o755)
    (folder / "answer").write_text(answer, "utf-8")
    monkeypatch.setenv("PATH", str(folder) + os.pathsep + os.environ["PATH"])
    return folder
