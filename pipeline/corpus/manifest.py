"""CorpusManifest: size and digest of each file of a corpus as it was written, so that what changes it since is named.

``manifest.jsonl`` has a line for each file, written before the file takes its place. A run that is killed in between
leaves a line of a file that never was: a file is as it should be if any line of its name fits it. Lines that fit
nothing go when a corpus is next written to. A command that changes tables, corrections by hand among them, writes
them as every other does and so is told from an editor, a copying program or a failing disk.
"""

from __future__ import annotations

import hashlib
import json
import os
import threading
from dataclasses import dataclass
from pathlib import Path

from tablekin.corpus.atomic_file import replacing, sync_folder

MANIFEST = "manifest.jsonl"
_APPENDING = threading.Lock()  # blocks of matches are written by several threads


@dataclass(frozen=True)
class FileDigest:
    """What a file was when it was written."""

    bytes: int
    sha256: str

    @classmethod
    def of(cls, path: Path) -> FileDigest:
        """Take the digest of a file."""
        with path.open("rb") as file:
            return cls(os.fstat(file.fileno()).st_size, hashlib.file_digest(file, "sha256").hexdigest())


@dataclass(frozen=True)
class CorpusManifest:
    """The files of a corpus as they were written.

    Attributes
    ----------
    files
        By their place below the corpus, with forward slashes: what each may be, the newest last.
    damaged
        Numbers of the lines that cannot be read.
    """

    files: dict[str, list[FileDigest]]
    damaged: tuple[int, ...] = ()

    @classmethod
    def read(cls, root: Path, of: Path | None = None) -> CorpusManifest:
        """Read the manifest of the corpus in ``root``, or what it says ``of`` one file; empty if there is none."""
        files: dict[str, list[FileDigest]] = {}
        damaged = []
        path = root / MANIFEST
        lines = path.read_bytes().split(b"\n") if path.is_file() else []
        asked = b"" if of is None else json.dumps(place_of(root, of), ensure_ascii=False).encode()
        for number, line in enumerate(lines, 1):
            if asked not in line:
                continue
            try:
                entry = json.loads(line) if line else None
                if entry is not None:
                    digest = FileDigest(int(entry["bytes"]), str(entry["sha256"]))
                    files.setdefault(str(entry["file"]), []).append(digest)
            except (KeyError, TypeError, ValueError):
                if number < len(lines):  # the last has no end: its writing was cut short
                    damaged.append(number)
        return cls(files, tuple(damaged))

    def has_size_of(self, root: Path, path: Path) -> bool:
        """Tell whether a file has the size that it was written with."""
        known = self.files.get(place_of(root, path), [])
        return path.stat().st_size in {digest.bytes for digest in known}

    def fits(self, root: Path, path: Path) -> bool:
        """Tell whether a file is as it was written, every bit of it."""
        return FileDigest.of(path) in self.files.get(place_of(root, path), [])


def place_of(root: Path, path: Path) -> str:
    """Name a file as the manifest does."""
    return path.relative_to(root).as_posix()


def note_file(root: Path, path: Path, content: Path) -> None:
    """Add what a file is about to be to the manifest, and force that to disk.

    Parameters
    ----------
    root
        Of the corpus.
    path
        Where the file will be.
    content
        Where it is now.
    """
    line = _line(place_of(root, path), FileDigest.of(content))
    manifest = root / MANIFEST
    is_new = not manifest.exists()
    with _APPENDING, manifest.open("ab+") as file:
        if file.tell():
            file.seek(-1, os.SEEK_END)
            if file.read(1) != b"\n":  # a line that was cut short ends here
                line = b"\n" + line
        file.write(line)
        file.flush()
        os.fsync(file.fileno())
    if is_new:
        sync_folder(root)


def _line(place: str, digest: FileDigest) -> bytes:
    entry = {"file": place, "bytes": digest.bytes, "sha256": digest.sha256}
    return json.dumps(entry, ensure_ascii=False).encode() + b"\n"


def compact_manifest(root: Path) -> None:
    """Leave out the lines of files that are gone, or that have another size."""
    manifest = CorpusManifest.read(root)
    kept = {}
    for place, digests in manifest.files.items():
        path = root / place
        size = path.stat().st_size if path.is_file() else None
        kept[place] = list(dict.fromkeys(digest for digest in digests if digest.bytes == size))
    if manifest.files == kept and not manifest.damaged:
        return
    with replacing(root / MANIFEST) as file:
        for place, digests in sorted(kept.items()):
            file.writelines(_line(place, digest) for digest in digests)
