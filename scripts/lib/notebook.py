"""Notebooks: running the cells of one, and storing what they give."""

from __future__ import annotations

import ast
import base64
import contextlib
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure
from PIL import Image

Cell = dict[str, Any]  # a cell as nbformat 4 has it: cell_type, source, and of a code cell outputs
Output = dict[str, Any]  # an output as nbformat 4 has it

_WIDTH = 750  # pixels of a drawing


class NotebookError(Exception):
    """A file is no notebook that can be run, or one of its cells failed."""


def read_cells(path: Path) -> list[Cell]:
    """Read the cells of a notebook.

    Raises
    ------
    NotebookError
        The file is no notebook of version 4.
    """
    try:
        notebook = json.loads(path.read_text("utf-8"))
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise NotebookError(f"{path} is no notebook: {error}") from error
    if not isinstance(notebook, dict) or notebook.get("nbformat") != 4:
        raise NotebookError(f"{path} is no notebook of version 4")
    cells: list[Cell] = notebook["cells"]
    return cells


def run_notebook(path: Path) -> list[list[Output]]:
    """Run the cells of a notebook in the current folder, one after the other, in this process.

    What a cell prints and the value of its last expression are its outputs, as in Jupyter; a drawing of matplotlib
    becomes a PNG. Commands of Jupyter itself (``%`` and ``!``) are not understood.

    Returns
    -------
    list
        The outputs of every code cell.

    Raises
    ------
    NotebookError
        A cell raised an exception; the message has the cell's place and its first line.
    """
    names: dict[str, Any] = {"__name__": "__main__"}
    outputs = []
    for number, cell in enumerate(_code_cells(read_cells(path)), 1):
        source = _text(cell["source"])
        try:
            outputs.append(list(_run(source, f"{path.name}, code cell {number}", names)))
        except Exception as error:
            first = source.strip().partition("\n")[0]
            raise NotebookError(f"{path}, code cell {number} ({first}): {error}") from error
    return outputs


def store_outputs(path: Path, outputs: list[list[Output]]) -> None:
    """Write the outputs of every code cell into the notebook; its text and code stay as they are.

    Raises
    ------
    NotebookError
        The notebook has another number of code cells.
    """
    notebook = json.loads(path.read_text("utf-8"))
    cells = list(_code_cells(notebook["cells"]))
    if len(cells) != len(outputs):
        raise NotebookError(f"{path} has {len(cells)} code cells, but {len(outputs)} were run")
    for number, (cell, given) in enumerate(zip(cells, outputs, strict=True), 1):
        cell["execution_count"] = number
        cell["outputs"] = [
            output | ({"execution_count": number} if output["output_type"] == "execute_result" else {})
            for output in given
        ]
    path.write_text(json.dumps(notebook, indent=1, ensure_ascii=False) + "\n", "utf-8")


def _code_cells(cells: list[Cell]) -> Iterator[Cell]:
    return (cell for cell in cells if cell["cell_type"] == "code")


def _text(lines: str | list[str]) -> str:
    return lines if isinstance(lines, str) else "".join(lines)


def _run(source: str, name: str, names: dict[str, Any]) -> Iterator[Output]:
    """Run one cell; its last expression, if it ends with one, is its value."""
    body = ast.parse(source, name).body
    last = body.pop() if body else None
    if last is not None and not isinstance(last, ast.Expr):
        body.append(last)
        last = None
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        exec(compile(ast.Module(body, []), name, "exec"), names)
        value = None if last is None else eval(compile(ast.Expression(last.value), name, "eval"), names)
    if printed.getvalue():
        yield {"name": "stdout", "output_type": "stream", "text": _lines(printed.getvalue())}
    if value is not None:
        yield {"data": _represent(value), "metadata": {}, "output_type": "execute_result"}


def _represent(value: object) -> dict[str, str | list[str]]:
    """Represent a value as Jupyter would: an image, HTML, text."""
    data: dict[str, str | list[str]] = {"text/plain": _lines(repr(value))}
    if isinstance(value, Figure):
        data["image/png"] = base64.b64encode(_as_png(value)).decode()
        return data
    html = getattr(value, "_repr_html_", lambda: None)()
    return data if html is None else {"text/html": _lines(html), **data}


def _as_png(figure: Figure) -> bytes:
    """Draw a figure, at most ``_WIDTH`` pixels wide and in 64 colours, as it becomes part of the repository."""
    drawn, small = io.BytesIO(), io.BytesIO()
    figure.savefig(drawn, format="png", dpi=min(figure.dpi, _WIDTH / figure.get_figwidth()))
    Image.open(drawn).convert("RGB").quantize(64, kmeans=4).save(small, format="png", optimize=True)
    return small.getvalue()


def _lines(text: str) -> list[str]:
    return text.splitlines(keepends=True)
