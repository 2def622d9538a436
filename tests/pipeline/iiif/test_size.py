"""Sizes that are asked for are checked by a reader of the specification's rules of its own."""

from math import ceil

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tablekin.iiif.image_service import ImageService
from tablekin.iiif.size import choose_size

BASE = "https://library.example/iiif/1"
FEATURES = ("sizeByW", "sizeByH", "regionByPx")


@st.composite
def services(draw):
    width, height = draw(st.integers(1, 12_000)), draw(st.integers(1, 12_000))
    scales = draw(st.lists(st.integers(1, 5), max_size=5))
    limit = st.one_of(st.none(), st.integers(100, 12_000))
    return ImageService(
        BASE,
        draw(st.sampled_from([2, 3])),
        width,
        height,
        tuple(sorted({(max(1, width >> scale), max(1, height >> scale)) for scale in scales})),
        frozenset(draw(st.sets(st.sampled_from(FEATURES)))),
        draw(limit),
        draw(limit),
        draw(st.one_of(st.none(), st.integers(10_000, 10**8))),
    )


def allowed(service, width, height):
    """Whether the limits of a server let a picture through."""
    max_height = service.max_height or service.max_width
    return (
        (service.max_width is None or width <= service.max_width)
        and (max_height is None or height <= max_height)
        and (service.max_area is None or width * height <= service.max_area)
    )


@given(services(), st.integers(500, 6000), st.booleans())
def test_only_what_a_server_offers_is_asked_for(service, max_side, cut):
    region = (10, 20, max(1, service.width // 2), max(1, service.height // 3)) if cut else None
    request = choose_size(service, max_side, region)
    part, size, rotation, quality = request.address.removeprefix(f"{BASE}/").split("/")
    assert (rotation, quality) == ("0", "default.jpg")
    width, height = service.width, service.height
    if part != "full":
        assert "regionByPx" in service.features
        x, y, width, height = map(int, part.split(","))
        assert x + width <= service.width
        assert y + height <= service.height
    if size == "full":
        assert service.version == 2
        assert allowed(service, width, height) or not (
            service.max_width or service.max_height or service.max_area
        )
    elif size == "max":
        assert service.version == 3 or service.max_width or service.max_height or service.max_area
    else:
        across, _, down = size.partition(",")
        assert size in ("", f"{across},{down}")
        if across and down:
            assert service.version == 3
            assert (int(across), int(down)) in service.sizes
        elif across:
            listed = [each for each in service.sizes if each[0] == int(across)]
            assert "sizeByW" in service.features or (service.version == 2 and listed and part == "full")
            if "sizeByW" in service.features:
                assert int(across) <= width
                exact = max(1, ceil(height * int(across) / width))
                assert min(width, height) < 8 or exact <= height
                narrow = min(width, height) < 8 or int(across) == 1  # nothing less can be asked for
                assert narrow or allowed(service, int(across), max(1, int(height * int(across) / width)))
        else:
            assert "sizeByH" in service.features
            assert int(down) <= height
    if {"sizeByW", "sizeByH"} & service.features:
        assert max(request.width, request.height) <= max_side


def address(service, max_side=3000, region=None):
    return (
        choose_size(service, max_side, region).address.removeprefix(f"{BASE}/").removesuffix("/0/default.jpg")
    )


SIZES = ((750, 1000), (1500, 2000), (3000, 4000))


@pytest.mark.parametrize(
    ("version", "features", "sizes", "limits", "max_side", "asked"),
    [
        (2, {"sizeByW"}, (), (), 3000, "full/2250,"),
        (3, {"sizeByW"}, (), (), 3000, "full/2250,"),
        (2, {"sizeByH"}, (), (), 3000, "full/,3000"),
        (2, {"sizeByW"}, (), (), 9000, "full/full"),
        (3, {"sizeByW"}, (), (), 9000, "full/max"),
        (3, {"sizeByW"}, (), (1000,), 3000, "full/750,"),  # a width alone is also the greatest height
        (3, {"sizeByW"}, (), (1000, 2000), 3000, "full/1000,"),
        (3, {"sizeByW"}, (), (None, None, 750 * 1000), 3000, "full/750,"),
        (2, set(), SIZES, (), 3000, "full/1500,"),
        (3, set(), SIZES, (), 3000, "full/1500,2000"),
        (3, set(), SIZES, (), 4000, "full/3000,4000"),
        (3, set(), SIZES[:1], (), 3000, "full/max"),  # 1000 is too small to read, and there is no other
        (2, set(), SIZES[:1], (), 3000, "full/full"),
        (2, set(), SIZES[:1], (5000,), 3000, "full/max"),
        (3, set(), SIZES[2:], (), 1500, "full/3000,4000"),  # none that is smaller
        (2, set(), (), (), 3000, "full/full"),
    ],
)
def test_sizes(version, features, sizes, limits, max_side, asked):
    service = ImageService(BASE, version, 6000, 8000, sizes, frozenset(features), *limits)
    assert address(service, max_side) == asked


def test_a_part_of_a_picture_is_asked_for_where_the_server_can_cut():
    cutting = ImageService(BASE, 3, 6000, 8000, (), frozenset({"sizeByW", "regionByPx"}))
    assert address(cutting, 3000, (100, 200, 1000, 2000)) == "100,200,1000,2000/max"
    assert address(cutting, 1000, (100, 200, 1000, 2000)) == "100,200,1000,2000/500,"
    assert address(cutting, 9000, (5500, 200, 1000, 2000)) == "5500,200,500,2000/max"
    whole = ImageService(BASE, 3, 6000, 8000, (), frozenset({"sizeByW"}))
    assert address(whole, 3000, (100, 200, 1000, 2000)) == "full/2250,"
