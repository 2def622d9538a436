"""GEXF: documents and works as networks for Gephi, with their places on the map of the corpus."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from networkx.readwrite.gexf import GEXFWriter

from tablekin.export.network import make_networks
from tablekin.export.selection import Selection
from tablekin.export.written_file import write_file
from tablekin.version import __version__


def write(selection: Selection) -> Iterator[Path]:
    """Write ``related.gexf``, ``nearest.gexf`` and ``works.gexf``.

    Yields
    ------
    Path
        Each file when it is written.
    """
    for name, graph in make_networks(selection):
        writer = GEXFWriter(graph, version="1.2draft")
        meta = writer.xml.find("meta")
        meta.attrib.clear()  # the date: the same corpus gives the same file
        meta.find("creator").text = f"tablekin {__version__}"
        ElementTree.indent(writer.xml)
        content = ElementTree.tostring(writer.xml, encoding="utf-8", xml_declaration=True)
        yield write_file(selection.out / f"{name}.gexf", content)
