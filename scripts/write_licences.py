"""Write the licences of everything that tablekin runs on, is tested with or ships.

``python scripts/write_licences.py`` reads ``requirements.lock`` and what the installed packages say of themselves, and
writes ``docs/reference/licences.md``. ``tests/scripts/test_write_licences.py`` fails where that page is out of date.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator
from email.message import Message
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path
from typing import cast

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/reference/licences.md"
_PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)")
_LONGEST = 60  # characters of what is taken for the name of a licence and not for its text
_SHIPPED = """\
## What ships with tablekin

tablekin itself is under the [MIT licence](https://opensource.org/license/mit), its weights (`models/weights`) and its
tables of historical parameters (`data`) with it. The fonts in `data/fonts` are under the SIL Open Font License 1.1,
which lies beside each.
"""


def pins(lock: Path = ROOT / "requirements.lock") -> Iterator[tuple[str, str, str]]:
    """Read the section, the name and the version of each package of the lock file."""
    section = "What the package imports, and what that needs"
    for line in lock.read_text("utf-8").splitlines():
        if line.startswith("# ") and not line.startswith("# Exact"):
            section = line.removeprefix("# ")
        elif found := _PIN.match(line):
            yield section, found[1], found[2]


def licence_of(about: Message) -> str:
    """Find what a package says of its licence: an expression of SPDX, a classifier, or a name."""
    if expression := about.get("License-Expression"):
        return str(expression)
    classifiers = about.get_all("Classifier") or []
    named = [each.split("::")[-1].strip() for each in classifiers if each.startswith("License ::")]
    if named and named != ["OSI Approved"]:
        return ", ".join(named)
    first = (about.get("License") or "").strip().splitlines()
    return first[0] if first and len(first[0]) <= _LONGEST else "see its own files"


def rows() -> Iterator[tuple[str, str, str, str]]:
    """Find the section, name, version and licence of each package.

    Raises
    ------
    SystemExit
        One is not installed.
    """
    for section, name, version in pins():
        try:
            yield section, name, version, licence_of(cast(Message, metadata(name)))
        except PackageNotFoundError as error:
            raise SystemExit(f"{name} is not installed; start scripts/setup first") from error


def page() -> str:
    """Make the page."""
    lines = [
        "# Licences",
        "",
        "Written by `scripts/write_licences.py` from `requirements.lock` and from what the packages say.",
        "",
        _SHIPPED,
        "## What it runs on",
        "",
        "These packages are not part of tablekin; they are installed beside it.",
    ]
    last = ""
    for section, name, version, licence in rows():
        if section != last:
            lines += ["", f"### {section}", "", "| package | version | licence |", "|---|---|---|"]
            last = section
        lines.append(f"| {name} | {version} | {licence} |")
    return "\n".join(lines) + "\n"


def main() -> None:
    """Write the page."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    PAGE.write_text(page(), "utf-8")
    print(PAGE)


if __name__ == "__main__":
    main()
