"""Tiles: a picture is joined of tiles where a server has nothing else, as a folder of files on a plain web server.

Level 0 of the Image API: only the tiles that the description lists are asked for, by their canonical addresses.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from PIL import Image

from tablekin.errors import FetchError
from tablekin.iiif.image_service import ImageService, TileSet
from tablekin.iiif.thresholds import SIZES, TILES

_QUALITY = 95  # of the JPEG file, so that what is packed twice is as good as once


@dataclass(frozen=True)
class Tile:
    """A tile and its place on the joined picture."""

    address: str
    x: int
    y: int
    width: int
    height: int


@dataclass(frozen=True)
class TilePlan:
    """The tiles of a picture."""

    address: str  # names the whole, not to be asked for
    width: int
    height: int
    tiles: tuple[Tile, ...]


def plan_tiles(service: ImageService, max_side: int) -> TilePlan | None:
    """List the tiles that make a picture of a size like that wanted.

    Parameters
    ----------
    service
        What the server offers.
    max_side
        Pixels of the longer side that are wanted at most; the next larger size is taken where that would be less than
        half of it.

    Returns
    -------
    TilePlan or None
        None where the server has no tiles, sets limits to the size of a picture, which are not to be got around, or
        the tiles would be too many.
    """
    if service.max_width or service.max_height or service.max_area:
        return None
    found = sorted(
        (factor, place) for place, tiles in enumerate(service.tiles) for factor in tiles.scale_factors
    )
    if not found:
        return None
    longest = max(service.width, service.height)
    fitting = [each for each in found if longest / each[0] <= max_side]
    large = [each for each in found if longest / each[0] > max_side]
    is_small = not fitting or longest / fitting[0][0] < SIZES.min_share * max_side
    factor, place = large[-1] if large and is_small else fitting[0]
    tiles = service.tiles[place]
    width, height = -(-service.width // factor), -(-service.height // factor)
    count = -(-width // tiles.width) * -(-height // tiles.height)
    if count > TILES.max_tiles or width * height > TILES.max_pixels:
        return None
    address = f"{service.address}/info.json#{factor}"
    return TilePlan(address, width, height, tuple(_tiles(service, tiles, factor)))


def _tiles(service: ImageService, tiles: TileSet, factor: int) -> Iterator[Tile]:
    """Yield the tiles of a scale factor; their regions are pixels of the whole (Image API 3.0, section 5.4)."""
    for y in range(0, service.height, tiles.height * factor):
        for x in range(0, service.width, tiles.width * factor):
            width = min(tiles.width * factor, service.width - x)
            height = min(tiles.height * factor, service.height - y)
            across, down = -(-width // factor), -(-height // factor)
            region = (
                "full" if (width, height) == (service.width, service.height) else f"{x},{y},{width},{height}"
            )
            size = f"{across}," if service.version == 2 else f"{across},{down}"
            address = f"{service.address}/{region}/{size}/0/default.jpg"
            yield Tile(address, x // factor, y // factor, across, down)


def join_tiles(plan: TilePlan, contents: Iterable[bytes]) -> bytes:
    """Join tiles into a JPEG file.

    Raises
    ------
    FetchError
        One of them is damaged, or of another size than it should be.
    """
    whole = Image.new("RGB", (plan.width, plan.height), "white")
    for tile, content in zip(plan.tiles, contents, strict=True):
        try:
            with Image.open(io.BytesIO(content)) as picture:
                if picture.size != (tile.width, tile.height):
                    raise FetchError(
                        f"{tile.address} is of {picture.width} x {picture.height} pixels, not of "
                        f"{tile.width} x {tile.height} as its description says"
                    )
                whole.paste(picture.convert("RGB"), (tile.x, tile.y))
        except (OSError, ValueError, SyntaxError) as error:
            raise FetchError(f"{tile.address} is damaged") from error
    file = io.BytesIO()
    whole.save(file, "JPEG", quality=_QUALITY)
    return file.getvalue()
