"""IIIF: a corpus as manifests and annotations that viewers show: Presentation 3 and, for older ones, Presentation 2.

``manifest.json`` has a canvas for each page, ``annotations`` what was read in the cells of each document and links to
what matches in others; ``manifest-2.json`` and ``annotations-2`` say the same in version 2; ``images`` are the scans
that no library serves; ``pairs.csv`` has a Content State for each pair, by which a viewer opens both pages.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from tablekin.export.canvas import PageOnCanvas, lay_on_canvases
from tablekin.export.content_state import encode_state, pair_state
from tablekin.export.iiif_annotations import Box, box_of, cell_annotations, link_annotations
from tablekin.export.iiif_manifest import CONTEXT, make_manifest
from tablekin.export.iiif_version_2 import annotations_to_version_2, manifest_to_version_2
from tablekin.export.scan_files import render_picture
from tablekin.export.selection import Selection
from tablekin.export.written_file import write_file

_NEIGHBOURS = 5  # a document is linked with so many of its nearest by cosine


def write(selection: Selection) -> Iterator[Path]:
    """Write the folder.

    Yields
    ------
    Path
        Each file when it is written.
    """
    pages = lay_on_canvases(selection)
    for page in pages.values():
        if page.is_own:
            yield render_picture(selection, page.doc_id, selection.out / "images" / f"{page.doc_id}.jpg")
    boxes: dict[str, dict[int, Box]] = {}
    for doc_id, regions in selection.regions():
        boxes[doc_id] = {row["region_id"]: box_of(row) for row in regions.to_dict("records")}
        found = [*cell_annotations(pages[doc_id], regions, f"{selection.base}/annotations/{doc_id}")]
        yield from _write_annotations(selection, f"{doc_id}.json", f"What was read on {doc_id}", found)
    states: list[tuple[str, str, str]] = []
    links: dict[str, list[dict[str, Any]]] = {}
    for (doc_a, doc_b), matches in _near_pairs(selection, boxes):
        for one, other, places in ((doc_a, doc_b, matches), (doc_b, doc_a, [(b, a) for a, b in matches])):
            address = f"{selection.base}/links/{one}"
            links.setdefault(one, []).extend(link_annotations(pages[one], pages[other], places, address))
        first = matches[0] if matches else (None, None)
        address = f"{selection.base}/pairs/{doc_a}--{doc_b}"
        state = pair_state(address, (pages[doc_a], pages[doc_b]), first)
        states.append((doc_a, doc_b, encode_state(state)))
    for doc_id, found in links.items():
        yield from _write_annotations(selection, f"{doc_id}-links.json", f"What matches {doc_id}", found)
    lists = {
        doc_id: [f"{doc_id}.json", *([f"{doc_id}-links.json"] if links.get(doc_id) else [])]
        for doc_id in pages
    }
    yield from _write_manifests(selection, pages, lists)
    yield _write_states(selection.out / "pairs.csv", states)


def _near_pairs(
    selection: Selection, boxes: Mapping[str, Mapping[int, Box]]
) -> Iterator[tuple[tuple[str, str], list[tuple[Box, Box]]]]:
    """Yield each document and its nearest, and the cells that match, the strongest first."""
    nearest = selection.corpus.read_nearest_pairs(_NEIGHBOURS)
    chosen = set(selection.doc_ids)
    for doc_a, rows in nearest[nearest["doc_a"].isin(chosen) & nearest["doc_b"].isin(chosen)].groupby(
        "doc_a"
    ):
        matches = selection.corpus.read_matches_of(str(doc_a))
        cells = matches[(matches["level"] == "cell") & (matches["doc_a"] == doc_a)].sort_values(
            ["doc_b", "rank"]
        )
        by_partner = {str(doc_b): found for doc_b, found in cells.groupby("doc_b")}
        for doc_b in sorted(rows["doc_b"]):
            found = by_partner.get(doc_b, pd.DataFrame(columns=cells.columns))
            places = zip(found["region_a"], found["region_b"], strict=True)
            yield (str(doc_a), doc_b), [(boxes[str(doc_a)][a], boxes[doc_b][b]) for a, b in places]


def _write_annotations(
    selection: Selection, name: str, label: str, items: list[dict[str, Any]]
) -> Iterator[Path]:
    page = {
        "@context": CONTEXT,
        "id": f"{selection.base}/annotations/{name}",
        "type": "AnnotationPage",
        "label": {"en": [label]},
        "items": items,
    }
    yield _write_json(selection.out / "annotations" / name, page)
    old = annotations_to_version_2(page, f"{selection.base}/annotations-2/{name}")
    yield _write_json(selection.out / "annotations-2" / name, old)


def _write_manifests(
    selection: Selection, pages: Mapping[str, PageOnCanvas], lists: Mapping[str, list[str]]
) -> Iterator[Path]:
    manifest = make_manifest(selection, pages, lists)
    yield _write_json(selection.out / "manifest.json", manifest)
    of_canvas: dict[str, list[str]] = {}
    for doc_id, names in lists.items():
        found = [f"{selection.base}/annotations-2/{name}" for name in names]
        of_canvas.setdefault(pages[doc_id].canvas, []).extend(found)
    old = manifest_to_version_2(manifest, f"{selection.base}/manifest-2.json", of_canvas)
    yield _write_json(selection.out / "manifest-2.json", old)


def _write_states(path: Path, states: list[tuple[str, str, str]]) -> Path:
    text = io.StringIO(newline="")
    table = csv.writer(text)
    table.writerow(["doc_a", "doc_b", "iiif_content"])
    table.writerows(states)
    return write_file(path, text.getvalue().encode())


def _write_json(path: Path, content: Any) -> Path:
    return write_file(path, (json.dumps(content, ensure_ascii=False, indent=1) + "\n").encode())
