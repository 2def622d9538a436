import io

import numpy as np
import pytest
from PIL import Image

from tablekin.errors import FetchError
from tablekin.iiif.image_service import ImageService, TileSet
from tablekin.iiif.tiles import join_tiles, plan_tiles

BASE = "https://library.example/iiif/1"


TILES = (TileSet(256, 256, (1, 2, 4, 8)),)


def service(width=1000, height=700, version=2, tiles=TILES, **limits):
    return ImageService(BASE, version, width, height, tiles=tiles, **limits)


def cut(picture, address, version):
    """What a server gives for the address of a tile, by the words of the specification."""
    region, size, rotation, name = address.removeprefix(f"{BASE}/").split("/")
    assert (rotation, name) == ("0", "default.jpg")
    height, width = picture.shape
    x, y, across, down = (0, 0, width, height) if region == "full" else map(int, region.split(","))
    assert x + across <= width
    assert y + down <= height
    w, _, h = size.partition(",")
    assert bool(h) == (version == 3)
    factor = -(-across // int(w))
    shape = (int(w), int(h) if h else -(-down // factor))
    file = io.BytesIO()
    Image.fromarray(picture[y : y + down, x : x + across]).resize(shape, Image.Resampling.BOX).save(
        file, "PNG"
    )
    return file.getvalue()


@pytest.mark.parametrize("version", [2, 3])
@pytest.mark.parametrize(
    ("max_side", "shape"), [(4000, (700, 1000)), (600, (350, 500)), (500, (350, 500)), (260, (175, 250))]
)
def test_tiles_make_the_picture(version, max_side, shape):
    gradient = np.add.outer(np.arange(700) * 0.1, np.arange(1000) * 0.15).astype(np.uint8)
    plan = plan_tiles(service(version=version), max_side)
    assert (plan.height, plan.width) == shape
    joined = join_tiles(plan, [cut(gradient, tile.address, version) for tile in plan.tiles])
    got = np.asarray(Image.open(io.BytesIO(joined)).convert("L"), float)
    wanted = np.asarray(Image.fromarray(gradient).resize(shape[::-1], Image.Resampling.BOX), float)
    assert got.shape == shape
    assert np.abs(got - wanted).max() < 6


def test_only_tiles_that_are_listed_are_asked_for():
    plan = plan_tiles(service(tiles=(TileSet(512, 512, (4,)), TileSet(256, 128, (1, 2)))), 600)
    assert {tile.address for tile in plan.tiles} == {
        f"{BASE}/{x},{y},{min(512, 1000 - x)},{min(256, 700 - y)}/{-(-min(512, 1000 - x) // 2)},/0/default.jpg"
        for x in (0, 512)
        for y in (0, 256, 512)
    }
    whole = plan_tiles(service(tiles=(TileSet(512, 512, (4,)),)), 600)
    assert [tile.address for tile in whole.tiles] == [f"{BASE}/full/250,/0/default.jpg"]


def test_limits_are_not_got_around_and_there_is_an_end():
    assert plan_tiles(service(max_width=100), 600) is None
    assert plan_tiles(service(tiles=()), 600) is None
    assert plan_tiles(service(width=60_000, height=60_000, tiles=(TileSet(256, 256, (1,)),)), 3000) is None


def test_a_tile_of_another_size_or_a_damaged_one_is_told():
    plan = plan_tiles(service(200, 100), 600)
    with pytest.raises(FetchError, match="of 20 x 10 pixels, not of 200 x 100"):
        join_tiles(plan, [cut(np.zeros((10, 20), np.uint8), f"{BASE}/full/20,10/0/default.jpg", 3)])
    with pytest.raises(FetchError, match="is damaged"):
        join_tiles(plan, [b"\xff\xd8\xff"])
