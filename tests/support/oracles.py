"""Other implementations of LRP, which tests compare with where they are installed.

Neither can be asked for as other packages are: LXT wants a dozen large ones that what is compared does not use, zennit
wants torchvision for the names of its networks alone. ``.ci/run`` installs both without what they want, in a folder of
their own, as ``tests/oracles.txt`` says.
"""

from __future__ import annotations

import os
import sys
from importlib import import_module
from types import ModuleType
from typing import Any

import pytest

_FOLDER = "TABLEKIN_LRP_ORACLES"  # where they are; .ci/run sets it, so that there a missing one is a failure


def find_oracle(module: str) -> ModuleType:
    """Import a module of LXT or zennit; skip where it is not installed, fail where it has to be."""
    package, folder = module.partition(".")[0], os.environ.get(_FOLDER)
    if folder and folder not in sys.path:
        sys.path.append(folder)
    if package == "zennit":
        _stand_in_for_torchvision()
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name is None or error.name.partition(".")[0] != package:
            raise
        reason = f"no {package}; tests/oracles.txt says how to install it and to name the folder in {_FOLDER}"
        if folder:
            pytest.fail(f"{reason} ({_FOLDER} is {folder})")
        pytest.skip(reason)


def _stand_in_for_torchvision() -> None:
    """Give the names that zennit takes from torchvision, where that is not installed."""
    try:
        import_module("torchvision")
    except ModuleNotFoundError:
        names: dict[str, tuple[str, ...]] = {
            "torchvision": (),
            "torchvision.models": (),
            "torchvision.models.resnet": ("Bottleneck", "BasicBlock"),
        }
        for name, classes in names.items():
            stand_in: Any = ModuleType(name)
            for kind in classes:
                setattr(stand_in, kind, type(kind, (), {}))
            sys.modules[name] = stand_in
