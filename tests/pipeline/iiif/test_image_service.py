import pytest

from tablekin.errors import FetchError
from tablekin.iiif.image_service import find_service, is_complete, read_service
from tests.support.iiif_manifests import service

BASE = "https://library.example/iiif/1"


def test_a_description_of_version_2():
    found = read_service(
        {
            "@context": "http://iiif.io/api/image/2/context.json",
            "@id": "http://10.0.0.1/elsewhere",
            "width": 1000,
            "height": "1500",
            "sizes": [{"width": 500, "height": 750}, {"width": 250, "height": 375}, {"width": "x"}],
            "profile": [
                "http://iiif.io/api/image/2/level1.json",
                {"supports": ["sizeByWh"], "maxWidth": 800, "maxArea": 900000},
            ],
        },
        BASE,
        2,
    )
    assert (found.address, found.version, found.width, found.height) == (BASE, 2, 1000, 1500)
    assert found.sizes == ((250, 375), (500, 750))
    assert found.features == {"sizeByW", "sizeByH", "sizeByPct", "regionByPx", "sizeByWh"}
    assert (found.max_width, found.max_height, found.max_area) == (800, None, 900000)


def test_a_description_of_version_3():
    found = read_service(
        {
            "@context": "http://iiif.io/api/image/3/context.json",
            "type": "ImageService3",
            "profile": "level0",
            "width": 1000,
            "height": 1500,
            "maxWidth": 600,
            "maxHeight": 700,
            "extraFeatures": ["sizeByW"],
        },
        BASE,
        2,
    )
    assert (found.version, found.features, found.max_width, found.max_height) == (3, {"sizeByW"}, 600, 700)


@pytest.mark.parametrize("level", [1, 2])
def test_a_server_of_a_level_does_what_that_level_asks(level):
    found = read_service({"width": 9, "height": 9, **service(BASE, 3, level)}, BASE, 3)
    assert {"sizeByW", "sizeByH", "regionByPx"} <= found.features


@pytest.mark.parametrize(
    "content", [[], None, {}, {"width": 0, "height": 5}, {"width": -1, "height": 5}, {"width": True}]
)
def test_without_a_size_it_is_no_description(content):
    with pytest.raises(FetchError, match=r"https://library\.example/iiif/1/info\.json"):
        read_service(content, BASE, 2)


def test_the_newest_image_service_of_several_is_found():
    other = {"@context": "http://iiif.io/api/search/1/context.json", "@id": "https://library.example/search"}
    old = {
        "@context": "http://library.stanford.edu/iiif/image-api/1.1/context.json",
        "@id": BASE,
        "profile": "x",
    }
    two, three = service(f"{BASE}/2"), service(f"{BASE}/3/", 3)
    assert find_service([other, old]) is None
    assert find_service([other, two])[:2] == (f"{BASE}/2", 2)
    assert find_service([two, three])[:2] == (f"{BASE}/3", 3)
    assert find_service([{"@id": BASE, "@type": "ImageService2"}])[:2] == (BASE, 2)
    assert find_service([{"type": "ImageService3"}]) is None


def test_what_a_manifest_says_of_a_service_may_be_all():
    assert not is_complete(service(BASE))
    assert not is_complete({**service(BASE), "width": 10, "height": 10})
    assert is_complete({**service(BASE), "width": 10, "height": 10, "sizes": [{"width": 5, "height": 5}]})
