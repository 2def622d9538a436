"""Printout: the words of an engine's table of text, with their boxes and confidences."""

from __future__ import annotations

import math

import pandas as pd

_COLUMNS = ["level", "page_num", "block_num", "par_num", "line_num", "word_num"]
_COLUMNS += ["left", "top", "width", "height", "conf", "text"]
_WORD = "5"  # the level of a word; pages, blocks and lines have lower ones
BOX = ["x0", "y0", "x1", "y1"]


def parse_printout(printout: str) -> pd.DataFrame | None:
    """Read the table of text that Tesseract calls TSV.

    Parameters
    ----------
    printout
        A line of names, then one for each page, block, line and word.

    Returns
    -------
    DataFrame or None
        ``text``, ``x0``, ``y0``, ``x1``, ``y1`` in pixels of its image, ``confidence`` from 0 to 1, a row a word; None
        where it is no such table.
    """
    lines = printout.splitlines()
    if not lines or lines[0].split("\t") != _COLUMNS:
        return None
    rows = []
    for line in lines[1:]:
        fields = dict(zip(_COLUMNS, line.split("\t", len(_COLUMNS) - 1), strict=False))
        text = fields.get("text", "").strip()
        if fields["level"] != _WORD or not text:
            continue
        try:
            x, y, width, height, confidence = (
                float(fields[name]) for name in ("left", "top", "width", "height", "conf")
            )
        except ValueError:
            return None
        if not all(map(math.isfinite, (x, y, width, height, confidence))):
            return None
        rows.append((text, x, y, x + width, y + height, min(max(confidence / 100, 0.0), 1.0)))
    return pd.DataFrame(rows, columns=["text", *BOX, "confidence"]).astype(
        {"text": object, **dict.fromkeys([*BOX, "confidence"], "float64")}
    )
