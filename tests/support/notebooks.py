"""Notebooks to be run."""

from __future__ import annotations

import json
from pathlib import Path


def write_notebook(path: Path, *cells: str) -> Path:
    """Write a notebook of a text and cells of code."""
    code = [{"cell_type": "code", "source": cell, "outputs": [], "execution_count": None} for cell in cells]
    text = {"cell_type": "markdown", "source": "text"}
    path.write_text(json.dumps({"cells": [text, *code], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}))
    return path
