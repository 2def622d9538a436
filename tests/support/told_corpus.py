"""A corpus whose tables are told, not made: a few pages with whatever texts a test wants, and a selection of it."""

from pathlib import Path

import pandas as pd

from tablekin.export.selection import Selection
from tablekin.schemas import ALL_SCHEMAS

HOSTILE = (
    '=HYPERLINK("http://evil.example","click")',
    "+1+1",
    "-2+3+cmd|' /C calc'!A0",
    "@SUM(1)",
    "\t=1+1",
    "＝1+1",
    "nul\x00 escape\x1b[31m bell\x07",
    "\ufffe\uffff",
    "x" * 300,
    "\u202eright to left\u200f",
    "\"quoted\" 'twice' `thrice`",
    "<b>&amp;]]><!-- -->",
    "two\r\nlines",
    "{curly|\\l} [square] /*?:\\",
    "#REF!",
    "Σύνταξις 𝔸𝔹",
    "",
)
"""Texts that some format takes for something else than text."""


class ToldCorpus:
    """Tables by name; those that are not told are empty."""

    def __init__(self, tables: dict[str, pd.DataFrame], root: Path = Path("told")) -> None:
        self.root = root
        self.tables = tables

    def read(self, table, doc_ids=None, columns=None):
        rows = self.tables.get(table)
        if rows is None:
            rows = ALL_SCHEMAS[table].empty_table().to_pandas()
        for key in ("doc_id", "doc_a", "doc_b"):
            if doc_ids is not None and key in rows:
                rows = rows[rows[key].isin(set(doc_ids))]
        return (rows if columns is None else rows[columns]).reset_index(drop=True)


def documents(**columns) -> pd.DataFrame:
    """Make table documents with columns of metadata."""
    count = len(next(iter(columns.values())))
    names = [f"p{number}" for number in range(count)]
    own = {
        "doc_id": names,
        "source": [f"{name}.png" for name in names],
        "page_index": [0] * count,
        "sha256": [f"{number:064x}" for number in range(count)],
        "width": [100] * count,
        "height": [200] * count,
        "status": ["ok"] * count,
        "reason": [""] * count,
    }
    return pd.DataFrame({**own, **columns})


def cells(doc_id: str, texts: list[list[str]], confidence: float = 0.99) -> pd.DataFrame:
    """Make the regions of a page with one table; numbers are what they say."""
    rows = [
        {
            "doc_id": doc_id,
            "region_id": 1 + row * len(line) + col,
            "kind": "cell",
            "table_id": 0,
            "row": row,
            "col": col,
            "x0": 10.0 * col,
            "y0": 10.0 * row,
            "x1": 10.0 * col + 9,
            "y1": 10.0 * row + 9,
            "text": "".join(letter for letter in text if letter in "0123456789 "),
            "confidence": confidence,
            "printed": text,
            "value": float(text) if text.replace(".", "", 1).isdecimal() else None,
            "label": None,
        }
        for row, line in enumerate(texts)
        for col, text in enumerate(line)
    ]
    told = pd.DataFrame(rows)
    others = [name for name in ALL_SCHEMAS["regions"].names if name not in told]
    return told.assign(**dict.fromkeys(others, ""))


def select(tables: dict[str, pd.DataFrame], out: Path) -> Selection:
    """Choose all documents of told tables."""
    return Selection(ToldCorpus(tables), tuple(tables["documents"]["doc_id"]), out, "http://localhost:8000")
