"""RegionNames: what a region of a page is called in a sentence."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Any

import pandas as pd

from tablekin.page import RegionKind

_LONGEST_TEXT = 36  # letters quoted of a region


class RegionNames:
    """Regions of one document in words; rows and columns count from 1."""

    def __init__(self, regions: pd.DataFrame) -> None:
        self._regions = {int(region["region_id"]): region for region in regions.to_dict("records")}
        cells = regions[(regions["kind"] == RegionKind.CELL) & (regions["text"] != "")]
        self._cells = cells.sort_values(["table_id", "row", "col"])
        self._tables = int(regions["table_id"].nunique())

    def name(self, region_id: int) -> str:
        """Say which region it is and what stands in it."""
        region = self._regions[region_id]
        kind = str(region["kind"])
        place = kind.replace("_", " ")
        if kind in (RegionKind.CELL, RegionKind.ROW):
            place = f"row {region['row'] + 1:.0f}"
        if kind in (RegionKind.CELL, RegionKind.COLUMN):
            place = f"{place} " * (kind == RegionKind.CELL) + f"column {region['col'] + 1:.0f}"
        if self._tables > 1 and not pd.isna(region["table_id"]):
            place += f" of table {region['table_id'] + 1:.0f}"
        text = _shorten(self._text(region))
        return f'{place} "{text}"' if text else place

    def text(self, region_id: int) -> str:
        """Say what stands in a region: in a row or column, the readings of its cells."""
        return self._text(self._regions[region_id])

    def _text(self, region: dict[Hashable, Any]) -> str:
        if region["kind"] not in (RegionKind.ROW, RegionKind.COLUMN):
            return str(region["text"])
        axis = "row" if region["kind"] == RegionKind.ROW else "col"
        inside = (self._cells["table_id"] == region["table_id"]) & (self._cells[axis] == region[axis])
        return " | ".join(self._cells[inside]["text"])


def _shorten(text: str) -> str:
    return text if len(text) <= _LONGEST_TEXT else text[: _LONGEST_TEXT - 1].rstrip(" |") + "…"
