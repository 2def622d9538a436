"""The wheel: one package with everything it needs, which works where the checkout is not."""

import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

import tablekin
from tests.support.places import ROOT
from tests.support.printed_pages import print_pages

FOLDERS = {"pipeline": "tablekin", "models": "tablekin/models", "data": "tablekin/data"}
PAGE = ROOT / "pipeline/report/atlas/page"  # source of data/atlas, which is what ships
DOOR = """
import tablekin
page = tablekin.read_page("p053.jpg", device="cpu")
pair = tablekin.compare(page, page)
print(tablekin.__file__, len(page.tables), round(pair.cosine, 3), tablekin.collate(page, page).is_kin)
"""


def files_of(folder):
    """Name the files below a folder of the checkout, without what Python leaves there."""
    found = (path for path in (ROOT / folder).rglob("*") if not path.is_relative_to(PAGE) and path.is_file())
    return [path.relative_to(ROOT / folder) for path in found if "__pycache__" not in path.parts]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory):
    """The wheel, built from a copy: a build leaves files in its folder, and takes those that another left."""
    copy = tmp_path_factory.mktemp("copy")
    for folder in FOLDERS:
        shutil.copytree(
            ROOT / folder, copy / folder, ignore=shutil.ignore_patterns("__pycache__", "node_modules")
        )
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    out = tmp_path_factory.mktemp("wheel")
    pip(["wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", out, copy])
    (found,) = out.iterdir()
    return found


def pip(arguments):
    command = [sys.executable, "-m", "pip", "--disable-pip-version-check", "--no-input", "--quiet"]
    done = subprocess.run([*command, *map(str, arguments)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_package_is_listed():
    listed = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["setuptools"]["packages"]
    found = {
        ".".join([*FOLDERS[folder].split("/"), *path.parent.parts])
        for folder in FOLDERS
        for path in files_of(folder)
        if path.name == "__init__.py"
    }
    assert sorted(found) == listed


def test_the_wheel_holds_the_package_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    metadata = f"tablekin-{tablekin.__version__}.dist-info"
    assert {name.partition("/")[0] for name in names} == {"tablekin", metadata}
    expected = {f"{home}/{path.as_posix()}" for folder, home in FOLDERS.items() for path in files_of(folder)}
    assert {name for name in names if not name.startswith(metadata)} == expected
    assert "tablekin/py.typed" in expected
    assert f"{metadata}/licenses/LICENSE" in names


def test_the_installed_package_works_outside_the_checkout(wheel, tmp_path):
    home, here = tmp_path / "home", tmp_path / "here"
    pip(["install", "--no-deps", "--no-index", "--no-compile", "--target", home, wheel])
    print_pages(here)
    environment = {**os.environ, "PYTHONPATH": str(home)}

    def told(*command):
        options = {"capture_output": True, "text": True, "cwd": here, "env": environment, "check": True}
        return subprocess.run([str(part) for part in command], **options).stdout.strip()

    version = f"tablekin {tablekin.__version__}"
    assert told(home / "bin/tablekin", "--version") == version
    assert told(sys.executable, "-m", "tablekin", "--version") == version
    file, *found = told(sys.executable, "-c", DOOR).split()
    assert Path(file).is_relative_to(home)
    assert found == ["1", "1.0", "True"]
