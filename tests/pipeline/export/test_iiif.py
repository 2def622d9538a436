import base64
import csv
import json
from urllib.parse import unquote

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tablekin.corpus import CorpusStore
from tablekin.export import export_corpus
from tablekin.iiif.cache import parse_json
from tablekin.iiif.presentation import read_presentation
from tests.support.places import SHARED

SCHEMA = SHARED / "schemas" / "iiif-presentation-3.json"
BASE = "https://me.example/tables"


@pytest.fixture(scope="module")
def folder(editions, tmp_path_factory):
    out = tmp_path_factory.mktemp("export")
    export_corpus(editions, "iiif", out, base=f"{BASE}/")
    return out


def read(path):
    return json.loads(path.read_text("utf-8"))


def place(target, canvas):
    assert target.startswith(f"{canvas}#xywh=")
    return [int(each) for each in target.partition("#xywh=")[2].split(",")]


@pytest.mark.skipif(not SCHEMA.exists(), reason=f"no official schema in {SHARED}")
def test_everything_of_version_3_fits_the_official_schema(folder):
    import jsonschema

    validator = jsonschema.Draft202012Validator(read(SCHEMA))
    files = [folder / "manifest.json", *sorted((folder / "annotations").iterdir())]
    assert len(files) > 6
    for path in files:
        assert [error.message for error in validator.iter_errors(read(path))] == []


def test_the_schema_would_find_an_error(folder):
    jsonschema = pytest.importorskip("jsonschema")
    if not SCHEMA.exists():
        pytest.skip(f"no official schema in {SHARED}")
    broken = read(folder / "manifest.json")
    del broken["items"][0]["items"]
    assert list(jsonschema.Draft202012Validator(read(SCHEMA)).iter_errors(broken))


@pytest.mark.parametrize("name", ["manifest.json", "manifest-2.json"])
def test_the_manifest_is_read_back_with_its_pages(folder, editions, name):
    found = read_presentation(parse_json((folder / name).read_bytes()), "")
    assert found.id == f"{BASE}/{name}"
    documents = CorpusStore.open(editions).read("documents")
    assert [page.label for page in found.pages] == sorted(documents["doc_id"])
    for page, row in zip(found.pages, documents.sort_values("doc_id").to_dict("records"), strict=True):
        assert page.size == (row["width"], row["height"])
        with Image.open(folder / page.picture.address.removeprefix(f"{BASE}/")) as picture:
            assert picture.size == page.size
            with Image.open(editions.parent / "scans" / row["source"]) as scan:
                assert np.abs(np.asarray(picture, float) - np.asarray(scan, float)).mean() < 10


def test_annotations_say_what_was_read_and_where(folder, editions):
    corpus = CorpusStore.open(editions)
    documents = corpus.read("documents")
    for doc_id, across, down in zip(
        documents["doc_id"], documents["width"], documents["height"], strict=True
    ):
        regions = corpus.read("regions", [doc_id])
        cells = regions[(regions["kind"] == "cell") & (regions["text"] != "")]
        cells = cells[(cells["x1"] <= across) & (cells["y1"] <= down)]  # a frame does not leave the picture
        page = read(folder / "annotations" / f"{doc_id}.json")
        canvas = f"{BASE}/canvas/{doc_id}"
        said = {each["id"].rpartition("-")[2]: each for each in page["items"]}
        assert len(cells) > 0
        for row in cells.to_dict("records"):
            annotation = said[str(row["region_id"])]
            assert annotation["body"]["value"] == (row["printed"] or row["text"])
            x, y, width, height = place(annotation["target"], canvas)
            assert abs(x - row["x0"]) <= 1
            assert abs(y - row["y0"]) <= 1
            assert abs(x + width - row["x1"]) <= 2
            assert abs(y + height - row["y1"]) <= 2


def test_links_lead_both_ways_to_what_matches(folder, editions):
    corpus = CorpusStore.open(editions)
    matches = corpus.read("matches")
    cells = matches[matches["level"] == "cell"]
    there = {(row.doc_a, row.doc_b) for row in cells.itertuples()} | {
        (row.doc_b, row.doc_a) for row in cells.itertuples()
    }
    found = set()
    for path in (folder / "annotations").glob("*-links.json"):
        doc_id = path.stem.removesuffix("-links")
        for each in read(path)["items"]:
            words, there_on = each["body"]
            canvas = there_on["id"].partition("#")[0]
            assert words["value"] == f"matches {canvas.rpartition('/')[2]}"
            assert there_on["partOf"] == [{"id": f"{BASE}/manifest.json", "type": "Manifest"}]
            found.add((doc_id, canvas.rpartition("/")[2]))
            place(each["target"], f"{BASE}/canvas/{doc_id}")
    assert found == there
    strongest = cells.sort_values(["doc_a", "doc_b", "rank"]).iloc[0]
    regions = corpus.read("regions", [strongest["doc_a"]]).set_index("region_id")
    page = read(folder / "annotations" / f"{strongest['doc_a']}-links.json")
    first = next(each for each in page["items"] if f"/{strongest['doc_b']}-1" in each["id"])
    x, y, _, _ = place(first["target"], f"{BASE}/canvas/{strongest['doc_a']}")
    assert abs(x - regions.loc[strongest["region_a"], "x0"]) <= 1
    assert abs(y - regions.loc[strongest["region_a"], "y0"]) <= 1


def test_version_2_says_the_same(folder):
    manifest = read(folder / "manifest-2.json")
    assert manifest["@type"] == "sc:Manifest"
    lists = [
        each["@id"] for canvas in manifest["sequences"][0]["canvases"] for each in canvas["otherContent"]
    ]
    assert {f"{BASE}/annotations-2/{path.name}" for path in (folder / "annotations-2").iterdir()} == set(
        lists
    )
    for path in (folder / "annotations").iterdir():
        new, old = read(path), read(folder / "annotations-2" / path.name)
        assert [each["target"] for each in new["items"]] == [each["on"] for each in old["resources"]]
        for each, again in zip(new["items"], old["resources"], strict=True):
            bodies = each["body"] if isinstance(each["body"], list) else [each["body"]]
            resources = again["resource"] if isinstance(again["resource"], list) else [again["resource"]]
            assert [body.get("value", body.get("id")) for body in bodies] == [
                found.get("chars", found.get("@id")) for found in resources
            ]


def test_a_content_state_for_each_pair(folder, editions):
    with (folder / "pairs.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    pairs = CorpusStore.open(editions).read_nearest_pairs(5)
    assert {(row["doc_a"], row["doc_b"]) for row in rows} == set(
        zip(pairs["doc_a"], pairs["doc_b"], strict=True)
    )
    for row in rows:
        encoded = row["iiif_content"]
        state = json.loads(unquote(base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4)).decode()))
        assert [each["id"].partition("#")[0].rpartition("/")[2] for each in state["target"]] == [
            row["doc_a"],
            row["doc_b"],
        ]


def test_the_same_again_gives_the_same_files(folder, editions, tmp_path):
    export_corpus(editions, "iiif", tmp_path, base=BASE)
    for path in folder.rglob("*.*"):
        assert (tmp_path / path.relative_to(folder)).read_bytes() == path.read_bytes()


def test_some_documents_are_linked_only_with_one_another(editions, tmp_path):
    export_corpus(editions, "iiif", tmp_path, ["page0", "page2"], base=BASE)
    assert {path.name for path in (tmp_path / "images").iterdir()} == {"page0.jpg", "page2.jpg"}
    frame = pd.read_csv(tmp_path / "pairs.csv")
    assert list(zip(frame["doc_a"], frame["doc_b"], strict=True)) == [("page0", "page2")]
