"""The contract between the rooms holds, and a forbidden import breaks it."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.places import ROOT

# an import that somebody might write: module, line, and the contract that it breaks
FORBIDDEN = {
    "models of the pipeline": ("models/bilrp.py", "from tablekin.page import Region", "layers"),
    "the ground of a room": ("schemas.py", "from tablekin.corpus import CorpusStore", "layers"),
    "corpus of a stage": ("corpus/lookup.py", "from tablekin.explain.drivers import drivers", "layers"),
    "a stage of a later one": ("digitize/skew.py", "from tablekin.segment.stage import segment", "layers"),
    "a stage of the orchestration": ("collation/stage.py", "import tablekin.orchestration.stage", "layers"),
    "reports of the orchestration": (
        "report/pair.py",
        "from tablekin.orchestration.stage import run",
        "layers",
    ),
    "through the package itself": ("provenance.py", "import tablekin", "layers"),
    "a circle in a room": ("check/problem.py", "from tablekin.check.pairs import PairSet", "circles"),
    "the sample of what it tests": (
        "sample/truth.py",
        "from tablekin.models.bilrp import pair_map",
        "sample",
    ),
    "processes": ("explain/scores.py", "import multiprocessing", "processes"),
    "a cluster": ("orchestration/stage.py", "from distributed import Client", "processes"),
    "the inside of a room": ("orchestration/drop.py", "from tablekin.corpus.parts import write_part", "door"),
    "the inside of a stage": ("collation/stage.py", "from tablekin.explain.simd import LANES", "door"),
    "a room without a layer": ("attic/__init__.py", "", "attic"),
}


@pytest.fixture
def house(tmp_path):
    """A copy of the package as it is installed, without data."""
    package = tmp_path / "tablekin"
    only_code = shutil.ignore_patterns("__pycache__", "weights")
    shutil.copytree(ROOT / "pipeline", package, ignore=only_code)
    shutil.copytree(ROOT / "models", package / "models", ignore=only_code)
    (package / "data").mkdir()
    shutil.copy(ROOT / "data/__init__.py", package / "data")
    return package


def lint(house: Path) -> tuple[int, str]:
    """Check the contract as scripts/test does; exit code and what was printed, line breaks as spaces."""
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache", ROOT / "pyproject.toml"],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(map(str, (house.parent, ROOT)))},
        cwd=house.parent,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, " ".join((done.stdout + done.stderr).split())


def test_the_contract_holds(house):
    code, said = lint(house)
    assert code == 0, said
    assert "0 broken" in said


@pytest.mark.parametrize("what", FORBIDDEN)
def test_a_forbidden_import_breaks_the_contract(house, what):
    module, line, words = FORBIDDEN[what]
    path = house / module
    path.parent.mkdir(exist_ok=True)
    with path.open("a") as file:
        file.write(f"\n{line}\n")
    code, said = lint(house)
    assert code == 1, said
    broken = said.partition("Broken contracts")[2]
    assert words in broken.replace("lie in layers", "layers")
