"""Provenance: what a run was made with, for ``run.json``."""

from __future__ import annotations

import getpass
import hashlib
import json
import platform
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any

from tablekin.schemas import SCHEMA_VERSION
from tablekin.version import __version__

_OF_PAIRS = "similarity.safetensors"
_PACKAGES = (
    "torch",
    "numpy",
    "scipy",
    "pandas",
    "pyarrow",
    "pillow",
    "numba",
    "opencv-python-headless",
    "scikit-image",
)


def weights_digests() -> dict[str, str]:
    """SHA-256 of every file of weights that ships, by name.

    And of the gammas by which relevance is passed back through them, as ``gamma``: other ones are another explanation.
    """
    from tablekin import models
    from tablekin.models.networks.architecture import GAMMA

    folder = Path(str(models.__file__)).parent / "weights"
    digests = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.glob("*.safetensors"))
    }
    return digests | {"gamma": hashlib.sha256(json.dumps(dict(GAMMA)).encode()).hexdigest()}


def document_digests(weights: Mapping[str, str]) -> list[str]:
    """Leave out of the digests of weights those that only the comparison of documents reads."""
    return [digest for name, digest in weights.items() if name != _OF_PAIRS]


def pair_digest(weights: Mapping[str, str]) -> str:
    """Pick the digest of the weights that the comparison of documents reads; empty where a record knows none."""
    return weights.get(_OF_PAIRS, "")


def versions() -> dict[str, str]:
    """Versions of tablekin, its tables, Python and the packages that results depend on."""
    found = {"tablekin": __version__, "schema": SCHEMA_VERSION, "python": platform.python_version()}
    for package in _PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "not found"
    return found


def peak_memory() -> dict[str, Any]:
    """Measure the peak memory in MB of this process and its largest worker."""
    if sys.platform == "win32":
        return {}
    import resource

    unit = 2**20 if sys.platform == "darwin" else 2**10  # macOS counts bytes, Linux kB
    return {
        "main": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit),
        "largest_worker": round(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / unit),
    }


def user_name() -> str:
    """Name of who sits at this computer, as the system knows it; ``unknown`` where it does not."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):  # the last on systems without accounts
        return "unknown"
