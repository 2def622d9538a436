import json

import numpy as np
import pytest
from PIL import Image

from tablekin.config import IiifConfig
from tablekin.errors import UsageError
from tablekin.iiif import fetch_pages, is_manifest
from tests.support.iiif_manifests import canvas, collection, image, manifest, service
from tests.support.iiif_server import image_server, write_pyramid

LOOPBACK = IiifConfig(allow_private=True, pause=0, max_side=600)


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A library on loopback: a collection of two books, whose pages a real image server serves in any size."""
    folder = tmp_path_factory.mktemp("library") / "files"
    shapes = {"a1": (1500, 1000), "a2": (1000, 1500), "b1": (400, 300)}
    for place, (name, shape) in enumerate(shapes.items()):
        noise = (
            np.random.default_rng(place).integers(0, 256, (shape[0] // 50, shape[1] // 50)).astype(np.uint8)
        )
        write_pyramid(folder / f"{name}.tif", np.asarray(Image.fromarray(noise).resize(shape[::-1])))
    with image_server(folder) as address:
        served = {name: f"{address}/iiif/{name}.tif" for name in shapes}
        books = {
            book: manifest(
                [
                    canvas(
                        name,
                        image(f"{at}/full/full/0/default.jpg", service=service(at)),
                        label={"none": [name]},
                    )
                    for name, at in served.items()
                    if name.startswith(book)
                ],
                f"{address}/{book}.json",
                label={"en": [f"Book {book}"]},
            )
            for book in "ab"
        }
        books["all"] = collection(
            [
                (f"{address}/a.json", "Manifest"),
                (f"{address}/b.json", "Manifest"),
                (f"{address}/c.json", "Manifest"),
            ],
            f"{address}/all.json",
        )
        for name, content in books.items():
            (folder / f"{name}.json").write_text(json.dumps(content))
        yield address


def read(path):
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L")).astype(float)


def test_the_books_of_a_collection_from_a_real_image_server(library, tmp_path):
    said = []
    found = fetch_pages([f"{library}/all.json"], tmp_path, LOOPBACK, said.append)
    assert found.reasons == {}
    assert len(found.unread) == 1
    assert "c.json" in found.unread[0]
    shapes = [read(tmp_path / source).shape for source in found.sources]
    assert shapes == [(600, 400), (400, 600), (400, 300)]
    first = found.columns[found.sources[0]]
    assert first["iiif_image"] == f"{library}/iiif/a1.tif"
    assert first["iiif_address"] == f"{library}/iiif/a1.tif/full/400,/0/default.jpg"
    assert (first["label"], first["canvas_label"], first["collection"]) == ("Book a", "a1", "All tables")
    assert [source.partition("/")[0][:6] for source in found.sources] == ["Book_a", "Book_a", "Book_b"]


def test_the_pictures_show_what_the_library_has(library, tmp_path):
    found = fetch_pages([f"{library}/b.json"], tmp_path, LOOPBACK, lambda line: None)
    noise = np.random.default_rng(2).integers(0, 256, (8, 6)).astype(np.uint8)
    whole = np.asarray(Image.fromarray(noise).resize((300, 400))).astype(float)
    assert np.abs(whole - read(tmp_path / found.sources[0])).mean() < 3


def test_the_next_run_needs_no_server(library, tmp_path, monkeypatch):
    first = fetch_pages([f"{library}/a.json"], tmp_path, LOOPBACK, lambda line: None)

    def refuse(*_):
        raise AssertionError("a server was asked")

    monkeypatch.setattr("tablekin.iiif.client.WebClient.get", refuse)
    assert fetch_pages([f"{library}/a.json"], tmp_path, LOOPBACK, lambda line: None) == first


def test_a_file_of_a_manifest(library, tmp_path):
    content = manifest([canvas("c1", image("x", service=service(f"{library}/iiif/a1.tif")))]) | {
        "id": "{{ id.url }}"
    }
    (tmp_path / "book.json").write_text(json.dumps(content))
    found = fetch_pages([tmp_path / "book.json"], tmp_path / "cache", LOOPBACK, lambda line: None)
    assert found.reasons == {}
    assert found.columns[found.sources[0]]["iiif_manifest"] == str(tmp_path / "book.json")


def test_what_is_a_manifest(tmp_path):
    assert is_manifest("https://library.example/manifest")
    assert is_manifest("http://library.example/manifest")
    assert is_manifest(tmp_path / "book.json")
    assert not is_manifest(tmp_path)
    assert not is_manifest("scans/p1.jpg")
    for other in ("file:///etc/passwd", "ftp://library.example/m", "s3://bucket/m"):
        with pytest.raises(UsageError, match="an address of a kind that is not asked"):
            is_manifest(other)
