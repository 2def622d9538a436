import io
import shutil

import numpy as np
import pandas as pd
import pytest
from PIL import Image

from tablekin.check import check
from tablekin.config import RunConfig
from tablekin.corpus import CorpusStore
from tablekin.errors import NothingUsableError
from tablekin.orchestration import RunRequest, run
from tests.support.iiif_manifests import canvas, image, manifest
from tests.support.iiif_server import scripted_server
from tests.support.runs import STAGES, digests, in_this_process, write_scan

CONFIG = RunConfig(device="cpu", iiif={"pause": 0, "allow_private": True})


@pytest.fixture(autouse=True)
def no_other_process():
    with in_this_process():
        yield


def problems(out):
    """What is wrong with the documents; the scores of stages that need no network are no true ones."""
    return [each for each in check(out) if not each.place.startswith(("pairs", "matches", "drivers"))]


def jpeg(seed):
    file = io.BytesIO()
    noise = np.random.default_rng(seed).integers(0, 256, (20, 30)).astype(np.uint8)
    noise[0, 0] = 200
    Image.fromarray(noise).save(file, "PNG")
    return file.getvalue()


class Library:
    """A book of four pages on loopback, and runs over it."""

    def __init__(self, script, address, tmp_path):
        self.script, self.address = script, address
        self.out = tmp_path / "corpus"
        self.said = []
        for number in range(4):
            script.picture(f"/{number}.jpg", jpeg(number))
        self.publish(4)

    def publish(self, pages, **more):
        canvases = [
            canvas(
                f"https://library.example/c{number}",
                image(f"{self.address}/{number}.jpg"),
                label={"none": [f"{number}r"]},
            )
            for number in range(pages)
        ]
        more = {
            "rights": "https://rightsstatements.org/vocab/NoC-NC/1.0/",
            "metadata": [{"label": "Year", "value": "1551"}],
        } | more
        self.script.json("/manifest", manifest(canvases, f"{self.address}/manifest", **more))

    def run(self, *scans, metadata=None, out=None, **options):
        self.said = []
        request = RunRequest(
            scans or (f"{self.address}/manifest",), out or self.out, metadata, CONFIG, 1, **options
        )
        return run(request, self.said.append, STAGES)

    @property
    def documents(self):
        return CorpusStore.open(self.out).read("documents").set_index("doc_id").sort_index()


@pytest.fixture
def library(tmp_path):
    with scripted_server() as (script, address):
        yield Library(script, address, tmp_path)


def test_a_book_becomes_documents_with_what_its_library_says(library):
    summary = library.run()
    assert (summary.ok, summary.failed, summary.unread) == (4, 0, 0)
    documents = library.documents
    assert [name.partition("_p")[2] for name in documents.index] == [
        "0001_0r",
        "0002_1r",
        "0003_2r",
        "0004_3r",
    ]
    first = documents.iloc[0]
    assert first["iiif_manifest"] == f"{library.address}/manifest"
    assert first["iiif_canvas"] == "https://library.example/c0"
    assert first["iiif_image"] == first["iiif_address"] == f"{library.address}/0.jpg"
    assert (first["label"], first["canvas_label"]) == ("Tables", "0r")
    assert first["rights"] == "https://rightsstatements.org/vocab/NoC-NC/1.0/"
    assert (first["year"], first["canvas_width"], first["canvas_height"]) == (1551, 1000, 1500)
    assert problems(library.out) == []
    corpus = CorpusStore.open(library.out)
    assert corpus.find_scan(first["source"]).read_bytes() == jpeg(0)


def test_the_next_run_asks_nothing_and_changes_nothing(library):
    library.run()
    before, asked = digests(library.out), dict(library.script.paths)
    assert library.run().unchanged
    assert dict(library.script.paths) == asked
    assert digests(library.out) == before
    library.script.answers.clear()
    assert library.run().unchanged


