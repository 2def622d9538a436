"""Listing: the files of scans in folders, and what there is besides."""

from __future__ import annotations

import os
import stat
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tablekin.errors import UsageError

SUFFIXES = (
    *(".jpg", ".jpeg", ".png", ".tif", ".tiff", ".pdf"),
    *(".jp2", ".jpx", ".jpf", ".j2k", ".j2c", ".webp"),
)
_OF_SYSTEMS = {
    "@eadir",
    "#recycle",
    "#snapshot",
    "$recycle.bin",
    "system volume information",
    "__macosx",
    "lost+found",
}
_RECORD, _SEALS = "run.json", "documents"  # what a corpus has and no other folder


@dataclass(frozen=True)
class Listing:
    """Files found where the user pointed."""

    root: Path
    sources: tuple[str, ...]  # relative to root, with forward slashes, sorted
    ignored: Mapping[str, int]  # suffix of files that are no scans -> how many
    closed: tuple[str, ...] = ()  # folders that cannot be read, and why
    left_out: tuple[
        str, ...
    ] = ()  # folders whose pictures are no scans: hidden ones, those of systems, corpora
    outward: tuple[str, ...] = ()  # files that are links to what lies outside the folders given
    located: Mapping[str, Path] = field(
        default_factory=dict
    )  # sources that do not lie below root -> where they do
    reasons: Mapping[str, str] = field(default_factory=dict)  # sources that are not there -> why

    def path(self, source: str) -> Path:
        """Where a file lies."""
        return self.located.get(source) or self.root / source


@dataclass
class _Found:
    """What a search has found so far."""

    files: set[Path] = field(default_factory=set)
    ignored: Counter[str] = field(default_factory=Counter)
    closed: list[str] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    seen: set[Path] = field(default_factory=set)  # folders, without links


def list_scans(paths: Sequence[Path]) -> Listing:
    """Find the scans in folders, at any depth, and among files.

    Links to folders are followed, each folder once, and those that lead back are not. Hidden folders, folders that
    systems make for themselves, and corpora are left out.

    Raises
    ------
    UsageError
        A path does not exist, or is a file of another kind.
    """
    found = _Found()
    for path in paths:
        if path.is_dir():
            _search(path, found)
        elif not path.exists():
            raise UsageError(f"{path} does not exist")
        elif path.suffix.lower() in SUFFIXES:
            found.files.add(path)
        else:
            raise UsageError(
                f"{path} is not a JPEG, PNG, TIFF, JPEG 2000, WebP or PDF file; convert it, or leave it out"
            )
    root = _common_folder(paths)
    sources = sorted(file.absolute().relative_to(root).as_posix() for file in found.files)
    inside = [path.resolve() for path in paths if path.is_dir()]
    return Listing(
        root,
        tuple(sources),
        dict(sorted(found.ignored.items())),
        tuple(found.closed),
        tuple(found.left_out),
        tuple(sorted(_outward(found.files, inside))) if inside else (),
    )


def _search(top: Path, found: _Found) -> None:
    """Find the scans below a folder; links to nothing and empty folders named like scans are such, to be reported."""
    misnamed: set[Path] = set()
    above = {top.resolve(), *top.resolve().parents}
    for folder, inside, names in os.walk(
        top,
        onerror=lambda error: found.closed.append(f"{error.filename}: {error.strerror}"),
        followlinks=True,
    ):
        where = Path(folder)
        misnamed.update(where / name for name in inside if Path(name).suffix.lower() in SUFFIXES)
        inside[:] = [name for name in sorted(inside) if _is_entered(where / name, above, found)]
        for path in (where / name for name in names if not name.startswith(".")):
            suffix = path.suffix.lower()
            if suffix in SUFFIXES and (path.is_symlink() or _is_regular(path)):
                found.files.add(path)
            elif _is_regular(path):
                found.ignored[suffix or "no suffix"] += 1
            else:
                found.ignored["links to no file" if path.is_symlink() else "pipes and devices"] += 1
    found.files |= misnamed - {folder for scan in found.files for folder in scan.parents}


def _is_entered(folder: Path, above: set[Path], found: _Found) -> bool:
    """Whether a folder is searched for scans."""
    name = folder.name.lower()
    if name.startswith(".") or name in _OF_SYSTEMS or is_corpus(folder):
        found.left_out.append(str(folder))
        return False
    target = folder.resolve()
    if target in found.seen or (folder.is_symlink() and target in above):
        return False
    found.seen.add(target)
    return True


def is_corpus(folder: Path) -> bool:
    """Whether a folder is a corpus, whose pictures are no scans."""
    return (folder / _RECORD).is_file() and (folder / _SEALS).is_dir()


def _is_regular(path: Path) -> bool:
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _outward(files: Iterable[Path], inside: Sequence[Path]) -> list[str]:
    """Files that lead, as links or below linked folders, to what lies outside some folders."""
    folders: dict[Path, Path] = {}
    leading = []
    for file in files:
        parent = folders.get(file.parent) or folders.setdefault(file.parent, file.parent.resolve())
        target = file.resolve() if file.is_symlink() else parent / file.name
        if not any(target.is_relative_to(folder) for folder in inside):
            leading.append(str(file))
    return leading


def _common_folder(paths: Sequence[Path]) -> Path:
    folders = [path.absolute() if path.is_dir() else path.absolute().parent for path in paths]
    common = folders[0]
    while not all(folder.is_relative_to(common) for folder in folders):
        common = common.parent
    return common
