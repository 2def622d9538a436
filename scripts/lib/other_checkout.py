"""Other checkout: the code of another checkout of the project, to be measured in turns with this one."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from functools import cache
from pathlib import Path


def environment_of(checkout: Path | None) -> dict[str, str]:
    """Give the environment of a process that imports the code of a checkout as ``tablekin``; of this one by default.

    It runs in the virtual environment of this checkout, and needs none of its own.

    Raises
    ------
    SystemExit
        It is no checkout.
    """
    if checkout is None:
        return dict(os.environ)
    paths = [str(_linked(checkout.resolve())), os.environ.get("PYTHONPATH", "")]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, paths))}


@cache
def _linked(checkout: Path) -> Path:
    """Make a folder with the packages of a checkout under their import names, until this process ends."""
    if not (checkout / "pipeline").is_dir():
        raise SystemExit(f"{checkout} is no checkout of tablekin: it has no folder pipeline")
    folder = Path(tempfile.mkdtemp(prefix="tablekin-checkout-"))
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    package = folder / "tablekin"
    package.mkdir()
    for path in [*(checkout / "pipeline").iterdir(), checkout / "models", checkout / "data"]:
        (package / path.name).symlink_to(path)
    return folder
