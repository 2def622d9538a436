"""Door: the names that a room offers to others, imported when they are first asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any


def open_door(
    room: str, names: Mapping[str, Sequence[str]]
) -> tuple[Callable[[str], Any], Callable[[], list[str]], list[str]]:
    """Make what a package needs to import its names lazily.

    Parameters
    ----------
    room
        Name of the package.
    names
        What it offers, by the module of the package that has it. A name must not be that of a module of the room:
        once it is imported, the module would be found in its place.

    Returns
    -------
    tuple
        The package's ``__getattr__``, ``__dir__`` and ``__all__``.

    Examples
    --------
    In the ``__init__`` of a room, beside imports of the same names for whoever reads types::

        __getattr__, __dir__, __all__ = open_door(__name__, {"stage": ["compare"]})
    """
    home = {name: f"{room}.{module}" for module, offered in names.items() for name in offered}

    def find(name: str) -> Any:
        if name not in home:
            raise AttributeError(f"{room} has no {name}; it has: {', '.join(sorted(home))}")
        return getattr(import_module(home[name]), name)

    return find, lambda: sorted(home), sorted(home)
