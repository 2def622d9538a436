"""Presentation: what a IIIF manifest says of a book and its pages, or a collection of the books in it.

Presentation 3: https://iiif.io/api/presentation/3.0/; what is older is upgraded first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tablekin.errors import ManifestError
from tablekin.iiif.description import describe
from tablekin.iiif.language import as_list, plain_text
from tablekin.iiif.upgrade import identifier, kind_of, to_version_3

_OTHERS = {  # what else may be found at an address, in words
    "Canvas": "a single canvas",
    "AnnotationPage": "a page of annotations",
    "AnnotationCollection": "a collection of annotations",
    "AnnotationList": "a list of annotations",
    "Annotation": "an annotation",
    "Range": "a range of pages",
    "Sequence": "a sequence of pages",
    "Layer": "a layer of annotations",
}
_REGION = re.compile(r"(?:pixel:)?(\d+),(\d+),([1-9]\d*),([1-9]\d*)")


@dataclass(frozen=True)
class Picture:
    """A picture on a canvas."""

    address: str  # of the picture itself; empty where only a service is named
    services: tuple[Mapping[str, Any], ...] = ()  # those named for it, as they are
    width: int | None = None
    height: int | None = None
    media_type: str = ""
    region: tuple[int, int, int, int] | None = None  # x, y, width, height in its pixels, of what is shown


@dataclass(frozen=True)
class CanvasPage:
    """A page of a manifest: one picture of a canvas."""

    canvas: str  # id, empty where there is none
    label: str
    picture: Picture
    columns: Mapping[str, str]  # what is said of the page
    size: tuple[int | None, int | None] = (None, None)  # width and height of the canvas
    place: int = 0  # of the canvas in the manifest, from 0
    part: int = 0  # of the canvas, from 0, where several pictures lie side by side on it


@dataclass(frozen=True)
class Manifest:
    """A book."""

    id: str
    label: str
    columns: Mapping[str, str]  # what is said of all of it
    pages: tuple[CanvasPage, ...]
    bare: int = 0  # canvases without a picture


@dataclass(frozen=True)
class Member:
    """What a collection holds: a manifest or another collection."""

    id: str
    label: str
    content: dict[str, Any] | None  # the whole of it, where the collection has that


@dataclass(frozen=True)
class Collection:
    """Books, and collections of books."""

    id: str
    label: str
    members: tuple[Member, ...]
    others: int = 0  # members of other kinds


def read_presentation(content: Any, address: str) -> Manifest | Collection:
    """Read a manifest or a collection of any version.

    Parameters
    ----------
    content
        What the JSON says.
    address
        Where it is from, which is its id where it names no address itself.

    Raises
    ------
    ManifestError
        It is neither, or holds no picture that could be read.
    """
    if not isinstance(content, dict):
        raise ManifestError("is not a IIIF manifest: it is JSON of another kind")
    kind = kind_of(content)
    if kind in _OTHERS:
        raise ManifestError(
            f"is {_OTHERS[kind]}, not a manifest or collection{_hint(content)}; "
            "name the manifest that it belongs to"
        )
    if kind not in ("Manifest", "Collection"):
        said = f"says that it is a {kind!r}" if kind else "does not say what it is"
        raise ManifestError(f"is not a IIIF manifest or collection: it {said}")
    content = to_version_3(content)
    own = identifier(content)
    name = own if own.startswith(("http://", "https://")) else address
    reader = _manifest if kind == "Manifest" else _collection
    return reader(content, name)


def _hint(content: dict[str, Any]) -> str:
    """Name the manifest that a canvas, an annotation or a Content State is part of."""
    targets = [content, *(each for each in as_list(content.get("target")) if isinstance(each, dict))]
    for target in targets:
        for whole in (target, *as_list(target.get("partOf"))):
            if isinstance(whole, dict) and kind_of(whole) == "Manifest" and identifier(whole):
                return f" (it belongs to {identifier(whole)})"
    return ""


def _collection(content: dict[str, Any], address: str) -> Collection:
    members, others = [], 0
    for item in as_list(content.get("items")):
        name = identifier(item)
        kind = kind_of(item) if isinstance(item, dict) else "Manifest"
        if not name or kind not in ("Manifest", "Collection"):
            others += 1
            continue
        whole = isinstance(item, dict) and any(key in item for key in ("items", "sequences", "members"))
        label = plain_text(item.get("label")) if isinstance(item, dict) else ""
        members.append(Member(name, label, item if whole else None))
    if not members:
        raise ManifestError("is a collection without a manifest in it; name the manifests themselves")
    return Collection(address, plain_text(content.get("label")), tuple(members), others)


def _manifest(content: dict[str, Any], address: str) -> Manifest:
    canvases = as_list(content.get("items"))
    pages: list[CanvasPage] = []
    bare = 0
    for place, canvas in enumerate(canvases):
        found = list(_pages(canvas, place)) if isinstance(canvas, dict) else []
        bare += not found
        pages.extend(found)
    if not canvases:
        raise ManifestError("is a manifest without pages (it has no canvases)")
    if not pages:
        raise ManifestError(
            f"is a manifest without a picture of a page: its {len(canvases)} canvases hold sound, video, text or "
            "nothing"
        )
    return Manifest(address, plain_text(content.get("label")), describe(content), tuple(pages), bare)


def _pages(canvas: dict[str, Any], place: int) -> Iterator[CanvasPage]:
    """Yield the pages of a canvas: one, or several where pictures lie side by side on it."""
    shown = [
        (picture, _covers_all(annotation))
        for page in as_list(canvas.get("items"))
        if isinstance(page, dict)
        for annotation in as_list(page.get("items"))
        if isinstance(annotation, dict) and "painting" in str(annotation.get("motivation", "painting"))
        for picture in _pictures(annotation.get("body"))
    ]
    whole = [picture for picture, covers in shown if covers][:1]
    size = _number(canvas.get("width")), _number(canvas.get("height"))
    for part, picture in enumerate(whole or [picture for picture, _ in shown]):
        label = plain_text(canvas.get("label"))
        yield CanvasPage(identifier(canvas), label, picture, describe(canvas), size, place, part)


def _covers_all(annotation: dict[str, Any]) -> bool:
    """Whether what an annotation paints covers its canvas; a detail names its place on it."""
    target = annotation.get("target")
    if isinstance(target, dict):
        return target.get("selector") is None and "xywh" not in identifier(target.get("source") or target)
    return "xywh" not in identifier(target)


def _pictures(body: Any) -> Iterator[Picture]:
    """Yield the picture that a body is: of alternatives the first."""
    for each in as_list(body):
        if not isinstance(each, dict):
            continue
        kind = kind_of(each)
        if kind == "Choice":
            yield from list(_pictures(each.get("items")))[:1]
        elif kind == "SpecificResource":
            for picture in _pictures(each.get("source")):
                yield _cut(picture, each.get("selector"))
        elif kind == "Image":
            yield _picture(each)


def _picture(body: dict[str, Any]) -> Picture:
    address, _, fragment = identifier(body).partition("#")
    picture = Picture(
        address,
        tuple(each for each in as_list(body.get("service")) if isinstance(each, dict)),
        _number(body.get("width")),
        _number(body.get("height")),
        str(body.get("format") or ""),
    )
    return _cut(picture, {"region": fragment.removeprefix("xywh=")}) if fragment else picture


def _cut(picture: Picture, selector: Any) -> Picture:
    """Give the part of a picture that a selector names in pixels; all of it where it names none."""
    for each in as_list(selector):
        wanted = str(each.get("region") or each.get("value") or "") if isinstance(each, dict) else ""
        if found := _REGION.fullmatch(wanted.removeprefix("xywh=")):
            x, y, width, height = map(int, found.groups())
            return Picture(
                picture.address,
                picture.services,
                picture.width,
                picture.height,
                picture.media_type,
                (x, y, width, height),
            )
    return picture


def _number(value: Any) -> int | None:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return int(value) if 0 < value < 1e7 else None
