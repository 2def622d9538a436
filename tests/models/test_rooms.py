"""What the rooms of the models let through their doors."""

from __future__ import annotations

import ast
import subprocess
import sys
from importlib import import_module
from pathlib import Path

import pytest

import tablekin.models
from tests.support.places import ROOT

ROOMS = ("tablekin.models", "tablekin.models.networks", "tablekin.models.lrp", "tablekin.models.page_lrp")


@pytest.mark.parametrize("room", ROOMS)
def test_every_name_a_room_promises_is_there_and_no_other(room: str) -> None:
    module = import_module(room)
    assert all(getattr(module, name) is not None for name in module.__all__)
    with pytest.raises(AttributeError, match="no_such_name"):
        module.no_such_name  # noqa: B018


def test_type_checkers_are_told_the_same_names_of_the_networks_as_python() -> None:
    source = Path(str(import_module("tablekin.models.networks").__file__)).read_text("utf-8")
    block = next(node for node in ast.parse(source).body if isinstance(node, ast.If))
    told = {
        alias.asname: statement.module
        for statement in block.body
        if isinstance(statement, ast.ImportFrom)
        for alias in statement.names
    }
    networks = import_module("tablekin.models.networks")
    assert sorted(str(name) for name in told) == networks.__all__
    for name, home in told.items():
        assert getattr(networks, str(name)) is getattr(import_module(str(home)), str(name))


def test_rules_and_propagation_are_reached_through_their_room() -> None:
    from tablekin.models import bilrp, lrp

    assert lrp.Composite([(0, lrp.Zero())]).rules
    assert callable(lrp.Propagation) and callable(bilrp.factor)


def test_features_are_defined_once() -> None:
    schemas = import_module("tablekin.schemas")
    bigram = import_module("tablekin.models.networks.bigram")
    assert schemas.FEATURES is bigram.FEATURES is tablekin.models.networks.FEATURES
    assert (*"0123456789", *(f"{n:02d}" for n in range(100))) == bigram.FEATURES


def test_what_a_page_is_and_that_a_processor_is_there_is_known_without_torch() -> None:
    code = (
        "import sys, tablekin.page, tablekin.schemas, tablekin.models; from tablekin.execution import resolve_device; "
        "resolve_device('cpu'); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_models_import_nothing_of_the_pipeline() -> None:
    for path in (ROOT / "models").rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            names = []
            if isinstance(node, ast.ImportFrom):
                names = [str(node.module)]
            elif isinstance(node, ast.Import):
                names = [alias.name for alias in node.names]
            for name in names:
                ours = name == "tablekin" or name.startswith("tablekin.")
                assert not ours or name.startswith("tablekin.models"), f"{path.name} imports {name}"
