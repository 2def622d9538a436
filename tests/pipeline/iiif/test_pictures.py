import io
import json
from collections import Counter

import httpx
import numpy as np
import pytest
from PIL import Image

from tablekin.config import IiifConfig
from tablekin.iiif.book import lay_out
from tablekin.iiif.cache import WebCache
from tablekin.iiif.client import WebClient
from tablekin.iiif.pictures import fetch_pictures
from tablekin.iiif.presentation import read_presentation
from tablekin.iiif.stage import fetch_pages
from tablekin.iiif.thresholds import WebPatience
from tests.support.iiif_manifests import canvas, image, manifest, service
from tests.support.iiif_server import scripted_server
from tests.support.places import SHARED

REAL = sorted((SHARED / "iiif-manifests").glob("*.json"))


def jpeg(seed=0):
    file = io.BytesIO()
    noise = np.random.default_rng(seed).integers(0, 256, (30, 20)).astype(np.uint8)
    Image.fromarray(noise).save(file, "JPEG")
    return file.getvalue()


def info(address, **more):
    return {"@id": address, "width": 2000, "height": 4000, **service(address), **more}


@pytest.fixture
def server():
    with scripted_server() as found:
        yield found


@pytest.fixture
def fetch(tmp_path):
    """Fetch the pages of a manifest; gives the addresses and reasons by canvas."""

    def fetch(content, max_side=1000, **more):
        pages = lay_out(read_presentation(content, ""), "", tmp_path)
        quick = WebPatience(attempts=2, first_wait=0, max_wait=0)
        with WebClient(allow_private=True, patience=quick, **more) as client:
            done = []
            found = fetch_pictures(pages, WebCache(tmp_path, client), max_side, 1, lambda: done.append(1))
        assert len(done) == len(pages)
        names = {page.source: page.page.canvas for page in pages}
        return [{names[source]: text for source, text in each.items()} for each in found]

    return fetch


def test_a_picture_in_the_size_that_is_wanted(server, fetch, tmp_path):
    script, address = server
    script.json("/i/info.json", info(f"{address}/i"))
    script.picture("/i/full/500,/0/default.jpg", jpeg())
    content = manifest(
        [canvas("c1", image(f"{address}/i/full/full/0/default.jpg", service=service(f"{address}/i")))]
    )
    found, reasons = fetch(content)
    assert (found, reasons) == ({"c1": f"{address}/i/full/500,/0/default.jpg"}, {})
    assert next(tmp_path.rglob("p0001.jpg")).read_bytes() == jpeg()
    assert fetch(content) == [found, {}]
    assert script.paths == {"/i/info.json": 1, "/i/full/500,/0/default.jpg": 1}


def test_another_size_is_fetched_anew_without_asking_for_the_description(server, fetch):
    script, address = server
    script.json("/i/info.json", info(f"{address}/i"))
    for width in (500, 1000):
        script.picture(f"/i/full/{width},/0/default.jpg", jpeg(width))
    content = manifest([canvas("c1", image("x", service=service(f"{address}/i")))])
    fetch(content, 1000)
    fetch(content, 2000)
    assert script.paths["/i/info.json"] == 1
    assert script.paths["/i/full/1000,/0/default.jpg"] == 1


def test_a_description_in_the_manifest_is_not_asked_for(server, fetch):
    script, address = server
    script.picture("/i/full/500,/0/default.jpg", jpeg())
    whole = info(f"{address}/i", sizes=[{"width": 500, "height": 1000}])
    assert fetch(manifest([canvas("c1", image("x", service=whole))]))[1] == {}
    assert list(script.paths) == ["/i/full/500,/0/default.jpg"]


def test_a_picture_without_a_service(server, fetch):
    script, address = server
    script.picture("/1.jpg", jpeg())
    assert fetch(manifest([canvas("c1", image(f"{address}/1.jpg"))])) == [{"c1": f"{address}/1.jpg"}, {}]


def test_where_the_description_is_missing_the_manifests_own_picture_is_taken(server, fetch):
    script, address = server
    script.picture("/i/full/full/0/default.jpg", jpeg())
    picture = image(f"{address}/i/full/full/0/default.jpg", service=service(f"{address}/i"))
    assert fetch(manifest([canvas("c1", picture)]))[1] == {}
    script.answers["/i/info.json"] = (403, {}, b"")
    assert "refuses it" in fetch(manifest([canvas("c1", picture)]))[1]["c1"]


def test_a_page_that_cannot_be_had_leaves_the_others_and_is_tried_again(server, fetch):
    script, address = server
    for name in "ac":
        script.picture(f"/{name}.jpg", jpeg())
    script.answers["/html.jpg"] = (200, {"Content-Type": "text/html"}, b"<html>")
    script.answers["/lie.jpg"] = (200, {"Content-Type": "image/jpeg"}, b"<html>")
    script.picture("/cut.jpg", jpeg()[:-20])
    names = ["a", "gone", "html", "lie", "cut", "c"]
    pages = [canvas(name, image(f"{address}/{name}.jpg")) for name in names]
    pages += [canvas("file", image("file:///etc/passwd")), canvas("marks", image("{{ id.path }}/1.jpg"))]
    found, reasons = fetch(manifest(pages))
    assert sorted(found) == ["a", "c"]
    assert "not there any more (404)" in reasons["gone"]
    assert "is a web page" in reasons["html"]
    assert "no JPEG, PNG" in reasons["lie"]
    assert "whose end is missing" in reasons["cut"]
    assert "a file of this machine" in reasons["file"]
    assert "not a web address" in reasons["marks"]
    script.picture("/gone.jpg", jpeg())
    assert sorted(fetch(manifest(pages))[0]) == ["a", "c", "gone"]
    assert script.paths["/a.jpg"] == 1


