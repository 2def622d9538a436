import json

import pytest

from tablekin.errors import FetchError, ManifestError
from tablekin.iiif.shelf import gather
from tests.support.iiif_manifests import canvas, collection, image, manifest

HOST = "https://library.example/"


class Shelves:
    """A cache with what it is told, which remembers what it was asked for."""

    def __init__(self, **content):
        self.content = {HOST + name: each for name, each in content.items()}
        self.asked = []

    def read_json(self, address):
        self.asked.append(address)
        if address not in self.content:
            raise FetchError("is not there any more")
        if isinstance(self.content[address], Exception):
            raise self.content[address]
        return self.content[address]


def book(name):
    return manifest([canvas("c1", image(f"{HOST}{name}.jpg"))], HOST + name, label={"en": [name]})


def labels(shelf):
    return [(found.label, collection) for found, collection in shelf.manifests]


def test_manifests_and_collections_of_collections_in_their_order():
    inner = collection([(HOST + "c", "Manifest")], HOST + "inner", label={"en": ["Inner"]})
    outer = collection(
        [(HOST + "a", "Manifest"), (HOST + "inner", "Collection"), (HOST + "b", "Manifest")], HOST + "outer"
    )
    cache = Shelves(a=book("a"), b=book("b"), c=book("c"), d=book("d"), inner=inner, outer=outer)
    assert labels(gather([HOST + "outer", HOST + "d"], cache)) == [
        ("a", "All tables"),
        ("c", "Inner"),
        ("b", "All tables"),
        ("d", ""),
    ]


def test_what_leads_back_or_twice_to_the_same_is_read_once():
    loop = collection(
        [(HOST + "loop", "Collection"), (HOST + "a", "Manifest"), (HOST + "a", "Manifest")], HOST + "loop"
    )
    cache = Shelves(loop=loop, a=book("a"))
    assert labels(gather([HOST + "loop", HOST + "a"], cache)) == [("a", "All tables")]
    assert cache.asked == [HOST + "loop", HOST + "a"]


def test_a_manifest_that_cannot_be_read_leaves_the_others():
    both = collection(
        [(HOST + "gone", "Manifest"), (HOST + "html", "Manifest"), (HOST + "a", "Manifest")], HOST + "both"
    )
    shelf = gather([HOST + "both"], Shelves(both=both, a=book("a"), html=ManifestError("is a web page")))
    assert labels(shelf) == [("a", "All tables")]
    assert shelf.unread == [f"{HOST}gone: is not there any more", f"{HOST}html: is a web page"]


def test_a_collection_has_an_end_in_depth_and_number(monkeypatch):
    class Endless(Shelves):
        def read_json(self, address):
            self.asked.append(address)
            return collection([(f"{address}/x", "Collection")], address)

    endless = Endless()
    shelf = gather([HOST], endless)
    assert "too deep or too large" in shelf.unread[0]
    assert len(endless.asked) < 20


def test_what_a_collection_has_whole_is_not_asked_for():
    outer = collection([], HOST + "outer") | {"items": [book("a")]}
    cache = Shelves(outer=outer)
    assert labels(gather([HOST + "outer"], cache)) == [("a", "All tables")]
    assert cache.asked == [HOST + "outer"]


def test_files(tmp_path):
    path = tmp_path / "book.json"
    path.write_text(json.dumps(book("a")))
    (tmp_path / "letter.json").write_text("Dear Sir")
    shelf = gather([path, tmp_path / "letter.json", tmp_path / "none.json"], Shelves())
    assert labels(shelf) == [("a", "")]
    assert "no JSON" in shelf.unread[0]
    assert "No such file" in shelf.unread[1]


def test_pages_without_a_picture_are_told():
    content = book("a")
    content["items"].append({"type": "Canvas", "id": "c2"})
    assert gather([HOST + "a"], Shelves(a=content)).notes == [
        f"{HOST}a: 1 canvases without a picture are left out"
    ]


@pytest.mark.parametrize("size", [1, 3])
def test_each_manifest_advances(size):
    count = []
    gather(
        [HOST + name for name in "abc"[:size]],
        Shelves(a=book("a"), b=book("b"), c=book("c")),
        lambda: count.append(1),
    )
    assert len(count) == size
