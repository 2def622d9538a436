"""Pages of a library are shown from its own image server."""

import json

import numpy as np
import pytest
from PIL import Image

from tablekin.config import RunConfig
from tablekin.orchestration import RunRequest, run
from tablekin.report import AtlasRequest, write_atlas
from tests.support import atlas_stages
from tests.support.atlas_shards import read_shard
from tests.support.atlases import STAGES, write_page
from tests.support.iiif_manifests import canvas, image, manifest, service
from tests.support.iiif_server import image_server, write_pyramid
from tests.support.runs import in_this_process

CONFIG = RunConfig(device="cpu", iiif={"pause": 0, "allow_private": True})
SIZE = {"width": atlas_stages.WIDTH, "height": atlas_stages.HEIGHT}


@pytest.fixture(scope="module")
def linked(tmp_path_factory):
    """An atlas of two pages that a library serves, with the server at work."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "www").mkdir()
    with image_server(folder / "www") as address:
        canvases = []
        for number in range(2):
            write_page(folder / "page.png", number)
            write_pyramid(folder / "www" / f"page{number}.tif", np.asarray(Image.open(folder / "page.png")))
            served = f"{address}/iiif/page{number}.tif"
            body = image(f"{served}/full/full/0/default.jpg", service=[service(served)], **SIZE)
            canvases.append(canvas(f"https://library.example/c{number}", body, **SIZE))
        (folder / "www" / "manifest.json").write_text(
            json.dumps(manifest(canvases, f"{address}/manifest.json"))
        )
        request = RunRequest((f"{address}/manifest.json",), folder / "corpus", None, CONFIG, workers=1)
        with in_this_process():
            run(request, lambda _: None, STAGES)
        write_atlas(AtlasRequest(folder / "corpus", folder / "atlas", images="link", workers=1), print)
        yield folder / "atlas", address


def test_a_page_is_shown_from_the_server_of_its_library(page, linked):
    out, address = linked
    shards = [read_shard(out, f"doc/000/0000{number}") for number in range(2)]
    assert all(one["picture"]["service"]["address"].startswith(f"{address}/iiif/") for one in shards)
    assert len([*out.rglob("*.jpg")]) == 2, "only a thumbnail of each is written"
    page.fresh(offline=False)
    page.visit(out, f"#/page/{shards[0]['doc_id']}")
    page.wait(condition="performance.getEntriesByType('resource').some((one) => one.name.includes('/iiif/'))")
    asked = [one for one in page.complaints() if one.startswith("http")]
    assert asked and all(one.startswith(f"{address}/iiif/page0.tif/full/") for one in asked)
    assert [one for one in page.complaints() if not one.startswith("http")] == []
    page.fresh()
    page.visit(out, "#/pages")
    page.wait(
        condition="[...document.querySelectorAll('.thumb img')].filter((one) => one.naturalWidth).length === 2"
    )
