"""The names of the package are there at once, and their modules are imported when they are used."""

import subprocess
import sys

import pytest

import tablekin


def modules_after(code):
    program = f"import sys, tablekin\n{code}\nprint(*sorted(sys.modules))"
    return set(subprocess.check_output([sys.executable, "-c", program], text=True).split())


def test_import_takes_no_library_along():
    heavy = {"numpy", "pandas", "torch", "cv2", "pyarrow", "matplotlib", "pydantic", "typer"}
    assert not heavy & modules_after("dir(tablekin)")
    assert not heavy & modules_after("tablekin.TablekinError")


def test_every_public_name_is_there():
    for name in tablekin.__all__:
        assert getattr(tablekin, name) is not None
        assert name in dir(tablekin)
    with pytest.raises(AttributeError, match="read_page"):
        tablekin.read_pages  # noqa: B018


def test_the_names_for_type_checkers_are_those_of_the_package():
    import ast
    from pathlib import Path

    tree = ast.parse(Path(tablekin.__file__).read_text("utf-8"))
    (typed,) = (node for node in tree.body if isinstance(node, ast.If))
    assert {alias.asname for node in typed.body for alias in node.names} == {*tablekin.__all__}
