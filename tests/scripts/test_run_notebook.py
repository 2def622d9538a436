"""Running a notebook: what its cells give, and what becomes of a cell that fails."""

from __future__ import annotations

import base64
import json
from pathlib import Path

import pytest
import run_notebook
from lib.notebook import NotebookError
from lib.notebook import run_notebook as run_cells


def write(path: Path, *cells: str) -> Path:
    code = [{"cell_type": "code", "source": cell, "outputs": [], "execution_count": None} for cell in cells]
    text = {"cell_type": "markdown", "source": "text"}
    path.write_text(json.dumps({"cells": [text, *code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path


def test_a_cell_gives_what_it_prints_and_its_last_value(tmp_path: Path) -> None:
    path = write(
        tmp_path / "a.ipynb",
        "x = 20",
        "print('so')\nx + 1",
        "import pandas\npandas.DataFrame({'b': [x]})",
        "",
    )
    nothing, second, table, empty = run_cells(path)
    assert nothing == empty == []
    assert [output["output_type"] for output in second] == ["stream", "execute_result"]
    assert second[0]["text"] == ["so\n"]
    assert second[1]["data"] == {"text/plain": ["21"]}
    assert "<table" in "".join(table[0]["data"]["text/html"])


def test_a_drawing_becomes_an_image(tmp_path: Path) -> None:
    draw = "from matplotlib.figure import Figure\nFigure(figsize=(1, 1))"
    [[output]] = run_cells(write(tmp_path / "a.ipynb", draw))
    assert base64.b64decode(output["data"]["image/png"]).startswith(b"\x89PNG")


def test_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    path = write(tmp_path / "a.ipynb", "x = 1", "# wrong\n1 / 0")
    with pytest.raises(NotebookError, match=r"a\.ipynb, code cell 2 \(# wrong\): division by zero"):
        run_cells(path)


def test_what_is_no_notebook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("no")
    with pytest.raises(NotebookError, match="is no notebook"):
        run_cells(tmp_path / "a.ipynb")


def test_the_command_stores_outputs_and_leaves_nothing_behind(tmp_path: Path, monkeypatch, capsys) -> None:
    path = write(tmp_path / "a.ipynb", "from pathlib import Path\nPath('left').write_text('x')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["run_notebook.py", "a.ipynb"])
    assert run_notebook.main() == 0
    assert not (tmp_path / "left").exists()
    stored = json.loads(path.read_text())
    assert stored["cells"][0] == {"cell_type": "markdown", "source": "text"}
    assert stored["cells"][1]["outputs"][0]["data"] == {"text/plain": ["1"]}
    assert stored["cells"][1]["execution_count"] == stored["cells"][1]["outputs"][0]["execution_count"] == 1


def test_the_command_leaves_a_notebook_alone_whose_cell_fails(tmp_path: Path, monkeypatch, capsys) -> None:
    path = write(tmp_path / "a.ipynb", "1", "1 / 0")
    before = path.read_bytes()
    monkeypatch.setattr("sys.argv", ["run_notebook.py", str(path)])
    assert run_notebook.main() == 1
    assert path.read_bytes() == before
    assert "code cell 2" in capsys.readouterr().err