def test_a_server_that_has_nothing_but_tiles(server, fetch, tmp_path):
    script, address = server
    tiles = {"tiles": [{"width": 20, "height": 30, "scaleFactors": [1, 2]}], "width": 40, "height": 60}
    script.json(
        "/i/info.json", info(f"{address}/i") | {"profile": "http://iiif.io/api/image/2/level0.json"} | tiles
    )
    for place, (x, y) in enumerate([(0, 0), (20, 0), (0, 30), (20, 30)]):
        script.picture(f"/i/{x},{y},20,30/20,/0/default.jpg", jpeg(place))
    content = manifest([canvas("c1", image("x", service=service(f"{address}/i")))])
    for _ in range(2):
        assert fetch(content)[1] == {}
    assert script.paths["/i/full/full/0/default.jpg"] == 1
    assert set(script.paths.values()) == {1}
    with Image.open(next(tmp_path.rglob("p0001.jpg"))) as joined, Image.open(io.BytesIO(jpeg(1))) as tile:
        got = np.asarray(joined.convert("L"), float)
        assert got.shape == (60, 40)
        assert np.abs(got[:30, 20:] - np.asarray(tile, float)).mean() < 10


def test_an_interrupted_book_goes_on_in_its_middle(server, fetch, tmp_path):
    script, address = server
    for number in range(6):
        script.picture(f"/{number}.jpg", jpeg(number))
    content = manifest([canvas(f"c{number}", image(f"{address}/{number}.jpg")) for number in range(6)])
    pages = lay_out(read_presentation(content, ""), "", tmp_path)

    def stop_after(count):
        def advance():
            done.append(1)
            if len(done) == count:
                raise KeyboardInterrupt

        done = []
        return advance

    with WebClient(allow_private=True) as client, pytest.raises(KeyboardInterrupt):
        fetch_pictures(pages, WebCache(tmp_path, client), 1000, 1, stop_after(3))
    asked = dict(script.paths)
    assert 3 <= len(asked) < 6
    assert fetch(content)[1] == {}
    assert all(count == 1 for count in script.paths.values())
    assert len(script.paths) == 6


def test_two_servers_are_asked_at_the_same_time_each_for_one_thing(server, fetch):
    script, address = server
    with scripted_server() as (other, elsewhere):
        for number in range(4):
            script.picture(f"/{number}.jpg", jpeg())
            other.picture(f"/{number}.jpg", jpeg())
        pages = [
            canvas(f"{where}{number}", image(f"{where}/{number}.jpg"))
            for number in range(4)
            for where in (address, elsewhere)
        ]
        assert len(fetch(manifest(pages))[0]) == 8
        assert script.at_once == other.at_once == 1


class Libraries(httpx.BaseTransport):
    """All libraries of the world: every picture of the manifests, in the sizes of Image API 2 and 3, level 1."""

    def __init__(self, allow_private=False):
        self.asked = asked

    def handle_request(self, request):
        path = request.url.path
        asked[str(request.url)] += 1
        if path.endswith("/info.json"):
            return httpx.Response(
                200, json={"width": 3000, "height": 4000, "profile": "level1", "@context": context(path)}
            )
        if path.endswith("/default.jpg"):
            region, size, rotation = path.split("/")[-4:-1]
            wanted = size in ("max", "full", "!500,500") or size.removesuffix(",").isdigit()
            cut = region == "full" or len(region.split(",")) == 4
            return httpx.Response(200 if wanted and cut and rotation == "0" else 400, content=jpeg())
        return httpx.Response(200, content=jpeg())


def context(path):
    return f"http://iiif.io/api/image/{3 if '/3' in path else 2}/context.json"


asked = Counter()


@pytest.mark.skipif(not REAL, reason=f"no real manifests in {SHARED}")
def test_the_pictures_of_all_real_manifests_are_fetched(tmp_path, monkeypatch):
    monkeypatch.setattr("tablekin.iiif.client.PinnedTransport", Libraries)
    asked.clear()
    said = []
    books = [
        path for path in REAL if "collection" not in json.loads(path.read_bytes()).get("type", "").lower()
    ]
    found = fetch_pages(books, tmp_path, IiifConfig(pause=0), said.append)
    assert found.reasons == {}
    assert len(found.sources) == 150
    assert len(found.unread) == sum(line in found.unread for line in said) == 32
    assert all((tmp_path / source).read_bytes() == jpeg() for source in found.sources)
    assert set(asked.values()) == {1}
    again = fetch_pages(books, tmp_path, IiifConfig(pause=0), said.append)
    assert again == found
    assert set(asked.values()) == {1}
