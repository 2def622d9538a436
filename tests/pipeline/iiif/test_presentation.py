import json

import pytest

from tablekin.errors import ManifestError
from tablekin.iiif.cache import parse_json
from tablekin.iiif.presentation import Collection, Manifest, read_presentation
from tests.support.iiif_manifests import canvas, image, manifest
from tests.support.places import SHARED

REAL = sorted((SHARED / "iiif-manifests").glob("*.json"))


def images_below(content):
    """The images in a part of a manifest, by another way: wherever something says that it is one."""
    if isinstance(content, list):
        return [found for each in content for found in images_below(each)]
    if not isinstance(content, dict):
        return []
    kinds = content.get("type", content.get("@type"))
    own = [content] if kinds in ("Image", "dctypes:Image") else []
    return own + [found for key, each in content.items() if key != "service" for found in images_below(each)]


def canvases_with_images(content):
    sequences = content.get("sequences", [{}])
    canvases = content.get("items", sequences[0].get("canvases", []))
    return [each for each in canvases if images_below(each.get("items", each.get("images", [])))]


@pytest.mark.skipif(not REAL, reason=f"no real manifests in {SHARED}")
@pytest.mark.parametrize("path", REAL, ids=lambda path: path.stem)
def test_a_real_manifest_is_read_or_refused_with_a_reason(path):
    content = json.loads(path.read_bytes())
    kind = str(content.get("type", content.get("@type"))).removeprefix("sc:")
    try:
        found = read_presentation(parse_json(path.read_bytes()), str(path))
    except ManifestError as error:
        assert kind not in ("Manifest", "Collection") or not canvases_with_images(content)
        assert str(error).startswith("is ")
        assert not {"None", "dict", "KeyError", "Error"} & set(str(error).split())
        return
    if isinstance(found, Collection):
        assert kind == "Collection"
        assert all(member.id.startswith("https://example.org/") for member in found.members)
        return
    wanted = canvases_with_images(content)
    assert len(wanted) == len({page.place for page in found.pages})
    assert found.bare == len(content.get("items", found.pages)) - len(wanted)
    for page, given in zip(found.pages, wanted, strict=True):
        assert page.canvas == given.get("id", given.get("@id", ""))
        assert page.picture.address in {each.get("id", each.get("@id")) for each in images_below(given)}


@pytest.mark.skipif(not REAL, reason=f"no real manifests in {SHARED}")
def test_all_real_manifests_are_there():
    assert len(REAL) == 121


def test_a_manifest_of_version_3():
    found = read_presentation(
        manifest([canvas("c1", image("https://library.example/1.jpg"), label="f. 1r")], metadata=[]), "here"
    )
    assert isinstance(found, Manifest)
    assert found.id == "https://library.example/manifest"
    assert found.label == "Tables"
    assert [(page.canvas, page.label, page.size) for page in found.pages] == [("c1", "f. 1r", (1000, 1500))]
    assert found.pages[0].picture.address == "https://library.example/1.jpg"


def test_the_address_stands_for_an_id_that_is_none():
    content = manifest([canvas("c1", image("https://library.example/1.jpg"))]) | {"id": "{{ id.url }}"}
    assert read_presentation(content, "https://library.example/m.json").id == "https://library.example/m.json"


def test_the_first_of_several_pictures_of_a_page_is_taken():
    natural, xray = image("https://library.example/natural.jpg"), image("https://library.example/xray.jpg")
    content = manifest([canvas("c1", {"type": "Choice", "items": [natural, xray]})])
    assert [page.picture.address for page in read_presentation(content, "").pages] == [
        "https://library.example/natural.jpg"
    ]


def test_a_detail_on_a_page_is_no_page_and_halves_side_by_side_are_two():
    whole, detail = image("https://library.example/whole.jpg"), image("https://library.example/detail.jpg")
    page = canvas("c1", whole)
    page["items"][0]["items"].append(
        {"type": "Annotation", "motivation": "painting", "body": detail, "target": "c1#xywh=1,2,3,4"}
    )
    found = read_presentation(manifest([page]), "")
    assert [each.picture.address for each in found.pages] == ["https://library.example/whole.jpg"]
    page["items"][0]["items"][0]["target"] = {"source": "c1", "selector": {"value": "xywh=0,0,5,9"}}
    found = read_presentation(manifest([page]), "")
    assert [(each.picture.address[-9:], each.part) for each in found.pages] == [
        ("whole.jpg", 0),
        ("etail.jpg", 1),
    ]


def test_a_part_of_a_picture():
    body = {
        "type": "SpecificResource",
        "source": image("https://library.example/1.jpg"),
        "selector": {"type": "ImageApiSelector", "region": "10,20,300,400"},
    }
    assert read_presentation(manifest([canvas("c1", body)]), "").pages[0].picture.region == (10, 20, 300, 400)
    fragment = image("https://library.example/1.jpg#xywh=10,20,300,400")
    picture = read_presentation(manifest([canvas("c1", fragment)]), "").pages[0].picture
    assert (picture.address, picture.region) == ("https://library.example/1.jpg", (10, 20, 300, 400))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ([], "JSON of another kind"),
        ({}, "does not say what it is"),
        ({"type": "Soup"}, "says that it is a 'Soup'"),
        ({"type": "AnnotationPage"}, "a page of annotations"),
        (
            {
                "type": "Annotation",
                "target": {"type": "Canvas", "partOf": [{"id": "https://m", "type": "Manifest"}]},
            },
            "it belongs to https://m",
        ),
        (manifest([]), "without pages"),
        (manifest([{"type": "Canvas"}, 3, None, "x"]), "its 4 canvases hold sound, video, text or nothing"),
        ({"type": "Collection", "items": [{"type": "Canvas", "id": "c"}]}, "without a manifest in it"),
    ],
)
def test_what_is_no_manifest_is_refused_with_a_reason(content, reason):
    with pytest.raises(ManifestError, match=reason):
        read_presentation(content, "https://library.example/m")


@pytest.mark.parametrize("broken", [None, 3, "x", [], {}, [[]], [{}], {"items": 3}, {"type": None}, True])
@pytest.mark.parametrize(
    "key", ["items", "label", "metadata", "rights", "provider", "navDate", "requiredStatement"]
)
def test_broken_parts_of_a_manifest_do_no_harm(key, broken):
    good = manifest([canvas("c1", image("https://library.example/1.jpg"))])
    page = good["items"][0]
    for content in (good | {key: broken}, good | {"items": [page | {key: broken}, page]}):
        try:
            assert read_presentation(content, "https://library.example/m").pages
        except ManifestError:
            assert key == "items"