def test_a_moved_corpus_finds_its_pictures(library, tmp_path):
    library.run()
    shutil.move(library.out, tmp_path / "moved")
    corpus = CorpusStore.open(tmp_path / "moved")
    assert corpus.find_scan(corpus.read("documents")["source"].iloc[0]).is_relative_to(tmp_path / "moved")


def test_a_dead_page_fails_alone_and_is_tried_again(library):
    del library.script.answers["/2.jpg"]
    summary = library.run()
    assert (summary.ok, summary.failed) == (3, 1)
    failed = library.documents.query("status == 'failed'").iloc[0]
    assert "not there any more (404)" in failed["reason"]
    assert failed["reason"].endswith("the next run tries it again")
    assert failed["canvas_label"] == "2r"
    assert library.run().failed == 1
    library.script.picture("/2.jpg", jpeg(2))
    summary = library.run()
    assert (summary.ok, summary.failed, summary.added) == (4, 0, 1)
    assert library.script.paths["/1.jpg"] == 1
    assert problems(library.out) == []


def test_pages_that_are_lost_later_are_kept(library):
    library.run()
    before = library.documents
    shutil.rmtree(library.out / "iiif")
    del library.script.answers["/2.jpg"]
    summary = library.run()
    assert (summary.ok, summary.added) == (3, 0)
    assert any("what was read of them is kept" in line for line in library.said)
    pd.testing.assert_frame_equal(library.documents, before)


def test_books_and_folders_in_one_corpus_keep_what_is_said_of_each(library, tmp_path):
    write_scan(tmp_path / "scans" / "own.png", 9)
    library.run()
    (tmp_path / "meta.csv").write_text("file,year,author\nown,1600,Reinhold\np0002_1r,1552,Kepler\n")
    library.run(tmp_path / "scans", metadata=tmp_path / "meta.csv")
    documents = library.documents.set_index("canvas_label", drop=False)
    assert list(documents.loc["1r", ["year", "author", "label"]]) == [1552, "Kepler", "Tables"]
    assert documents.loc["0r", "year"] == 1551
    own = library.documents.loc["own"]
    assert own["year"] == 1600
    assert pd.isna(own["label"])
    assert library.run(
        tmp_path / "scans", f"{library.address}/manifest", metadata=tmp_path / "meta.csv"
    ).unchanged
    assert CorpusStore.open(library.out).find_scan("own.png").is_file()


def test_what_the_library_corrects_is_corrected(library):
    library.run()
    shutil.rmtree(library.out / "iiif" / "answers")
    library.publish(4, rights="https://creativecommons.org/publicdomain/mark/1.0/")
    assert library.run().added == 0
    assert set(library.documents["rights"]) == {"https://creativecommons.org/publicdomain/mark/1.0/"}


def test_a_manifest_that_cannot_be_read_is_counted(library):
    library.script.answers["/other"] = (403, {}, b"")
    summary = library.run(f"{library.address}/manifest", f"{library.address}/other")
    assert (summary.ok, summary.unread) == (4, 1)
    assert any("/other: the library refuses it (403)" in line for line in library.said)


def test_nothing_that_could_be_read_is_nothing_usable(library, tmp_path):
    library.script.answers.clear()
    with pytest.raises(NothingUsableError, match="none of the manifests gave a page"):
        library.run()
    library.publish(4)
    with pytest.raises(NothingUsableError, match="none of the 4 scans"):
        library.run()
    for number in range(4):
        library.script.picture(f"/{number}.jpg", jpeg(number))
    assert library.run().ok == 4


def test_a_cache_elsewhere_serves_two_corpora(library, tmp_path):
    library.run(cache=tmp_path / "cache")
    library.run(cache=tmp_path / "cache", out=tmp_path / "other")
    assert set(library.script.paths.values()) == {1}
    assert not list((library.out / "iiif").glob("Tables_*"))
    corpus = CorpusStore.open(tmp_path / "other")
    assert corpus.find_scan(corpus.read("documents")["source"].iloc[0]).is_relative_to(tmp_path / "cache")
    assert set(corpus.read("documents")["label"]) == {"Tables"}
