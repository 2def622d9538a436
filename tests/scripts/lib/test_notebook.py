"""Running a notebook: what its cells give, and what becomes of a cell that fails."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest
from lib.notebook import NotebookError
from lib.notebook import run_notebook as run_cells

from tests.support.notebooks import write_notebook


def test_a_cell_gives_what_it_prints_and_its_last_value(tmp_path: Path) -> None:
    path = write_notebook(
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
    [[output]] = run_cells(write_notebook(tmp_path / "a.ipynb", draw))
    assert base64.b64decode(output["data"]["image/png"]).startswith(b"\x89PNG")


def test_a_cell_that_fails_is_named(tmp_path: Path) -> None:
    path = write_notebook(tmp_path / "a.ipynb", "x = 1", "# wrong\n1 / 0")
    with pytest.raises(NotebookError, match=r"a\.ipynb, code cell 2 \(# wrong\): division by zero"):
        run_cells(path)


def test_what_is_no_notebook_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.ipynb").write_text("no")
    with pytest.raises(NotebookError, match="is no notebook"):
        run_cells(tmp_path / "a.ipynb")
