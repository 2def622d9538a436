"""GraphML: documents and works as networks, for programs that draw and measure them."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

from networkx.readwrite.graphml import write_graphml_xml

from tablekin.export.network import make_networks
from tablekin.export.selection import Selection
from tablekin.export.written_file import write_file


def write(selection: Selection) -> Iterator[Path]:
    """Write ``related.graphml``, ``nearest.graphml`` and ``works.graphml``.

    Yields
    ------
    Path
        Each file when it is written.
    """
    for name, graph in make_networks(selection):
        for _, values in graph.nodes(data=True):
            place = values.pop("viz", {"position": {}})["position"]
            values.update({axis: place[axis] for axis in ("x", "y") if axis in place})
        content = io.BytesIO()
        write_graphml_xml(graph, content)
        yield write_file(selection.out / f"{name}.graphml", content.getvalue())
