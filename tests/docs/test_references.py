"""What the documentation names exists: files, links, commands, options, names in Python, keys of the config."""

from __future__ import annotations

import importlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.main import get_command

from tablekin.cli import app
from tablekin.config import RunConfig
from tests.support.places import DOCS, ROOT
from tests.support.scripts import NAMES, help_of

NOW = [
    ROOT / "README.md",
    ROOT / "CONTRIBUTING.md",
    *sorted(DOCS.rglob("*.md")),
    *sorted((ROOT / "data").rglob("README.md")),
    *sorted((ROOT / "models" / "weights").glob("*.md")),
    *sorted((ROOT / "tests" / "fixtures").rglob("README.md")),
]
"""Texts about the program as it is; the changelog also names what it was."""

TEXTS = [*NOW, ROOT / "CHANGELOG.md"]
CODE = [
    path for folder in ("pipeline", "models", "scripts", "data") for path in (ROOT / folder).rglob("*.py")
]

_LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
_PATH = re.compile(r"(?<![\w./-])(?:pipeline|models|scripts|tests|data|docs)/[\w/.*-]*[\w*]")
_COMMAND = re.compile(r"(?:^|[`\s/])tablekin ([a-z]+)\b([^`\n]*)")
_SCRIPT = re.compile(r"scripts/(\w+\.py)((?:[^`\n]|\\\n)*)")
_OPTION = re.compile(r"(?<![\w-])--[a-z][a-z-]*")
_DOTTED = re.compile(r"`((?:tablekin|pipeline|models)(?:\.\w+)+)(?:\(.*?\))?`")
_IMPORT = re.compile(r"^from (tablekin[\w.]*) import (.+)$", re.MULTILINE)
_PLACE = re.compile(r"`((?:pipeline|models|scripts)/[\w/]+\.py)`: ((?:`\w+`(?:, )?)+)")
_KEY = re.compile(r"`(\w+)\.(\w+)(?: = [^`]*)?`")

COMMANDS = get_command(app).commands
FILE_METADATA = {
    "schema",
    "table",
    "fingerprint",
    "coverage",
    "collated",
    "kept",
    "compared",
    "dropping",
    "readings",
    "read_files",
    "also",
    "corrected",
    "witnessed",
}


def ids(paths: list[Path]) -> list[str]:
    return [path.relative_to(ROOT).as_posix() for path in paths]


def headings(path: Path) -> set[str]:
    """Anchors of the headings of a text, as Python-Markdown makes them."""
    found = re.findall(r"^#+ (.+)$", path.read_text("utf-8"), re.MULTILINE)
    plain = (unicodedata.normalize("NFKD", each).encode("ascii", "ignore").decode() for each in found)
    return {re.sub(r"[-\s]+", "-", re.sub(r"[^\w\s-]", "", each).strip().lower()) for each in plain}


def code_of(text: str) -> Iterator[str]:
    """Blocks and pieces of code of a text."""
    yield from re.findall(r"`([^`\n]+)`", text)
    yield from re.findall(r"^(?: {4}|\t)(.+)$", text, re.MULTILINE)


@pytest.mark.parametrize("path", TEXTS, ids=ids(TEXTS))
def test_links_lead_somewhere(path: Path) -> None:
    for target in _LINK.findall(path.read_text("utf-8")):
        if "://" in target:
            continue
        file, _, anchor = target.partition("#")
        found = path.parent / file if file else path
        assert found.exists(), target
        if anchor:
            assert anchor in headings(found), target


@pytest.mark.parametrize("path", NOW, ids=ids(NOW))
def test_files_exist(path: Path) -> None:
    missing = {name for name in _PATH.findall(path.read_text("utf-8")) if not any(ROOT.glob(name))}
    assert not missing


def test_documents_that_the_code_names_exist() -> None:
    named = {
        (path, name) for path in CODE for name in re.findall(r"docs/[\w/-]+\.\w+", path.read_text("utf-8"))
    }
    assert len(named) > 5
    missing = [f"{path.relative_to(ROOT)}: {name}" for path, name in named if not (ROOT / name).exists()]
    assert not missing


