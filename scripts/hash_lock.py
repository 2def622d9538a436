"""Write into requirements.lock the SHA-256 of every file that the package index offers for each pinned version.

Run it after a pin was added or changed: `python scripts/hash_lock.py`. It needs `uv`, which nothing else here does, and
the package index. Comments and the order of the pins stay. torch goes without: its builds for processors and for CUDA
are different files under one version, and which of them a machine takes depends on where it looks.
"""

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

LOCK = Path(__file__).resolve().parents[1] / "requirements.lock"
WITHOUT_HASHES = ("torch",)
HASH = "--hash=sha256:"


def without_hashes(lock: str) -> str:
    """Return the text of a lock file with its comments and pins, and without the hashes."""
    lines = (line.removesuffix("\\").rstrip() for line in lock.splitlines() if HASH not in line)
    return "\n".join(lines) + "\n"


def pins(lock: str) -> list[str]:
    """List the pins `name==version` of a lock file, in its order."""
    lines = (line.strip() for line in without_hashes(lock).splitlines())
    return [line for line in lines if line and not line.startswith("#")]


def hashes(lock: str) -> dict[str, list[str]]:
    """Find the hashes `--hash=sha256:...` below each pin of a lock file; pins without any are left out."""
    found: dict[str, list[str]] = {}
    pin = ""
    for line in lock.splitlines():
        word = line.strip().removesuffix("\\").rstrip()
        if word.startswith(HASH):
            found.setdefault(pin, []).append(word)
        elif word and not word.startswith("#"):
            pin = word
    return found


def with_hashes(lock: str, known: dict[str, list[str]]) -> str:
    """Return the text of a lock file with the hashes below the pins.

    Raises
    ------
    KeyError
        Where a pin that should have hashes has none.
    """
    lines: list[str] = []
    for line in without_hashes(lock).splitlines():
        pin = line.strip()
        if not pin or pin.startswith("#") or pin.partition("==")[0] in WITHOUT_HASHES:
            lines.append(line)
        else:
            lines.append(" \\\n".join([pin, *(f"    {word}" for word in known[pin])]))
    return "\n".join(lines) + "\n"


def ask_index(wanted: list[str]) -> dict[str, list[str]]:
    """Ask the package index for the hashes of all files of these pins, through `uv pip compile`."""
    with tempfile.TemporaryDirectory() as folder:
        asked, answer = Path(folder, "asked.in"), Path(folder, "answer.txt")
        asked.write_text("\n".join(wanted) + "\n")
        command = [
            "uv",
            "pip",
            "compile",
            "--quiet",
            "--no-deps",
            "--universal",
            "--generate-hashes",
            "--no-header",
            "--no-annotate",
        ]
        subprocess.run([*command, str(asked), "--output-file", str(answer)], check=True)
        return hashes(answer.read_text())


def main() -> int:
    """Bring the hashes of requirements.lock up to date."""
    argparse.ArgumentParser(description=__doc__).parse_args()
    lock = LOCK.read_text()
    wanted = [pin for pin in pins(lock) if pin.partition("==")[0] not in WITHOUT_HASHES]
    known = ask_index(wanted)
    LOCK.write_text(with_hashes(lock, known))
    print(
        f"{sum(len(words) for words in known.values()):,} hashes of {len(wanted)} packages stand in {LOCK.name}"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
