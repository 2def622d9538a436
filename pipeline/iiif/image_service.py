"""ImageService: what a IIIF server offers of a picture.

Image API 2: https://iiif.io/api/image/2.1/; Image API 3: https://iiif.io/api/image/3.0/.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from tablekin.errors import FetchError
from tablekin.iiif.language import as_list
from tablekin.iiif.upgrade import identifier, kind_of

_LEVEL = re.compile(r"level([012])(?:\.json)?$")
_VERSION = re.compile(r"iiif\.io/api/image/(\d)|ImageService(\d)")
_BY_LEVEL = {  # version -> level -> what a server of it does: the compliance documents of both versions
    2: {1: {"sizeByW", "sizeByH", "sizeByPct", "regionByPx"}},
    3: {1: {"sizeByW", "sizeByH", "regionByPx", "regionSquare"}},
}


@dataclass(frozen=True)
class TileSet:
    """Tiles that a server has of a picture."""

    width: int  # pixels of a whole tile
    height: int
    scale_factors: tuple[int, ...]  # pixels of the picture for one of a tile


@dataclass(frozen=True)
class ImageService:
    """A picture on a IIIF server."""

    address: str  # base of the addresses of the picture in all its sizes
    version: int  # of the Image API: 2 or 3
    width: int
    height: int
    sizes: tuple[tuple[int, int], ...] = ()  # width and height of smaller copies that are there
    features: frozenset[str] = frozenset()
    max_width: int | None = None
    max_height: int | None = None
    max_area: int | None = None
    tiles: tuple[TileSet, ...] = ()


def find_service(services: Iterable[Mapping[str, Any]]) -> tuple[str, int, Mapping[str, Any]] | None:
    """Find the image service of version 2 or 3 among those of a picture.

    Returns
    -------
    tuple or None
        Its address, its version, and what the manifest says of it; the newest, if there are several.
    """
    found = [
        (identifier(dict(each)).rstrip("/"), version, each)
        for each in services
        if (version := _version(each)) in _BY_LEVEL and identifier(dict(each))
    ]
    return max(found, key=lambda each: each[1], default=None)


def is_complete(service: Mapping[str, Any]) -> bool:
    """Whether a manifest says of a service all that it says of itself, so that it need not be asked."""
    has_size = all(isinstance(service.get(name), int) for name in ("width", "height"))
    return has_size and bool(service.get("profile")) and bool(service.get("sizes") or service.get("tiles"))


def read_service(content: Any, address: str, version: int) -> ImageService:
    """Read the description of a picture: its ``info.json``.

    Parameters
    ----------
    content
        What the JSON says.
    address
        Of the service; what the description says of that is not obeyed, so that it cannot lead elsewhere.
    version
        Of the Image API, where the description does not tell.

    Raises
    ------
    FetchError
        It does not say how large the picture is.
    """
    if not isinstance(content, dict):
        raise FetchError(f"{address}/info.json is not the description of a picture")
    width, height = _size(content)
    if not width or not height:
        raise FetchError(f"{address}/info.json does not say how large the picture is")
    version = _version(content) or version
    profiles = as_list(content.get("profile"))
    details = [each for each in profiles if isinstance(each, dict)]
    limits = content if version == 3 else (details[0] if details else {})
    level = max((int(found[1]) for each in profiles if (found := _LEVEL.search(_name(each)))), default=0)
    features = set().union(*(done for needed, done in _BY_LEVEL[version].items() if level >= needed))
    for each in (*details, content):
        for key in ("supports", "extraFeatures"):
            features.update(name for name in as_list(each.get(key)) if isinstance(name, str))
    sizes = [_size(each) for each in as_list(content.get("sizes")) if isinstance(each, dict)]
    return ImageService(
        address,
        version,
        width,
        height,
        tuple(sorted({size for size in sizes if all(size)})),
        frozenset(features),
        _count(limits.get("maxWidth")),
        _count(limits.get("maxHeight")),
        _count(limits.get("maxArea")),
        tuple(_tile_sets(content)),
    )


def _tile_sets(content: Mapping[str, Any]) -> Iterator[TileSet]:
    for each in as_list(content.get("tiles")):
        if isinstance(each, dict) and (width := _count(each.get("width"))):
            factors = {found for factor in as_list(each.get("scaleFactors")) if (found := _count(factor))}
            if factors:
                yield TileSet(width, _count(each.get("height")) or width, tuple(sorted(factors)))


def _version(service: Mapping[str, Any]) -> int:
    """Tell the version of the Image API that a service follows; 0 if it is another service, or does not tell."""
    said = [kind_of(dict(service)), *map(_name, as_list(service.get("@context")))]
    said += map(_name, as_list(service.get("profile")))
    for each in said:
        if found := _VERSION.search(each):
            return int(found[1] or found[2])
    return 0


def _name(value: Any) -> str:
    return value if isinstance(value, str) else identifier(value)


def _size(content: Mapping[str, Any]) -> tuple[int, int]:
    return _count(content.get("width")) or 0, _count(content.get("height")) or 0


def _count(value: Any) -> int | None:
    """Read a number of pixels; some servers write it as a string."""
    if isinstance(value, str) and value.isascii() and value.isdigit():
        value = int(value[:12])
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not 0 < value < 1e11:
        return None
    return int(value)