def test_names_that_docstrings_refer_to_exist() -> None:
    role = re.compile(r":(?:attr|class|data|func|meth|mod):`~?((?:tablekin|pipeline|models)\.[\w.]+)`")
    named = {(path, name) for path in CODE for name in role.findall(path.read_text("utf-8"))}
    assert len(named) > 10
    assert not [f"{path.relative_to(ROOT)}: {name}" for path, name in named if not resolves(name)]


@pytest.mark.parametrize("path", NOW, ids=ids(NOW))
def test_commands_and_their_options_exist(path: Path) -> None:
    for code in code_of(path.read_text("utf-8")):
        for name, rest in _COMMAND.findall(code):
            assert name in COMMANDS, code
            known = {word for each in COMMANDS[name].params for word in each.opts} | {"--help"}
            assert {*_OPTION.findall(rest.partition(" #")[0])} <= known, code


@pytest.mark.parametrize("path", NOW, ids=ids(NOW))
def test_options_of_scripts_exist(path: Path) -> None:
    for name, rest in _SCRIPT.findall(path.read_text("utf-8")):
        assert name in NAMES, name
        for option in _OPTION.findall(rest.partition(" #")[0]):
            assert re.search(rf"{option}\b(?!-)", help_of(name)), f"{name} {option}"


@pytest.mark.parametrize("path", NOW, ids=ids(NOW))
def test_names_in_python_exist(path: Path) -> None:
    text = path.read_text("utf-8")
    names = [name for name in _DOTTED.findall(text) if name.removeprefix("tablekin.") not in FILE_METADATA]
    for module, imported in _IMPORT.findall(text):
        names += [f"{module}.{name.strip()}" for name in imported.split(",")]
    unknown = [name for name in names if not resolves(name)]
    assert not unknown


def resolves(name: str) -> bool:
    """Whether a dotted name is a module or something in one, and its package is the one users import."""
    parts = name.split(".")
    if parts[0] != "tablekin":
        return False
    for end in range(len(parts), 0, -1):
        try:
            found = importlib.import_module(".".join(parts[:end]))
        except ModuleNotFoundError:
            continue
        for part in parts[end:]:
            if not hasattr(found, part):
                return False
            found = getattr(found, part)
        return True
    return False


@pytest.mark.parametrize("path", NOW, ids=ids(NOW))
def test_keys_of_the_config_exist(path: Path) -> None:
    sections = RunConfig().model_dump()
    for section, key in _KEY.findall(path.read_text("utf-8")):
        if isinstance(sections.get(section), dict) and key not in ("py", "md"):
            assert key in sections[section], f"{section}.{key}"


def test_the_map_names_every_room_and_functions_where_they_are() -> None:
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8")
    rooms = {path.parent for top in ("pipeline", "models") for path in (ROOT / top).glob("*/__init__.py")}
    assert {f"`{room.relative_to(ROOT).as_posix()}`" for room in rooms} <= set(re.findall(r"`[^`]+`", text))
    places = [(file, name) for file, names in _PLACE.findall(text) for name in re.findall(r"\w+", names)]
    assert len(places) > 30
    lost = [
        f"{file}: {name}"
        for file, name in places
        if not re.search(rf"^(?:def|class) {name}\b", (ROOT / file).read_text("utf-8"), re.MULTILINE)
    ]
    assert not lost


def test_the_drawing_of_the_layers_is_that_of_the_contract() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    (layers,) = (contract["layers"] for contract in contracts if contract["type"] == "layers")
    text = (ROOT / "CONTRIBUTING.md").read_text("utf-8").partition("### Who may import whom")[2]
    drawn = re.findall(r"^ {4}(\S.*)$", text.partition("\n## ")[0], re.MULTILINE)
    assert drawn == [layer for layer in layers if not layer.startswith("(")]
