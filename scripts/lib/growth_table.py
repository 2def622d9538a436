"""GrowthTable: what commands took on corpora of several sizes, as the table of docs/method/speed.md."""

from __future__ import annotations

import re
from typing import Any

_STAGES = ("ingest", "pages", "pairs", "drivers", "recompute", "collate", "weigh")
_COMMANDS = {  # by the end of the names of their entries
    "run": "all",
    "again": "again, nothing to do",
    "kinship": "`kinship`",
    "analyze": "`analyze`",
    "added": "pages added, analysed as they are",
    "similar": "`similar`",
    "show": "`show`",
    "read": "`read`",
}


def growth_table(found: dict[str, Any]) -> str:
    """Lay what was measured out as a table of Markdown.

    Parameters
    ----------
    found
        Entries by ``"SIZE: COMMAND"``, each with ``whole`` and, where it is a run, ``stages``.

    Returns
    -------
    str
        A row for each stage and command; a column for each size with seconds of cores, then one with megabytes.
    """
    sizes = sorted({int(size) for size in re.findall(r"^(\d+): ", "\n".join(found), re.MULTILINE)})
    stages = [found.get(f"{size}: run", {}).get("stages", {}) for size in sizes]
    rows = {name: [of_size.get(name) for of_size in stages] for name in _STAGES}
    rows["to the end"] = [of_size.get("end") for of_size in stages]
    for command, name in _COMMANDS.items():
        rows[name] = [_taken(found, f"^{size}: .*{command}$") for size in sizes]
    head = ["", *(f"{size:,} pages" for size in sizes), *(f"{size:,}, MB" for size in sizes)]
    lines = [head, ["---"] * len(head)]
    for name, taken in rows.items():
        seconds = [f"{one['core_seconds']:,.1f}" if one else "" for one in taken]
        lines.append([name, *seconds, *(f"{one['peak_mb']:,}" if one else "" for one in taken)])
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def _taken(found: dict[str, Any], name: str) -> dict[str, float] | None:
    return next((entry["whole"] for key, entry in found.items() if re.search(name, key)), None)
