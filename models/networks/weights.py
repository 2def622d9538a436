"""Weights of the networks that ship: files that scripts make."""

from __future__ import annotations

from pathlib import Path


def require_weights(path: Path, of_what: str, script: str) -> Path:
    """Give a file of weights back if it is there.

    Raises
    ------
    FileNotFoundError
        If it is missing; the message says how to make it.
    """
    if not path.is_file():
        raise FileNotFoundError(f"{path}: no weights of the {of_what}; make them with scripts/{script}.py")
    return path
