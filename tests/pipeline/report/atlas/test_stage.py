import re

import numpy as np
import pandas as pd
import pytest

from tablekin.corpus import CorpusStore
from tablekin.errors import UsageError
from tablekin.report import AtlasRequest, write_atlas
from tests.support.atlas_shards import read_columns, read_shard, unpack
from tests.support.editions import edition_corpus


@pytest.fixture(scope="module")
def corpus(tmp_path_factory):
    return edition_corpus(tmp_path_factory.mktemp("editions"))


@pytest.fixture(scope="module")
def atlas(corpus, tmp_path_factory):
    out = tmp_path_factory.mktemp("atlas") / "out"
    write_atlas(AtlasRequest(corpus, out, workers=1), print)
    return out


def contents(out):
    return {path.relative_to(out): path.read_bytes() for path in out.rglob("*") if path.is_file()}


def test_the_same_corpus_gives_the_same_bytes(corpus, atlas, tmp_path):
    again = write_atlas(AtlasRequest(corpus, tmp_path / "again", workers=1), print)
    assert contents(again.index.parent) == contents(atlas)


def test_numbers_are_those_of_the_tables(corpus, atlas):
    store = CorpusStore.open(corpus)
    documents, pairs = read_columns(atlas, "documents"), read_columns(atlas, "pairs")
    assert documents["doc_id"] == sorted(store.read("documents")["doc_id"])
    kin = store.read("alignments").query("is_kin")
    names = documents["doc_id"]
    written = {
        frozenset((names[a], names[b])): same
        for a, b, same in zip(*map(pairs.get, ("a", "b", "same")), strict=True)
    }
    assert written == {
        frozenset(row[:2]): row[2] for row in kin[["doc_a", "doc_b", "same"]].itertuples(index=False)
    }


def test_a_factor_is_written_to_within_its_scale(corpus, atlas):
    store = CorpusStore.open(corpus)
    shard = read_shard(atlas, "doc/000/00002")
    own = store.read("factors", [shard["doc_id"]])
    factor = shard["factor"]
    regions, features, values = (
        unpack(factor[name], kind) for name, kind in (("region", "u2"), ("feature", "u1"), ("value", "i2"))
    )
    written = np.zeros((1000, 110))
    written[regions, features] = values * factor["scale"]
    names = {
        name: place for place, name in enumerate([*map(str, range(10)), *(f"{k:02d}" for k in range(100))])
    }
    true = np.zeros((1000, 110))
    true[own["region_id"], own["feature"].map(names)] = own["relevance"]
    assert np.abs(written - true).max() <= 0.51 * factor["scale"]
    assert factor["scale"] < 1e-4 * np.abs(true).max()


def test_aligned_cells_are_those_of_the_tables(corpus, atlas):
    store = CorpusStore.open(corpus)
    names = read_columns(atlas, "documents")["doc_id"]
    shard = read_shard(atlas, "doc/000/00000")
    cells = store.read("collations")
    assert shard["collations"]
    for number, written in shard["collations"].items():
        own = cells[(cells["doc_a"] == names[0]) & (cells["doc_b"] == names[int(number)])]
        assert unpack(written["a"], "i2").tolist() == own["region_a"].tolist()
        assert unpack(written["b"], "i2").tolist() == own["region_b"].tolist()
        variants = own[own["relation"] == "variant"]
        assert [tuple(row[1:3]) for row in written["texts"]] == [
            *zip(variants["text_a"], variants["text_b"], strict=True)
        ]


def test_every_value_is_found_where_it_stands(corpus, atlas):
    starts = read_shard(atlas, "corpus")["shards"]["values"]
    names = read_columns(atlas, "documents")["doc_id"]
    found = {}
    for number in range(len(starts)):
        for text, places in read_shard(atlas, f"values/{number:04d}").items():
            found.setdefault(text, set()).update(
                zip((names[one] for one in places[::2]), places[1::2], strict=True)
            )
    cells = CorpusStore.open(corpus).read("regions").query("kind == 'cell' and text != ''")
    expected = {
        text: {*zip(own["doc_id"], own["region_id"], strict=True)} for text, own in cells.groupby("text")
    }
    assert found == expected


def test_pictures_are_as_asked_for(corpus, tmp_path):
    sizes = {}
    for images in ("none", "scaled", "tiles"):
        atlas = write_atlas(AtlasRequest(corpus, tmp_path / "out", images=images, workers=1), print)
        sizes[images] = len([*atlas.index.parent.rglob("*.jpg")])
    assert sizes == {"none": 0, "scaled": 12, "tiles": 18}


def test_the_page_allows_nothing_but_its_own_files(atlas):
    index = (atlas / "index.html").read_text()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', index)[1]
    assert "default-src 'none'" in policy and "unsafe" not in policy and "http" not in policy
    assert not re.search(r"\son\w+=", index)


def test_a_folder_with_other_files_is_left_alone(corpus, tmp_path):
    (tmp_path / "thesis.doc").write_text("years of work")
    with pytest.raises(UsageError, match="holds other files"):
        write_atlas(AtlasRequest(corpus, tmp_path), print)
    with pytest.raises(UsageError, match="lies in the corpus"):
        write_atlas(AtlasRequest(corpus, corpus / "atlas"), print)
    with pytest.raises(UsageError, match="images can be"):
        write_atlas(AtlasRequest(corpus, tmp_path / "new", images="all"), print)


def test_scans_that_are_gone_are_told_and_the_rest_is_written(corpus, tmp_path):
    moved = corpus.parent / "scans"
    elsewhere = moved.rename(moved.with_name("elsewhere"))
    said = []
    try:
        atlas = write_atlas(AtlasRequest(corpus, tmp_path / "out", workers=1), said.append)
    finally:
        elsewhere.rename(moved)
    assert atlas.without_picture == 6
    assert "6 pages are shown without their scan" in said[0]
    assert read_shard(tmp_path / "out", "doc/000/00000")["picture"]["kind"] == "none"


def test_a_frame_of_pandas_is_what_the_parts_of_history_are(atlas):
    history = read_shard(atlas, "history")
    drivers = pd.DataFrame(history["driver_parts"]["columns"])
    assert drivers.query("by == 'corpus' and partners == 'all'")["share"].sum() == pytest.approx(1, abs=1e-4)
