"""Running a notebook: what its cells give, and what becomes of a cell that fails."""

from __future__ import annotations

import json
from pathlib import Path

import run_notebook

from tests.support.notebooks import write_notebook


def test_the_command_stores_outputs_and_leaves_nothing_behind(tmp_path: Path, monkeypatch, capsys) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "from pathlib import Path\nPath('left').write_text('x')")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("sys.argv", ["run_notebook.py", "a.ipynb"])
    assert run_notebook.main() == 0
    assert not (tmp_path / "left").exists()
    stored = json.loads(path.read_text())
    assert stored["cells"][0] == {"cell_type": "markdown", "source": "text"}
    assert stored["cells"][1]["outputs"][0]["data"] == {"text/plain": ["1"]}
    assert stored["cells"][1]["execution_count"] == stored["cells"][1]["outputs"][0]["execution_count"] == 1


def test_the_command_leaves_a_notebook_alone_whose_cell_fails(tmp_path: Path, monkeypatch, capsys) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "1", "1 / 0")
    before = path.read_bytes()
    monkeypatch.setattr("sys.argv", ["run_notebook.py", str(path)])
    assert run_notebook.main() == 1
    assert path.read_bytes() == before
    assert "code cell 2" in capsys.readouterr().err
