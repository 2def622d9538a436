"""What the thresholds of a room must be for scripts/sensitivity.py: frozen, documented, and read when they are used."""

from __future__ import annotations

import ast
import dataclasses
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType


def unlisted(module: ModuleType) -> set[str]:
    """Classes of a module of thresholds that none of its ``THRESHOLDS`` is an instance of."""
    own = {
        name
        for name, value in vars(module).items()
        if dataclasses.is_dataclass(value) and isinstance(value, type) and value.__module__ == module.__name__
    }
    return own - {type(one).__name__ for one in module.THRESHOLDS}


def undocumented(module: ModuleType) -> list[str]:
    """Fields of the thresholds of a module of which unit or meaning is not said."""
    return [
        f"{type(one).__name__}.{field.name}"
        for one in module.THRESHOLDS
        for field in dataclasses.fields(one)
        if not (field.metadata.get("unit") and field.metadata.get("meaning"))
    ]


def unused(module: ModuleType, folder: Path) -> list[str]:
    """Fields of the instances of a module that no module below ``folder`` reads from the instance."""
    names = {id(value): name for name, value in vars(module).items()}
    read = set()
    for path in folder.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
                read.add((node.value.id, node.attr))
    return [
        f"{names[id(one)]}.{field.name}"
        for one in module.THRESHOLDS
        for field in dataclasses.fields(one)
        if (names[id(one)], field.name) not in read
    ]


@contextmanager
def varied(instance: object, field: str, value: float) -> Iterator[None]:
    """Give a threshold another value for a while, as the script does."""
    before = getattr(instance, field)
    object.__setattr__(instance, field, value)
    try:
        yield
    finally:
        object.__setattr__(instance, field, before)
